"""Codes in words: states, changes, kinds and rules, as a reader says them."""

from collections.abc import Mapping
from datetime import datetime

from sixclear.common.clock import civil_date
from sixclear.portal.languages import Language
from sixclear.portal.service.attention import AttentionRow
from sixclear.portal.upstream.data_catalog import Heartbeat
from sixclear.portal.upstream.feedback import Message
from sixclear.portal.upstream.tasks import Task


def N_(message: str) -> str:
    """Marks a text for the catalogues; it is translated where it is shown."""
    return message


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
LEVELS: Mapping[str, str] = {
    "central": N_("Trung ương"),
    "province": N_("Tỉnh, thành phố"),
    "commune": N_("Xã, phường, đặc khu"),
    "department": N_("Đơn vị trực thuộc"),
}
CLEARS: Mapping[str, str] = {
    "person": N_("Rõ người"),
    "work": N_("Rõ việc"),
    "time": N_("Rõ thời gian"),
    "responsibility": N_("Rõ trách nhiệm"),
    "product": N_("Rõ sản phẩm"),
    "authority": N_("Rõ thẩm quyền"),
}
CHANGES: Mapping[str, str] = {
    "organisation.registered": N_("Ghi nhận cơ quan"),
    "organisation.renamed": N_("Đổi tên cơ quan"),
    "programme.registered": N_("Mở chương trình"),
    "programme.updated": N_("Cập nhật chương trình"),
    "directive.registered": N_("Ghi nhận văn bản giao việc"),
    "directive.updated": N_("Cập nhật văn bản giao việc"),
    "task.proposed": N_("Đề xuất nhiệm vụ"),
    "task.updated": N_("Cập nhật nhiệm vụ"),
    "task.assigned": N_("Giao nhiệm vụ"),
    "task.progress_reported": N_("Báo cáo tiến độ"),
    "task.evidence_added": N_("Thêm minh chứng"),
    "task.submitted": N_("Gửi để xác nhận"),
    "task.returned": N_("Trả lại để làm tiếp"),
    "task.completed": N_("Xác nhận hoàn thành"),
    "task.extended": N_("Gia hạn"),
    "task.withdrawn": N_("Rút khỏi công khai"),
    "submission.received": N_("Tiếp nhận góp ý"),
    "submission.triaged": N_("Phân loại góp ý"),
    "submission.assigned": N_("Chuyển góp ý đến cơ quan"),
    "submission.message_added": N_("Trao đổi về góp ý"),
    "submission.answer_drafted": N_("Soạn câu trả lời"),
    "submission.answered": N_("Trả lời góp ý"),
    "entry.registered": N_("Ghi vào danh mục"),
    "entry.updated": N_("Cập nhật danh mục"),
    "entry.deployment_stage_changed": N_("Đổi giai đoạn triển khai"),
    "entry.registration_submitted": N_("Nộp hồ sơ đăng ký"),
    "entry.registration_returned": N_("Trả lại hồ sơ đăng ký"),
    "entry.registration_approved": N_("Phê duyệt hồ sơ đăng ký"),
    "entry.document_added": N_("Thêm tài liệu hồ sơ"),
    "entry.heartbeat_received": N_("Nhận tín hiệu hoạt động"),
}
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
STAGES: Mapping[str, str] = {
    "not_deployed": N_("Chưa triển khai"),
    "deploying_digitised_only": N_("Đang triển khai, mới số hóa"),
    "deploying_foundation": N_("Đang triển khai nền tảng"),
    "formed_centralised": N_("Đã hình thành, tập trung"),
}
# Outside the ladder: a database that is built anew or taken out of use stands on no rung.
OFF_LADDER: Mapping[str, str] = {
    "rebuild": N_("Đang xây dựng lại"),
    "retire": N_("Ngừng sử dụng"),
}
OUTCOMES: Mapping[str, str] = {
    "accepted": N_("Tiếp thu"),
    "accepted_in_part": N_("Tiếp thu một phần"),
    "already_done": N_("Đã làm rồi"),
    "not_feasible": N_("Chưa khả thi"),
    "not_competent": N_("Không thuộc thẩm quyền"),
    "rejected": N_("Không tiếp thu"),
}
ACCESSES: Mapping[str, str] = {
    "contact": N_("cách liên lạc"),
    "sealed_text": N_("nội dung niêm phong"),
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
ATTENTION: Mapping[str, tuple[str, str]] = {
    "longest_overdue": (
        N_("Quá hạn lâu nhất"),
        N_("Nhiệm vụ chưa hoàn thành đã qua hạn hiện hành, lâu nhất đứng trước."),
    ),
    "returned_twice": (
        N_("Bị trả lại từ hai lần"),
        N_("Nhiệm vụ chưa hoàn thành đã bị trả lại ít nhất hai lần, nhiều lần nhất đứng trước."),
    ),
    "no_report_in_cycle": (
        N_("Không báo cáo trong kỳ"),
        N_("Nhiệm vụ chưa hoàn thành, không có báo cáo nào lâu hơn một kỳ báo cáo."),
    ),
    "answers_past_clock": (
        N_("Góp ý chưa được trả lời đúng hạn"),
        N_("Góp ý đã qua hạn trả lời, lâu nhất đứng trước."),
    ),
    "databases_at_risk": (
        N_("Cơ sở dữ liệu có nguy cơ"),
        N_("Cơ sở dữ liệu được đánh dấu nguy cơ cao, mới triển khai ít nhất đứng trước."),
    ),
}
SERVICES: Mapping[str, str] = {
    "tasks": N_("nhiệm vụ"),
    "feedback": N_("góp ý"),
    "data-catalog": N_("danh mục dữ liệu"),
    "monitoring": N_("số liệu giám sát"),
}

PROBLEMS: Mapping[str, str] = {
    "not-found": N_("Không có gì ở địa chỉ này."),
    "invalid-request": N_("Yêu cầu có trường thiếu hoặc sai."),
    "malformed-request": N_("Yêu cầu không đọc được."),
    "invalid-cursor": N_("Con trỏ trang không hợp lệ; hãy đọc lại từ đầu danh sách."),
    "stale-version": N_("Bản ghi đã đổi từ khi bạn đọc; hãy đọc lại rồi gửi lại."),
    "unauthenticated": N_("Địa chỉ này cần mã truy cập."),
    "invalid-token": N_("Mã truy cập không hợp lệ hoặc đã hết hạn."),
    "insufficient-scope": N_("Mã truy cập không có quyền làm việc này."),
    "content-too-large": N_("Nội dung gửi quá lớn."),
    "figures-do-not-reconcile": N_("Không hiện số liệu: số đếm và bản ghi không khớp."),
    "internal-error": N_("Dịch vụ gặp trục trặc; dữ liệu vẫn an toàn."),
}

_HOUR = 3_600
_DAY = 86_400


class Words:
    """Codes and times in the words of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def of(self, words: Mapping[str, str], code: str | None) -> str:
        """The word for `code`; a code that is not known yet is shown as it is."""
        return self.language.text(words[code]) if code is not None and code in words else (code or "")

    def title(self, words: Mapping[str, tuple[str, str]], code: str) -> str:
        """The title of a code that has a title and an explanation."""
        return self.language.text(words[code][0]) if code in words else code

    def explanation(self, words: Mapping[str, tuple[str, str]], code: str) -> str:
        """The explanation of a code that has a title and an explanation."""
        return self.language.text(words[code][1]) if code in words else ""

    def change(self, entity_type: str, change: str) -> str:
        """What happened, in words."""
        return self.of(CHANGES, f"{entity_type}.{change}") if f"{entity_type}.{change}" in CHANGES else change

    def changes(self) -> dict[str, str]:
        """All changes in words, for the script that writes the live ledger."""
        return {code: self.language.text(text) for code, text in CHANGES.items()}

    def problem(self, code: str) -> str:
        """What a problem code of an API means; empty for one that is explained in its own answer."""
        return self.of(PROBLEMS, code) if code in PROBLEMS else ""

    def concern(self, row: AttentionRow) -> str:
        """Why something needs attention: how late it is, how often it was returned, or when it was last heard of."""
        if row.times_returned is not None and row.last_returned_at is not None:
            return self.language.count(
                "bị trả lại %(number)s lần, lần cuối %(day)s",
                "bị trả lại %(number)s lần, lần cuối %(day)s",
                row.times_returned,
                day=self.language.formats.day(row.last_returned_at),
            )
        if row.days_late is not None:
            return self.late(row.days_late)
        if row.last_report_at is not None:
            day = self.language.formats.day(row.last_report_at)
            return self.language.text(N_("báo cáo cuối %(day)s"), day=day)
        return ""

    def author(self, message: Message) -> str:
        """Who wrote a message of a case: the sender or the handling body."""
        return self.language.text(N_("Bạn") if message.author == "sender" else N_("Cơ quan xử lý"))

    def name(self, record: object) -> str:
        """The name of an organisation, programme or entry."""
        return self.language.name(getattr(record, "name_vi", None), getattr(record, "name_en", None))

    def language_of_name(self, record: object) -> str:
        """The language that `name` writes the name of `record` in."""
        return self.language.code_of(getattr(record, "name_vi", None), getattr(record, "name_en", None))

    def state(self, task: Task, extensions: int, now: datetime) -> str:
        """The state of a task as one sentence."""
        language = self.language
        parts = [self.of(STATUSES, task.status)]
        if task.kind == "recurring":
            parts.append(language.text(N_("làm thường xuyên")))
        elif task.status != "completed" and task.current_deadline is not None:
            parts.append(self.distance(task.current_deadline, now, overdue=task.bucket == "overdue"))
        sentence = language.text(N_(", ")).join(parts)
        if extensions:
            sentence += language.text(N_("; ")) + language.count(
                "đã gia hạn %(number)s lần", "đã gia hạn %(number)s lần", extensions
            )
        return sentence

    def distance(self, deadline: datetime, now: datetime, *, overdue: bool) -> str:
        """How far a deadline is, in civil days; whether it is missed is for the service that keeps it to say."""
        days = (civil_date(deadline) - civil_date(now)).days
        if overdue:
            return self.late(max(-days, 0))
        if days <= 0:
            return self.language.text(N_("đến hạn hôm nay"))
        return self.language.count("còn %(number)s ngày", "còn %(number)s ngày", days)

    def late(self, days: int) -> str:
        """So many civil days late."""
        if days == 0:
            return self.language.text(N_("quá hạn từ hôm nay"))
        return self.language.count("quá hạn %(number)s ngày", "quá hạn %(number)s ngày", days)

    def period(self, seconds: float) -> str:
        """A length of time, roughly: seconds, minutes, hours or days."""
        count = self.language.count
        if seconds < 90:
            return count("%(number)s giây", "%(number)s giây", max(round(seconds), 0))
        if seconds < 90 * 60:
            return count("%(number)s phút", "%(number)s phút", round(seconds / 60))
        if seconds < 36 * _HOUR:
            return count("%(number)s giờ", "%(number)s giờ", round(seconds / _HOUR))
        return count("%(number)s ngày", "%(number)s ngày", round(seconds / _DAY))

    def stage(self, stage: str | None) -> str:
        """A deployment stage, on the ladder or off it."""
        return self.of(OFF_LADDER, stage) if stage in OFF_LADDER else self.of(STAGES, stage)

    def freshness(self, heartbeat: Heartbeat, now: datetime) -> str:
        """How alive a database is: data-catalog says which of four it is, and this says since when."""
        text = self.language.text
        promised = self.period(heartbeat.promised_period_seconds or 0)
        if heartbeat.freshness == "no_promise":
            return text(N_("Chưa cam kết chu kỳ cập nhật"))
        if heartbeat.freshness == "silent" or heartbeat.last_at is None:
            return text(N_("Chưa có tín hiệu nào; cam kết mỗi %(period)s"), period=promised)
        values = {"age": self.period((now - heartbeat.last_at).total_seconds()), "period": promised}
        if heartbeat.freshness == "fresh":
            return text(N_("Cập nhật %(age)s trước; cam kết mỗi %(period)s"), **values)
        return text(N_("Trễ: tín hiệu cuối %(age)s trước; cam kết mỗi %(period)s"), **values)
