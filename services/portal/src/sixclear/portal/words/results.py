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
INDICATOR_KINDS: Mapping[str, str] = {
    "strategic": N_("Chỉ tiêu chiến lược"),
    "operational": N_("Chỉ tiêu điều hành"),
}
VALUE_TYPES: Mapping[str, str] = {
    "count": N_("số đếm"),
    "amount": N_("số lượng"),
    "ratio": N_("tỷ lệ có tử số và mẫu số"),
    "share": N_("tỷ lệ công bố không kèm tử số và mẫu số"),
    "rank": N_("thứ hạng"),
    "index": N_("chỉ số tổng hợp"),
    "yes_no": N_("có hoặc không"),
}
DIRECTIONS: Mapping[str, str] = {
    "up": N_("càng cao càng tốt"),
    "down": N_("càng thấp càng tốt"),
    "within": N_("tốt khi trong khoảng"),
}
PERIOD_UNITS: Mapping[str, str] = {
    "week": N_("hằng tuần"),
    "month": N_("hằng tháng"),
    "quarter": N_("hằng quý"),
    "half_year": N_("sáu tháng một lần"),
    "nine_months": N_("chín tháng đầu năm"),
    "year": N_("hằng năm"),
    "five_years": N_("năm năm một lần"),
}
# What is not plausible of a value; it may be right all the same.
BREACHES: Mapping[str, str] = {
    "below-range": N_("thấp hơn mức thường gặp"),
    "above-range": N_("cao hơn mức thường gặp"),
    "ratio-above-100": N_("tỷ lệ trên 100 %"),
    "jump": N_("thay đổi nhiều so với kỳ trước"),
}
CRITERIA_PERIODS: Mapping[str, str] = {"month": N_("Hằng tháng"), "year": N_("Hằng năm")}
ANSWER_STATES: Mapping[str, str] = {
    "open": N_("Chưa trả lời"),
    "answered": N_("Đã tự chấm"),
    "verified": N_("Đã thẩm định"),
}
