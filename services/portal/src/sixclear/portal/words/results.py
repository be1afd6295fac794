"""Words for results: indicators, money, documents and what bodies are assessed by."""

from collections.abc import Mapping

from sixclear.portal.words.languages import N_

BOUNDS: Mapping[str, str] = {
    "more_than": N_("hơn %(figure)s"),
    "less_than": N_("dưới %(figure)s"),
    "about": N_("khoảng %(figure)s"),
}
STAGES: Mapping[str, str] = {
    "requested": N_("Đề nghị cấp"),
    "appraised": N_("Thẩm định"),
    "approved": N_("Phê duyệt"),
    "allocated": N_("Phân bổ"),
    "disbursed": N_("Giải ngân"),
}
DOCUMENT_TYPES: Mapping[str, str] = {
    "law": N_("Luật"),
    "resolution": N_("Nghị quyết"),
    "decree": N_("Nghị định"),
    "decision": N_("Quyết định"),
    "circular": N_("Thông tư"),
    "directive": N_("Chỉ thị"),
    "plan": N_("Kế hoạch"),
    "local_document": N_("Văn bản của địa phương"),
    "other": N_("Văn bản khác"),
}
STANDINGS: Mapping[str, str] = {
    "issued": N_("Đã ban hành, chưa có hiệu lực"),
    "in_force": N_("Đang có hiệu lực"),
    "replaced": N_("Đã được thay thế"),
    "owed": N_("Còn nợ"),
}
CRITERIA_PERIODS: Mapping[str, str] = {"month": N_("Hằng tháng"), "year": N_("Hằng năm")}
ANSWER_STATES: Mapping[str, str] = {
    "open": N_("Chưa trả lời"),
    "answered": N_("Đã tự chấm"),
    "verified": N_("Đã thẩm định"),
}
