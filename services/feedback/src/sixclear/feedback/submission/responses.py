"""Rows of submissions as responses."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.clock import civil_date, close_of_day
from sixclear.common.transparency.notes import encode
from sixclear.common.web.calendar import SpecialDayView
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.submission.clocks import ANSWER_WORKING_DAYS, Line, case_clock, clock_state, days_left
from sixclear.feedback.submission.models import DueMove, Pause, Submission, clock_start, facts_of
from sixclear.feedback.submission.schemas import (
    ClockLine,
    ClockView,
    PauseView,
    SubmissionReceipt,
    SubmissionState,
    SubmissionSummary,
)
from sixclear.feedback.terms import term, terms
from sixclear.feedback.transparency.service import Signed

# A line of the explanation in words.
_WORDS = {
    "received": ("Nhận ngày {day}; tính từ ngày tiếp theo.", "Received on {day}; counted from the day after."),
    "answer": ("Thời hạn trả lời: {days} ngày làm việc.", "Time for the answer: {days} working days."),
    "moved": (
        "Quyết định ngày {day} cho thêm {days} ngày làm việc.",
        "A decision of {day} gave {days} working days more.",
    ),
    "stopped": (
        "Đồng hồ dừng từ {day} đến {until} để chờ bổ sung: {days} ngày làm việc không tính.",
        "The clock stood still from {day} to {until}, for the sender to complete: {days} working days not counted.",
    ),
    "not_worked": (
        "Từ {day} đến {until} có {days} ngày nghỉ không tính.",
        "From {day} to {until} there are {days} days off, not counted.",
    ),
    "due": ("Hạn: 17 giờ ngày {day}.", "Due: 17:00 on {day}."),
    "transferred": (
        "Cơ quan khác nhận vụ việc ngày {day}; hạn của cơ quan này tính từ ngày tiếp theo, hạn của người gửi giữ"
        " nguyên.",
        "Another body accepted the case on {day}; its own clock counts from the day after, the sender's goes on.",
    ),
}
_DERIVED = {"clock_state", "due_provisional", "sender_wrote_last"}


def submission_response(submission: Submission, now: datetime) -> SubmissionState:
    """Where a submission stands; its timeliness is derived at `now`."""
    return SubmissionState(**_state(submission, now))


def submission_summary(
    submission: Submission, now: datetime, names: Briefs, titles: Mapping[UUID, str | None]
) -> SubmissionSummary:
    """A submission as lists show it."""
    title = titles.get(submission.submission_id)
    held = submission.held_until if submission.status == "received" else None
    return SubmissionSummary(**_state(submission, now), title=title, held_until=held, **bodies(submission, names))


def bodies(submission: Submission, names: Briefs) -> dict[str, OrganisationBrief | None]:
    """The bodies of a submission by name."""
    return {
        "addressed_organisation": brief(names, submission.addressed_organisation_id),
        "organisation": brief(names, submission.organisation_id),
    }


def _state(submission: Submission, now: datetime) -> dict[str, Any]:
    columns = {name: getattr(submission, name) for name in SubmissionState.model_fields if name not in _DERIVED}
    return columns | {
        "clock_state": _clock_state(submission, now),
        "due_provisional": _provisional(submission),
        "sender_wrote_last": submission.last_message_by == "sender",
    }


def receipt_response(submission: Submission, code: str, stated: Signed | None) -> SubmissionReceipt:
    """What the sender gets. A retry gets the same, unless a newer edition of the calendar moved the due time."""
    return SubmissionReceipt(
        receipt_code=code,
        submission_id=submission.submission_id,
        received_at=submission.received_at,
        due_at=submission.due_at,
        due_soon_at=submission.due_soon_at,
        due_provisional=_provisional(submission),
        **_rules(),
        statement=stated.statement if stated else None,
        salt=encode(stated.salt) if stated else None,
        held=submission.held_until is not None,
    )


def clock_response(
    submission: Submission, now: datetime, pauses: Sequence[Pause], moves: Sequence[DueMove]
) -> ClockView:
    """The clocks of a submission, explained line by line."""
    edition = calendar(submission.calendar_edition)
    facts = facts_of(clock_start(submission), submission.body_started_at, pauses, moves)
    clock = case_clock(facts, edition)
    overdue = edition.after(civil_date(submission.due_at), term("long_overdue").count)
    return ClockView(
        started_at=clock_start(submission),
        working_days=clock.working_days,
        due_at=submission.due_at,
        due_soon_at=submission.due_soon_at,
        state=_clock_state(submission, now),
        calendar_edition=clock.edition,
        special_days=[SpecialDayView.model_validate(day, from_attributes=True) for day in clock.special_days],
        pauses=[_pause(pause) for pause in pauses],
        provisional=clock.provisional,
        first_due_at=_moved_from(submission),
        body_due_at=submission.body_due_at or submission.due_at,
        body_started_at=facts.body_started_at or facts.received_at,
        paused_since=submission.paused_since,
        pause_days_left=days_left(facts.stops, edition),
        long_overdue_at=close_of_day(overdue),
        lines=[_line(line) for line in clock.lines],
        **_rules(),
    )


def _pause(pause: Pause) -> PauseView:
    return PauseView(
        from_at=pause.from_at,
        to_at=pause.ended_at,
        reason="completion",
        until_at=pause.until_at,
        working_days=pause.working_days,
        ended_by=pause.ended_by,
    )


def _line(line: Line) -> ClockLine:
    rule = terms()[line.term] if line.term else None
    said = {"day": f"{line.day:%d/%m/%Y}", "days": line.days, "until": f"{line.until or line.day:%d/%m/%Y}"}
    words_vi, words_en = _WORDS[line.what]
    return ClockLine(
        what=line.what,
        day=line.day,
        until=line.until,
        days=line.days,
        term=line.term,
        mark=rule.mark if rule else None,
        basis=rule.basis if rule else None,
        text_vi=words_vi.format(**said),
        text_en=words_en.format(**said),
    )


def _moved_from(submission: Submission) -> datetime | None:
    """What was told at receipt, where the due time is another one now."""
    return None if submission.first_due_at == submission.due_at else submission.first_due_at


def _provisional(submission: Submission) -> bool:
    due = max(submission.due_at, submission.body_due_at or submission.due_at)
    edition = calendar(submission.calendar_edition)
    return edition.provisional(civil_date(clock_start(submission)), civil_date(due))


def _clock_state(submission: Submission, now: datetime) -> str:
    """Where the sender's clock stands; that of a case that its sender took back stays as it was then."""
    running = min(now, submission.occurred_at) if submission.status == "withdrawn" else now
    return clock_state(submission.due_at, submission.due_soon_at, submission.answered_at, running)


def _rules() -> dict[str, str]:
    return {
        "rule_vi": f"{ANSWER_WORKING_DAYS} ngày làm việc kể từ ngày tiếp theo ngày nhận, đến 17 giờ ngày cuối cùng;"
        " không tính thứ Bảy, Chủ nhật và ngày nghỉ lễ.",
        "rule_en": f"{ANSWER_WORKING_DAYS} working days, counted from the day after receipt, until 17:00 on the last"
        " one; Saturdays, Sundays and public holidays do not count.",
    }
