"""Words for the parameters of addresses."""

from collections.abc import Mapping

from sixclear.portal.words.languages import N_

PARAMETERS: Mapping[str, str] = {
    "programme": N_("Chương trình"),
    "as_of": N_("Ngày"),
    "organisation": N_("Cơ quan chủ trì"),
    "body": N_("Cơ quan nhận"),
    "period": N_("Kỳ"),
    "type": N_("Loại"),
    "standing": N_("Tình trạng"),
    "year": N_("Năm"),
    "task": N_("Nhiệm vụ"),
    "criteria": N_("Bộ tiêu chí"),
    "directive": N_("Văn bản giao việc"),
    "group": N_("Nhóm việc"),
    "status": N_("Trạng thái"),
    "bucket": N_("Kỳ hạn"),
    "assigned_by": N_("Cấp giao"),
    "assignment": N_("Việc giao"),
    "reports": N_("Chỗ trong danh sách báo cáo"),
    "evidence": N_("Chỗ trong danh sách minh chứng"),
    "decisions": N_("Chỗ trong danh sách quyết định"),
    "comments": N_("Chỗ trong danh sách ý kiến giám sát"),
    "history": N_("Chỗ trong lịch sử"),
    "list": N_("Danh mục"),
    "deployment_stage": N_("Giai đoạn"),
    "registration": N_("Đăng ký"),
    "sort": N_("Thứ tự"),
    "answered": N_("Đã trả lời hay chưa"),
    "overdue": N_("Hạn trả lời"),
    "open_steps": N_("Việc đã hứa"),
    "kind": N_("Loại góp ý"),
    "field": N_("Lĩnh vực"),
    "by": N_("Bảng theo nhóm"),
    "q": N_("Từ cần tìm"),
    "cursor": N_("Chỗ trong danh sách"),
}
