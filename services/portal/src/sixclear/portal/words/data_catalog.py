"""Words for the codes of `data-catalog`."""

from collections.abc import Mapping

from sixclear.portal.words.languages import N_

STAGES: Mapping[str, str] = {
    "not_deployed": N_("Chưa triển khai"),
    "deploying_digitised_only": N_("Đang triển khai, mới số hóa"),
    "deploying_foundation": N_("Đang triển khai nền tảng"),
    "formed_centralised": N_("Đã hình thành, tập trung"),
}
# Outside the ladder: a database that is built again or taken out of use stands on no rung.
OFF_LADDER: Mapping[str, str] = {
    "rebuild": N_("Đang xây dựng lại"),
    "retire": N_("Ngừng sử dụng"),
}
REGISTRATIONS: Mapping[str, str] = {
    "not_submitted": N_("Chưa nộp hồ sơ"),
    "draft": N_("Hồ sơ đang soạn"),
    "submitted": N_("Đã nộp hồ sơ, chờ duyệt"),
    "returned": N_("Hồ sơ bị trả lại"),
    "approved": N_("Hồ sơ đã duyệt"),
}
ENTRY_KINDS: Mapping[str, str] = {
    "database": N_("Cơ sở dữ liệu"),
    "information_system": N_("Hệ thống thông tin"),
    "dataset": N_("Bộ dữ liệu"),
    "data_service": N_("Dịch vụ dữ liệu"),
}
CHANGES: Mapping[str, str] = {
    "entry.registered": N_("Ghi vào danh mục"),
    "entry.updated": N_("Cập nhật danh mục"),
    "entry.owner_changed": N_("Đổi cơ quan chủ quản"),
    "entry.deployment_stage_changed": N_("Đổi giai đoạn triển khai"),
    "entry.registration_submitted": N_("Nộp hồ sơ đăng ký"),
    "entry.registration_returned": N_("Trả lại hồ sơ đăng ký"),
    "entry.registration_approved": N_("Phê duyệt hồ sơ đăng ký"),
    "entry.document_added": N_("Thêm tài liệu hồ sơ"),
    "entry.document_removed": N_("Rút tài liệu khỏi hồ sơ"),
    "entry.heartbeat_received": N_("Nhận tín hiệu hoạt động"),
    "entry.withdrawn": N_("Rút khỏi công khai"),
    "element.approved": N_("Phê duyệt phần tử dữ liệu"),
    "element.superseded": N_("Thay bằng phiên bản mới của phần tử dữ liệu"),
    "element.withdrawn": N_("Rút phần tử dữ liệu khỏi từ điển"),
}
