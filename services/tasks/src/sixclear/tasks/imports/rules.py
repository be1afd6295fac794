"""The columns of imports: what people call them, and what stands in their cells. Pure."""

from collections.abc import Mapping

from sixclear.common.bulk.tables import Column, Columns
from sixclear.tasks.imports.schemas import (
    AmountRow,
    AssessmentRow,
    AssignmentRow,
    BudgetRow,
    DirectiveRow,
    DocumentRow,
    ImportKind,
    IndicatorRow,
    MilestoneRow,
    PeriodRow,
    ResultRow,
    TargetsRow,
)
from sixclear.tasks.intake.schemas import TaskItem
from sixclear.tasks.reporting.schemas import BulkProgressItem
from sixclear.tasks.value.schemas import ValueItem

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
_RESULTS = (
    *_TASK,
    Column("step", "Việc", choices={"submit": "Trình kết quả", "confirm": "Xác nhận"}),
    Column("title", "Tên minh chứng"),
    Column("url", "Địa chỉ minh chứng"),
    *_OWN,
)
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

_DOCUMENT_TYPES = {
    "law": "Luật",
    "resolution": "Nghị quyết",
    "decree": "Nghị định",
    "decision": "Quyết định",
    "circular": "Thông tư",
    "directive": "Chỉ thị",
    "plan": "Kế hoạch",
    "local_document": "Văn bản của địa phương",
    "other": "Khác",
}
_DOCUMENTS = (
    Column("programme", "Chương trình", required=True),
    Column("type", "Loại văn bản", required=True, choices=_DOCUMENT_TYPES),
    Column("number", "Số, ký hiệu văn bản"),
    Column("issued_on", "Ngày ban hành", "day"),
    Column("effective_on", "Ngày có hiệu lực", "day"),
    Column("issuer", "Cơ quan ban hành", required=True),
    Column("signer_position", "Chức vụ người ký"),
    Column("subject", "Trích yếu", required=True),
    Column("url", "Địa chỉ văn bản"),
    Column("sha256", "Mã băm SHA-256"),
    Column("directive_id", "Mã định danh văn bản giao"),
    Column("clause", "Điều, khoản giao"),
    Column("details_id", "Mã định danh văn bản được quy định chi tiết"),
    Column("due_on", "Hạn ban hành", "day"),
    Column("replaces", "Thay thế các văn bản (mã định danh)", "lines"),
    *_OWN,
)
_UNITS = {
    "week": "Tuần",
    "month": "Tháng",
    "quarter": "Quý",
    "half_year": "Sáu tháng",
    "nine_months": "Chín tháng",
    "year": "Năm",
    "five_years": "Năm năm",
}
_VALUE_TYPES = {
    "count": "Số lượng",
    "amount": "Giá trị",
    "ratio": "Tỷ lệ có tử số, mẫu số",
    "share": "Tỷ lệ phần trăm công bố",
    "rank": "Thứ hạng",
    "index": "Chỉ số",
    "yes_no": "Có hoặc không",
}
_INDICATORS = (
    Column("code", "Mã chỉ tiêu", required=True),
    Column("programme", "Chương trình", required=True),
    Column("name_vi", "Tên chỉ tiêu", required=True),
    Column("name_en", "Tên chỉ tiêu (tiếng Anh)"),
    Column("kind", "Nhóm chỉ tiêu", required=True, choices={"strategic": "Chiến lược", "operational": "Tác nghiệp"}),
    Column("unit", "Đơn vị tính", required=True),
    Column(
        "direction",
        "Hướng tốt",
        required=True,
        choices={"up": "Càng cao càng tốt", "down": "Càng thấp càng tốt", "within": "Trong khoảng"},
    ),
    Column("value_type", "Loại giá trị", required=True, choices=_VALUE_TYPES),
    Column("cumulative", "Lũy kế", "yes_no", required=True),
    Column("period_unit", "Kỳ đo", required=True, choices=_UNITS),
    Column("decimals", "Số chữ số thập phân", "whole"),
    Column("parts_of_whole", "Tử số là một phần của mẫu số", "yes_no"),
    Column("source", "Nguồn số liệu", required=True),
    Column("method", "Phương pháp tính", required=True),
    Column("plausibility.least", "Giá trị thường gặp: thấp nhất"),
    Column("plausibility.most", "Giá trị thường gặp: cao nhất"),
    Column("plausibility.jump_percent", "Mức thay đổi thường gặp (%)"),
    Column("statements.verified_by", "Cách kiểm chứng"),
    Column("statements.data_source", "Nguồn gốc dữ liệu"),
    Column("statements.accuracy", "Độ chính xác cần có"),
    Column("statements.limits", "Hạn chế của số liệu"),
    Column("statements.compensation", "Cách khắc phục hạn chế"),
    Column("supplies", "Đo của ai, ai cung cấp (JSON)", "json", required=True),
    Column("directive_id", "Mã định danh văn bản"),
    Column("task_ids", "Mã định danh các nhiệm vụ", "lines"),
    *_OWN,
)
_INDICATOR = Column("indicator", "Mã chỉ tiêu", required=True)
_TARGETS = (
    _INDICATOR,
    Column("organisation", "Cơ quan", required=True),
    Column("baseline.period", "Kỳ gốc"),
    Column("baseline.value", "Giá trị gốc"),
    Column("trajectory", "Lộ trình", choices={"linear": "Tuyến tính", "points": "Theo điểm"}),
    Column("targets", "Mục tiêu (JSON)", "json", required=True),
    Column("points", "Các điểm của lộ trình (JSON)", "json"),
    _REASON,
    *_OWN[1:],
)
_VALUES = (
    _INDICATOR,
    Column("organisation", "Cơ quan"),
    Column("period", "Kỳ báo cáo", required=True),
    Column("number", "Giá trị"),
    Column("numerator", "Tử số"),
    Column("denominator", "Mẫu số"),
    Column("bound", "Giới hạn", choices={"more_than": "Trên", "less_than": "Dưới", "about": "Khoảng"}),
    Column("note", "Giải trình"),
    Column("evidence", "Minh chứng (địa chỉ)"),
    Column("provenance.file", "Nguồn: tệp"),
    Column("provenance.row", "Nguồn: dòng", "whole"),
    Column("provenance.system", "Nguồn: hệ thống"),
    Column("provenance.derived_from", "Nguồn: tính từ"),
    _REASON,
    Column("submit", "Gửi duyệt", "yes_no"),
    Column("approved_by.number", "Văn bản công bố: số, ký hiệu"),
    Column("approved_by.issued_on", "Văn bản công bố: ngày ban hành", "day"),
    *_OWN,
)
_LINE_OF_MONEY = (
    Column("programme", "Chương trình"),
    Column("task_id", "Mã định danh nhiệm vụ"),
    Column("organisation", "Cơ quan"),
    Column("year", "Năm", "whole", required=True),
    Column("source", "Nguồn vốn", required=True),
)
_STAGES = {
    "requested": "Đề xuất",
    "appraised": "Thẩm định",
    "approved": "Phê duyệt",
    "allocated": "Phân bổ",
    "disbursed": "Giải ngân",
}
_BUDGETS = (*_LINE_OF_MONEY, *_OWN)
_AMOUNTS = (
    *_LINE_OF_MONEY,
    Column("stage", "Bước", required=True, choices=_STAGES),
    Column("amount", "Số tiền (đồng)", required=True),
    Column("dated_on", "Tính đến ngày", "day", required=True),
    Column("document", "Văn bản chứng minh", required=True),
    Column("document_id", "Mã định danh văn bản"),
    Column("corrects", "Sửa mục số", "whole"),
    _REASON,
    *_OWN,
)
_ASSESSMENTS = (
    Column("criteria", "Bộ tiêu chí", required=True),
    Column("period", "Kỳ đánh giá", required=True),
    Column("organisation", "Cơ quan được đánh giá"),
    Column("step", "Việc", choices={"open": "Mở", "answer": "Tự đánh giá", "verify": "Thẩm định"}),
    Column("answers", "Điểm từng tiêu chí (JSON)", "json"),
    Column("consent.document", "Văn bản đồng ý nộp muộn: số, ký hiệu"),
    Column("consent.document_id", "Văn bản đồng ý nộp muộn: mã định danh"),
    *_OWN[1:],
)

COLUMNS: Mapping[ImportKind, Columns] = {
    "directives": Columns(DirectiveRow, _DIRECTIVE),
    "tasks": Columns(TaskItem, _TASKS),
    "assignments": Columns(AssignmentRow, _ASSIGNMENTS),
    "reports": Columns(BulkProgressItem, _REPORTS),
    "periods": Columns(PeriodRow, _PERIODS),
    "milestones": Columns(MilestoneRow, _MILESTONES),
    "results": Columns(ResultRow, _RESULTS),
    "documents": Columns(DocumentRow, _DOCUMENTS),
    "indicators": Columns(IndicatorRow, _INDICATORS),
    "targets": Columns(TargetsRow, _TARGETS),
    "values": Columns(ValueItem, _VALUES),
    "budgets": Columns(BudgetRow, _BUDGETS),
    "amounts": Columns(AmountRow, _AMOUNTS),
    "assessments": Columns(AssessmentRow, _ASSESSMENTS),
}
