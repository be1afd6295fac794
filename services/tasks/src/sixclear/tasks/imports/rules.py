"""The columns of imports: what people call them, and what stands in their cells. Pure."""

from collections.abc import Mapping

from sixclear.common.bulk.tables import Column, Columns
from sixclear.tasks.imports.schemas import AssignmentRow, DirectiveRow, ImportKind, MilestoneRow, PeriodRow
from sixclear.tasks.intake.schemas import TaskItem
from sixclear.tasks.reporting.schemas import BulkProgressItem

_OWN = (
    Column("occurred_at", "Thời điểm xảy ra", "instant"),
    Column("if_match", "Phiên bản (ETag)"),
    Column("idempotency_key", "Khóa gửi lại"),
)
_TASK = (
    Column("task_id", "Mã định danh nhiệm vụ"),
    Column("source", "Hệ thống nguồn"),
    Column("external_id", "Mã trong hệ thống nguồn"),
)
_LEVELS = {"central": "Trung ương", "province": "Cấp tỉnh", "commune": "Cấp xã"}
_CLASSES = {"public": "Công khai", "restricted": "Hạn chế"}
_KINDS = {"one_off": "Một lần", "recurring": "Định kỳ"}
_PRODUCTS = {
    "information_system": "Hệ thống thông tin",
    "database": "Cơ sở dữ liệu",
    "document": "Văn bản",
    "service": "Dịch vụ",
    "event": "Sự kiện",
    "other": "Khác",
}
_REASON = Column("reason", "Lý do")
_DIRECTIVE = (
    Column("programme", "Chương trình", required=True),
    Column("number", "Số, ký hiệu văn bản", required=True),
    Column("issued_on", "Ngày ban hành", "day", required=True),
    Column("issuer", "Cơ quan ban hành", required=True),
    Column("title", "Trích yếu", required=True),
    Column("clauses", "Điều, khoản giao nhiệm vụ", "lines"),
    *_OWN,
)
_TASKS = (
    *_TASK,
    Column("programme", "Chương trình", required=True),
    Column("title", "Tên nhiệm vụ", required=True),
    Column("code", "Số hiệu nhiệm vụ"),
    Column("description", "Mô tả"),
    Column("directive_id", "Mã định danh văn bản"),
    Column("clause", "Điều, khoản"),
    Column("upper_task_id", "Nhiệm vụ cấp trên"),
    Column("upper_number", "Số thứ tự trong kế hoạch cấp trên"),
    Column("classification", "Phạm vi công khai", choices=_CLASSES),
    Column("kind", "Loại nhiệm vụ", choices=_KINDS),
    Column("recurrence", "Quy tắc định kỳ"),
    Column("assigned_by", "Cấp giao", required=True, choices=_LEVELS),
    Column("assigning_organisation", "Cơ quan giao", required=True),
    Column("lead_organisation", "Cơ quan chủ trì"),
    Column("coordinating_organisations", "Cơ quan phối hợp", "lines"),
    Column("leader_position.title", "Lãnh đạo phụ trách: chức vụ"),
    Column("leader_position.organisation", "Lãnh đạo phụ trách: cơ quan"),
    Column("responsible_position.title", "Đầu mối chịu trách nhiệm: chức vụ"),
    Column("responsible_position.organisation", "Đầu mối chịu trách nhiệm: cơ quan"),
    Column("product", "Sản phẩm"),
    Column("product_kind", "Loại sản phẩm", choices=_PRODUCTS),
    Column("own_fields", "Trường riêng của chương trình (JSON)", "json"),
    Column("authority", "Thẩm quyền"),
    Column("deadline", "Thời hạn", "day"),
    Column("demonstration", "Dữ liệu trình diễn", "yes_no"),
    Column("assign", "Giao ngay", "yes_no"),
    *_OWN,
)
_REPORTS = (
    *_TASK,
    Column("assigning_organisation", "Cơ quan giao"),
    Column("percent", "Tỷ lệ hoàn thành (%)", "whole"),
    Column("text", "Nội dung báo cáo", required=True),
    Column("difficulty", "Khó khăn, vướng mắc"),
    Column("cause", "Nguyên nhân"),
    Column("remedy", "Giải pháp"),
    Column("period", "Kỳ báo cáo"),
    Column("expected_on", "Ngày dự kiến hoàn thành", "day"),
    *_OWN,
)
_ASSIGNMENTS = (*_TASK, Column("step", "Việc", choices={"assign": "Giao", "accept": "Nhận"}), *_OWN)
_PERIOD_STEPS = {"confirm": "Xác nhận", "return": "Trả lại", "reopen": "Mở lại"}
_PERIODS = (
    *_TASK,
    Column("period", "Kỳ báo cáo", required=True),
    Column("step", "Việc", choices=_PERIOD_STEPS),
    _REASON,
    *_OWN,
)
_MILESTONES = (
    *_TASK,
    Column("milestone_id", "Mã định danh mốc"),
    Column("title", "Tên mốc", required=True),
    Column("weight", "Trọng số", "whole"),
    Column("deadline", "Thời hạn", "day", required=True),
    _REASON,
    *_OWN,
)

COLUMNS: Mapping[ImportKind, Columns] = {
    "directives": Columns(DirectiveRow, _DIRECTIVE),
    "tasks": Columns(TaskItem, _TASKS),
    "assignments": Columns(AssignmentRow, _ASSIGNMENTS),
    "reports": Columns(BulkProgressItem, _REPORTS),
    "periods": Columns(PeriodRow, _PERIODS),
    "milestones": Columns(MilestoneRow, _MILESTONES),
}
