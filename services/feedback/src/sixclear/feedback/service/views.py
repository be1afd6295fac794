"""Rows as the API answers them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.clocks import AnswerClock, answer_clock, calendar
from sixclear.feedback.models import Answer, Contact, Message, Submission
from sixclear.feedback.repository import submissions as rows
from sixclear.feedback.schemas import (
    AccessView,
    AnswerState,
    AnswerView,
    CaseView,
    ClockView,
    ContactView,
    MessageState,
    MessageView,
    PublishedAnswer,
    SpecialDayView,
    SubmissionReceipt,
    SubmissionState,
    SubmissionSummary,
    SubmissionView,
)

_MOST_ACCESSES = 100


def _clock(submission: Submission) -> AnswerClock:
    """The clock as it was set: with the edition of the calendar that the due time was computed with."""
    return answer_clock(submission.received_at, calendar(submission.calendar_edition))


def _rules(clock: AnswerClock) -> dict[str, str]:
    return {
        "rule_vi": f"{clock.working_days} ngày làm việc kể từ ngày tiếp theo ngày nhận, đến 17 giờ ngày cuối cùng;"
        " không tính thứ Bảy, Chủ nhật và ngày nghỉ lễ.",
        "rule_en": f"{clock.working_days} working days, counted from the day after receipt, until 17:00 on the last"
        " one; Saturdays, Sundays and public holidays do not count.",
    }


def clock_view(submission: Submission, now: datetime) -> ClockView:
    """The clock of a submission with its explanation. Nothing pauses it yet, so `pauses` is empty."""
    clock = _clock(submission)
    special = [
        SpecialDayView.model_validate({name: getattr(day, name) for name in SpecialDayView.model_fields})
        for day in clock.special_days
    ]
    return ClockView(
        started_at=submission.received_at,
        working_days=clock.working_days,
        due_at=submission.due_at,
        due_soon_at=submission.due_soon_at,
        state=clock.state(submission.answered_at, now),
        calendar_edition=clock.edition,
        special_days=special,
        pauses=[],
        provisional=clock.provisional,
        **_rules(clock),
    )


def receipt(submission: Submission, code: str) -> SubmissionReceipt:
    """What the sender gets: nothing in it ever changes, so a retry gets the same."""
    return SubmissionReceipt(
        receipt_code=code,
        submission_id=submission.submission_id,
        received_at=submission.received_at,
        due_at=submission.due_at,
        due_soon_at=submission.due_soon_at,
        **_rules(_clock(submission)),
    )


async def case_view(session: AsyncSession, submission: Submission, now: datetime) -> CaseView:
    """A case as its sender sees it: drafts are not shown."""
    answers = await rows.list_answers(session, submission.submission_id)
    published = next((answer for answer in answers if answer.published_at is not None), None)
    accesses = await rows.list_accesses(session, submission.submission_id, _MOST_ACCESSES)
    return CaseView.model_validate(
        _columns(submission, CaseView.model_fields)
        | {
            "clock": clock_view(submission, now),
            "messages": await _messages(session, submission),
            "answer": published and PublishedAnswer(**_columns(published, PublishedAnswer.model_fields)),
            "accesses": [AccessView(**_columns(access, AccessView.model_fields)) for access in accesses],
        }
    )


def submission_state(submission: Submission, now: datetime) -> SubmissionState:
    """Where a submission stands."""
    return SubmissionState(**_state(submission, now))


def submission_summary(submission: Submission, now: datetime) -> SubmissionSummary:
    """A submission as lists show it."""
    return SubmissionSummary(**_state(submission, now), title=_title(submission))


def _title(submission: Submission) -> str | None:
    return None if submission.visibility == "sealed" else submission.title


def _state(submission: Submission, now: datetime) -> dict[str, Any]:
    state = _clock(submission).state(submission.answered_at, now)
    return _columns(submission, SubmissionState.model_fields) | {"clock_state": state}


async def submission_view(session: AsyncSession, submission: Submission, now: datetime) -> SubmissionView:
    """A submission as a handler works with it, without its contact."""
    answers = await rows.list_answers(session, submission.submission_id)
    return SubmissionView.model_validate(
        _columns(submission, SubmissionView.model_fields)
        | _state(submission, now)
        | {
            "contact_given": await rows.find_contact(session, submission.submission_id) is not None,
            "clock": clock_view(submission, now),
            "messages": await _messages(session, submission),
            "answers": [AnswerView(**_columns(answer, AnswerView.model_fields)) for answer in answers],
        }
    )


async def _messages(session: AsyncSession, submission: Submission) -> list[MessageView]:
    messages = await rows.list_messages(session, submission.submission_id)
    return [MessageView(author=row.author, text=row.text, sent_at=row.occurred_at) for row in messages]


def message_state(message: Message) -> MessageState:
    """That a message was taken."""
    return MessageState(author=message.author, sent_at=message.occurred_at)


def answer_state(answer: Answer, submission: Submission) -> AnswerState:
    """That an answer was drafted."""
    return AnswerState(**_columns(answer, AnswerState.model_fields), version=submission.version)


def contact_view(contact: Contact | None) -> ContactView:
    """How the sender can be reached."""
    if contact is None:
        return ContactView(name=None, email=None, phone=None)
    return ContactView(name=contact.name, email=contact.email, phone=contact.phone)


def _columns(row: object, names: Iterable[str]) -> dict[str, Any]:
    """The columns of a row that a schema has too."""
    return {name: getattr(row, name) for name in names if hasattr(row, name)}
