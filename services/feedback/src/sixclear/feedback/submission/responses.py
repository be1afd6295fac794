"""Rows of submissions as responses."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.transparency.notes import encode
from sixclear.common.web.calendar import SpecialDayView
from sixclear.feedback.organisation.schemas import OrganisationBrief
from sixclear.feedback.organisation.service import Briefs, brief
from sixclear.feedback.submission.clocks import AnswerClock, answer_clock
from sixclear.feedback.submission.models import Submission, clock_start
from sixclear.feedback.submission.schemas import (
    ClockView,
    SubmissionReceipt,
    SubmissionState,
    SubmissionSummary,
)
from sixclear.feedback.transparency.service import Signed

_DERIVED = {"clock_state", "due_provisional", "sender_wrote_last"}


def submission_response(submission: Submission, now: datetime) -> SubmissionState:
    """Where a submission stands; its timeliness is derived at `now`."""
    return SubmissionState(**_state(submission, now))


def submission_summary(
    submission: Submission, now: datetime, names: Briefs, titles: Mapping[UUID, str | None]
) -> SubmissionSummary:
    """A submission as lists show it."""
    title = titles.get(submission.submission_id)
    return SubmissionSummary(**_state(submission, now), title=title, **bodies(submission, names))


def bodies(submission: Submission, names: Briefs) -> dict[str, OrganisationBrief | None]:
    """The bodies of a submission by name."""
    return {
        "addressed_organisation": brief(names, submission.addressed_organisation_id),
        "organisation": brief(names, submission.organisation_id),
    }


def _state(submission: Submission, now: datetime) -> dict[str, Any]:
    columns = {name: getattr(submission, name) for name in SubmissionState.model_fields if name not in _DERIVED}
    clock = _clock(submission)
    return columns | {
        "clock_state": clock.state(submission.answered_at, _running(submission, now)),
        "due_provisional": clock.provisional,
        "sender_wrote_last": submission.last_message_by == "sender",
    }


def receipt_response(submission: Submission, code: str, stated: Signed | None) -> SubmissionReceipt:
    """What the sender gets. A retry gets the same, unless a newer edition of the calendar moved the due time."""
    clock = _clock(submission)
    return SubmissionReceipt(
        receipt_code=code,
        submission_id=submission.submission_id,
        received_at=submission.received_at,
        due_at=submission.due_at,
        due_soon_at=submission.due_soon_at,
        due_provisional=clock.provisional,
        **_rules(clock),
        statement=stated.statement if stated else None,
        salt=encode(stated.salt) if stated else None,
    )


def clock_response(submission: Submission, now: datetime) -> ClockView:
    """The clock of a submission with its explanation. Nothing pauses it yet, so `pauses` is empty."""
    clock = _clock(submission)
    return ClockView(
        started_at=clock_start(submission),
        working_days=clock.working_days,
        due_at=submission.due_at,
        due_soon_at=submission.due_soon_at,
        state=clock.state(submission.answered_at, _running(submission, now)),
        calendar_edition=clock.edition,
        special_days=[SpecialDayView.model_validate(day, from_attributes=True) for day in clock.special_days],
        pauses=[],
        provisional=clock.provisional,
        first_due_at=_moved_from(submission),
        **_rules(clock),
    )


def _moved_from(submission: Submission) -> datetime | None:
    """What was told at receipt, where the due time is another one now."""
    return None if submission.first_due_at == submission.due_at else submission.first_due_at


def _clock(submission: Submission) -> AnswerClock:
    """The clock as it was set: with the edition of the calendar that the due time was computed with."""
    return answer_clock(clock_start(submission), calendar(submission.calendar_edition))


def _running(submission: Submission, now: datetime) -> datetime:
    """The instant that the clock shows: that of a case that its sender took back stays as it was then."""
    return min(now, submission.occurred_at) if submission.status == "withdrawn" else now


def _rules(clock: AnswerClock) -> dict[str, str]:
    return {
        "rule_vi": f"{clock.working_days} ngày làm việc kể từ ngày tiếp theo ngày nhận, đến 17 giờ ngày cuối cùng;"
        " không tính thứ Bảy, Chủ nhật và ngày nghỉ lễ.",
        "rule_en": f"{clock.working_days} working days, counted from the day after receipt, until 17:00 on the last"
        " one; Saturdays, Sundays and public holidays do not count.",
    }
