"""Words for the codes of `feedback`."""

from collections.abc import Mapping

from sixclear.portal.words.languages import N_

# A kind of submission has a title and an example.
KINDS: Mapping[str, tuple[str, str]] = {
    "feedback": (
        N_("Phản ánh"),
        N_("Một việc đang chậm hoặc chưa đúng. Ví dụ: “Dịch vụ công ở xã tôi báo lỗi suốt tuần qua.”"),
    ),
    "recommendation": (
        N_("Kiến nghị"),
        N_("Một điều cần sửa trong quy định hoặc cách làm. Ví dụ: “Nên bỏ bản giấy khi đã nộp trực tuyến.”"),
    ),
    "initiative": (
        N_("Sáng kiến"),
        N_("Một cách làm mới. Ví dụ: “Dùng mã QR để đối chiếu hồ sơ giữa xã và tỉnh.”"),
    ),
    "solution": (
        N_("Giải pháp"),
        N_("Một lời giải đã làm được, có thể dùng ngay. Ví dụ: “Phần mềm đã chạy ở bệnh viện của chúng tôi.”"),
    ),
}
CASE_STATUSES: Mapping[str, str] = {
    "received": N_("Đã tiếp nhận"),
    "triaged": N_("Đã phân loại"),
    "assigned": N_("Đã chuyển đến cơ quan xử lý"),
    "in_review": N_("Đang xem xét"),
    "answered": N_("Đã trả lời"),
    "withdrawn": N_("Đã rút"),
}
OUTCOMES: Mapping[str, str] = {
    "accepted": N_("Tiếp thu"),
    "accepted_in_part": N_("Tiếp thu một phần"),
    "already_done": N_("Đã làm rồi"),
    "not_feasible": N_("Chưa khả thi"),
    "not_competent": N_("Không thuộc thẩm quyền"),
    "rejected": N_("Không tiếp thu"),
}
# What a sender says of an answer.
RATINGS: Mapping[str, str] = {
    "solved": N_("Đã giải quyết"),
    "partly": N_("Giải quyết được một phần"),
    "not_solved": N_("Chưa giải quyết"),
}
# Where the review of an expert stands, as the expert reads it.
REVIEW_STATUSES: Mapping[str, str] = {
    "assigned": N_("Chờ bạn khai xung đột lợi ích"),
    "accepted": N_("Chờ nhận xét của bạn"),
    "given": N_("Đã gửi nhận xét"),
    "declined": N_("Đã từ chối"),
    "withdrawn": N_("Đã thu hồi"),
}
# The same, as the hub reads it.
ASKED_REVIEWS: Mapping[str, str] = {
    "assigned": N_("Đã mời, chưa trả lời"),
    "accepted": N_("Đang nhận xét"),
    "given": N_("Đã gửi nhận xét"),
    "declined": N_("Có xung đột lợi ích, đã từ chối"),
    "withdrawn": N_("Đã thu hồi"),
}
# What experts advise, and what is decided on their reviews.
ADVICE: Mapping[str, str] = {
    "accept": N_("Tiếp thu"),
    "accept_in_part": N_("Tiếp thu một phần"),
    "reject": N_("Không tiếp thu"),
}
APPEAL_DECISIONS: Mapping[str, str] = {
    "upheld": N_("Chấp nhận đề nghị"),
    "upheld_in_part": N_("Chấp nhận một phần đề nghị"),
    "rejected": N_("Không chấp nhận đề nghị"),
}
# What becomes of what was received; together they are all of it.
PARTS: Mapping[str, str] = {
    "answered": N_("Đã trả lời"),
    "in_time": N_("Đang xử lý, còn hạn"),
    "due_soon": N_("Đang xử lý, sắp đến hạn"),
    "overdue": N_("Quá hạn, chưa trả lời"),
    "closed_without_answer": N_("Người gửi rút, không cần trả lời"),
}
# Where the clock of a public copy stands.
PUBLIC_CLOCKS: Mapping[str, str] = {
    "answered": N_("Đã trả lời"),
    "in_time": N_("Đang xử lý, còn hạn"),
    "due_soon": N_("Đang xử lý, sắp đến hạn"),
    "overdue": N_("Quá hạn, chưa trả lời"),
    "paused": N_("Tạm dừng, chờ người gửi bổ sung"),
}
# By what the figures of a year are grouped.
GROUPED_BY: Mapping[str, str] = {
    "kind": N_("Loại góp ý"),
    "field": N_("Lĩnh vực"),
    "place": N_("Nơi"),
    "organisation": N_("Cơ quan trả lời"),
    "month": N_("Tháng"),
}
# How far what came of an idea is.
PROPOSAL_STAGES: Mapping[str, str] = {
    "proposed": N_("Đã đề xuất thành nhiệm vụ, chờ cơ quan có thẩm quyền quyết định"),
    "assigned": N_("Đã giao"),
    "in_progress": N_("Đang thực hiện"),
    "done": N_("Đã xong, kết quả đã được xác nhận"),
    "ended": N_("Không thực hiện"),
    "not_public": N_("Đã thành nhiệm vụ không công khai; không có thông tin thêm"),
}
ACCESSES: Mapping[str, str] = {
    "contact": N_("cách liên lạc"),
    "sealed_text": N_("nội dung niêm phong"),
    "file": N_("một tệp"),
}
TRANSFERS: Mapping[str, str] = {
    "offered": N_("đang chờ trả lời"),
    "accepted": N_("đã nhận"),
    "refused": N_("không nhận"),
    "lapsed": N_("không còn hiệu lực"),
}
# Why a body did not take a case.
TRANSFER_REFUSALS: Mapping[str, str] = {
    "not_competent": N_("không thuộc thẩm quyền"),
    "other_place": N_("việc ở nơi khác"),
    "handled_already": N_("việc này đang được xử lý rồi"),
    "not_clear": N_("chưa rõ bạn hỏi gì"),
}
IDENTITY_LEVELS: Mapping[str, str] = {
    "verified": N_("đã xác thực"),
    "named": N_("có họ tên"),
    "pseudonymous": N_("không có họ tên"),
    "anonymous": N_("ẩn danh"),
}
# A rule of the clock is law, or ours.
CLOCK_MARKS: Mapping[str, str] = {
    "law": N_("theo luật"),
    "proposal": N_("đề xuất của hệ thống"),
}
STATEMENTS: Mapping[str, str] = {
    "received": N_("Đã tiếp nhận góp ý"),
    "acknowledged": N_("Đã phân loại góp ý"),
    "answered": N_("Đã trả lời góp ý"),
    "due_changed": N_("Đã dời hạn trả lời"),
    "transferred": N_("Đã chuyển góp ý sang cơ quan khác"),
    "closed": N_("Đã đóng vụ việc"),
    "no_answer": N_("Không có câu trả lời đúng hạn"),
}
CHANGES: Mapping[str, str] = {
    "submission.received": N_("Tiếp nhận góp ý"),
    "submission.triaged": N_("Phân loại góp ý"),
    "submission.assigned": N_("Chuyển góp ý đến cơ quan"),
    "submission.message_added": N_("Trao đổi về góp ý"),
    "submission.answer_drafted": N_("Soạn câu trả lời"),
    "submission.answered": N_("Trả lời góp ý"),
    "submission.linked": N_("Được nối với góp ý cùng nhu cầu"),
    "submission.identity_raised": N_("Người gửi cho biết thêm mình là ai"),
    "submission.rated": N_("Người gửi đánh giá câu trả lời"),
    "submission.reopened": N_("Mở lại góp ý theo yêu cầu người gửi"),
    "submission.appealed": N_("Người gửi đề nghị xem lại câu trả lời"),
    "submission.appeal_decided": N_("Quyết định về đề nghị xem lại"),
    "submission.step_done": N_("Làm xong một việc đã hứa"),
    "submission.taken_back": N_("Người gửi rút góp ý"),
    "submission.shredded": N_("Xóa nội dung góp ý"),
    "submission.due_moved": N_("Dời hạn trả lời theo lịch nghỉ mới"),
    "submission.clock_paused": N_("Dừng đồng hồ để người gửi bổ sung"),
    "submission.clock_resumed": N_("Đồng hồ chạy tiếp"),
    "submission.due_changed": N_("Dời hạn trả lời theo quyết định"),
    "submission.transferred": N_("Cơ quan khác nhận góp ý"),
    "submission.escalated": N_("Báo góp ý quá hạn lên cấp cao hơn"),
    "proposal.accepted": N_("Sáng kiến được nhận thành đề xuất"),
    "proposal.withdrawn": N_("Rút đề xuất khỏi công khai"),
}
