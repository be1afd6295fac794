"""Words for the codes of `tasks`."""

from collections.abc import Mapping

from sixclear.portal.words.languages import N_

BUCKETS: Mapping[str, str] = {
    "completed": N_("Hoàn thành"),
    "in_term": N_("Trong hạn"),
    "overdue": N_("Quá hạn"),
    "recurring": N_("Thường xuyên"),
}
STATUSES: Mapping[str, str] = {
    "draft": N_("Bản thảo"),
    "proposed": N_("Đã đề xuất"),
    "assigned": N_("Đã giao"),
    "in_progress": N_("Đang thực hiện"),
    "submitted": N_("Chờ xác nhận"),
    "returned": N_("Bị trả lại"),
    "completed": N_("Đã hoàn thành"),
    "paused": N_("Tạm dừng"),
    "cancelled": N_("Đã hủy"),
}
# No step of a task leads to these yet.
NOT_REACHED_YET = frozenset({"draft"})
LEVELS: Mapping[str, str] = {
    "central": N_("Trung ương"),
    "province": N_("Tỉnh, thành phố"),
    "commune": N_("Xã, phường, đặc khu"),
    "department": N_("Đơn vị trực thuộc"),
}
ORDERS: Mapping[str, str] = {
    "deadline": N_("Hạn sớm nhất trước"),
    "days_late": N_("Quá hạn lâu nhất trước"),
    "last_report": N_("Báo cáo mới nhất trước"),
    "body": N_("Theo mã cơ quan chủ trì"),
    "updated": N_("Thay đổi mới nhất trước"),
    "id": N_("Theo mã định danh, không đổi khi đọc tiếp"),
}
# Of which an answer, or a decision, is waited for.
ASSIGNMENTS: Mapping[str, str] = {
    "waiting": N_("Chờ cơ quan chủ trì trả lời"),
    "objected": N_("Cơ quan chủ trì phản đối"),
}
CLEARS: Mapping[str, str] = {
    "person": N_("Rõ người"),
    "work": N_("Rõ việc"),
    "time": N_("Rõ thời gian"),
    "responsibility": N_("Rõ trách nhiệm"),
    "product": N_("Rõ sản phẩm"),
    "authority": N_("Rõ thẩm quyền"),
}
EVIDENCE_STATES: Mapping[str, str] = {
    "waiting": N_("Chờ cơ quan khác xem xét"),
    "accepted": N_("Được chấp nhận"),
    "refused": N_("Không được chấp nhận"),
}
PROOFS: Mapping[str, str] = {
    "runs": N_("hệ thống chạy"),
    "holds_data": N_("hệ thống có dữ liệu"),
    "has_real_users": N_("hệ thống có người dùng thật"),
}
PERIOD_STATUSES: Mapping[str, str] = {
    "open": N_("Đang mở"),
    "reported": N_("Đã báo cáo"),
    "confirmed": N_("Đã xác nhận kỳ này"),
    "returned": N_("Bị trả lại để bổ sung"),
    "missed": N_("Còn nhận báo cáo muộn"),
    "locked": N_("Đã khóa"),
}
PERIOD_TIMINGS: Mapping[str, str] = {
    "pending": N_("Chưa đến hạn"),
    "on_time": N_("Báo cáo đúng hạn"),
    "late": N_("Báo cáo sau hạn"),
    "missing": N_("Không có báo cáo"),
}
DECISION_KINDS: Mapping[str, str] = {
    "extension": N_("Lùi hạn"),
    "transfer": N_("Chuyển cho cơ quan khác chủ trì"),
    "pause": N_("Tạm dừng thực hiện"),
    "resume": N_("Tiếp tục thực hiện"),
    "cancellation": N_("Chấm dứt thực hiện"),
    "split": N_("Tách thành nhiều nhiệm vụ"),
    "merger": N_("Gộp vào nhiệm vụ khác"),
    "regrouping": N_("Xếp sang nhóm việc khác"),
    "reopening": N_("Mở lại vì xác nhận sai"),
}
DECISION_STATES: Mapping[str, str] = {
    "asked": N_("Chờ quyết định"),
    "granted": N_("Được chấp thuận"),
    "granted_otherwise": N_("Được chấp thuận với nội dung khác"),
    "refused": N_("Bị từ chối"),
    "accepted": N_("Cơ quan mới đã nhận"),
    "declined": N_("Cơ quan mới không nhận"),
    "withdrawn": N_("Cơ quan đề nghị đã rút"),
    "lapsed": N_("Hết hiệu lực vì nhiệm vụ đã kết thúc"),
}
CHANGES: Mapping[str, str] = {
    "organisation.registered": N_("Ghi nhận cơ quan"),
    "organisation.codes_added": N_("Cơ quan nhận mã của đơn vị đã sáp nhập"),
    "organisation.renamed": N_("Đổi tên cơ quan"),
    "organisation.merged": N_("Hợp nhất cơ quan"),
    "organisation.upgraded": N_("Nâng cấp cơ quan"),
    "organisation.closed": N_("Giải thể cơ quan"),
    "programme.registered": N_("Mở chương trình"),
    "programme.updated": N_("Cập nhật chương trình"),
    "directive.registered": N_("Ghi nhận văn bản giao việc"),
    "directive.updated": N_("Cập nhật văn bản giao việc"),
    "directive.withdrawn": N_("Rút văn bản giao việc"),
    "task.proposed": N_("Đề xuất nhiệm vụ"),
    "task.refused": N_("Từ chối đề xuất"),
    "task.proposal_withdrawn": N_("Rút đề xuất"),
    "task.updated": N_("Cập nhật nhiệm vụ"),
    "task.assigned": N_("Giao nhiệm vụ"),
    "task.progress_reported": N_("Báo cáo tiến độ"),
    "task.evidence_added": N_("Thêm minh chứng"),
    "task.submitted": N_("Gửi để xác nhận"),
    "task.returned": N_("Trả lại để làm tiếp"),
    "task.completed": N_("Xác nhận hoàn thành"),
    "task.extended": N_("Gia hạn"),
    "task.paused": N_("Tạm dừng nhiệm vụ"),
    "task.resumed": N_("Tiếp tục nhiệm vụ"),
    "task.transferred": N_("Chuyển giao nhiệm vụ"),
    "task.regrouped": N_("Xếp lại nhóm nhiệm vụ"),
    "task.reopened": N_("Mở lại nhiệm vụ"),
    "task.cancelled": N_("Chấm dứt nhiệm vụ"),
    "task.withdrawn": N_("Rút khỏi công khai"),
    "milestone.planned": N_("Đặt mốc"),
    "milestone.moved": N_("Dời hạn của mốc"),
    "milestone.reached": N_("Đạt mốc"),
    "milestone.lapsed": N_("Mốc hết hiệu lực vì nhiệm vụ đã kết thúc"),
    "milestone.restated": N_("Nêu lại mốc"),
    "milestone.withdrawn": N_("Rút mốc khỏi công khai"),
    "evidence.added": N_("Gửi minh chứng"),
    "evidence.accepted": N_("Chấp nhận minh chứng"),
    "evidence.refused": N_("Không chấp nhận minh chứng"),
    "evidence.redacted": N_("Xóa nội dung minh chứng"),
    "evidence.restated": N_("Nêu lại minh chứng"),
    "evidence.withdrawn": N_("Rút minh chứng khỏi công khai"),
    "decision.asked": N_("Đề nghị quyết định"),
    "decision.granted": N_("Chấp thuận đề nghị"),
    "decision.refused": N_("Từ chối đề nghị"),
    "decision.accepted": N_("Nhận bàn giao"),
    "decision.declined": N_("Không nhận bàn giao"),
    "decision.taken_back": N_("Rút lại đề nghị"),
    "decision.lapsed": N_("Đề nghị hết hiệu lực vì nhiệm vụ đã kết thúc"),
    "decision.restated": N_("Nêu lại đề nghị"),
    "decision.withdrawn": N_("Rút đề nghị khỏi công khai"),
    "comment.added": N_("Gửi ý kiến giám sát"),
    "comment.answered": N_("Trả lời ý kiến giám sát"),
    "comment.restated": N_("Nêu lại ý kiến giám sát"),
    "comment.withdrawn": N_("Rút ý kiến giám sát khỏi công khai"),
    "urge.urged": N_("Đôn đốc"),
    "urge.remarked": N_("Ý kiến của lãnh đạo"),
    "urge.reminded": N_("Nhắc hạn"),
    "urge.escalated": N_("Báo cáo cấp trên về việc chậm hạn"),
    "urge.skipped": N_("Bỏ qua một bậc nhắc hạn"),
    "urge.answered": N_("Trả lời đôn đốc"),
    "urge.lapsed": N_("Đôn đốc hết hiệu lực vì nhiệm vụ đã kết thúc"),
    "urge.restated": N_("Nêu lại đôn đốc"),
    "urge.withdrawn": N_("Rút đôn đốc khỏi công khai"),
    "filing.opened": N_("Mở kỳ báo cáo của cơ quan"),
    "filing.filed": N_("Nộp báo cáo kỳ đúng hạn"),
    "filing.late": N_("Nộp báo cáo kỳ muộn"),
    "filing.missed": N_("Quá hạn mà chưa nộp báo cáo kỳ"),
    "filing.locked": N_("Khóa kỳ báo cáo của cơ quan"),
    "filing.exempted": N_("Miễn nộp báo cáo kỳ"),
    "filing.reopened": N_("Mở lại kỳ báo cáo của cơ quan"),
    "period.opened": N_("Mở kỳ"),
    "period.reported": N_("Báo cáo kỳ"),
    "period.confirmed": N_("Xác nhận kỳ"),
    "period.returned": N_("Trả lại kỳ"),
    "period.reopened": N_("Mở lại kỳ"),
    "period.missed": N_("Kỳ không có báo cáo khi đến hạn"),
    "period.locked": N_("Khóa kỳ"),
    "period.moved": N_("Dời hạn của kỳ"),
    "period.restated": N_("Nêu lại kỳ"),
    "period.withdrawn": N_("Rút kỳ khỏi công khai"),
}
