"""Clocks in working days: when an answer is due, and why then. Pure: no database, no current time."""

from dataclasses import dataclass
from datetime import datetime

from sixclear.common.calendar import Calendar, SpecialDay
from sixclear.common.clock import civil_date, close_of_day

# R16: Decree 92/2017 and the national indicators give 15 working days for an answer.
ANSWER_WORKING_DAYS = 15
DUE_SOON_WORKING_DAYS = 2


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """When an answer is due, with everything that the due time follows from. Instants are UTC."""

    received_at: datetime
    working_days: int
    due_at: datetime
    due_soon_at: datetime
    edition: str
    special_days: tuple[SpecialDay, ...]
    provisional: bool

    def state(self, answered_at: datetime | None, now: datetime) -> str:
        """`answered`, else `overdue` (later than the due time), else `due_soon`, else `in_time`."""
        if answered_at is not None:
            return "answered"
        if now > self.due_at:
            return "overdue"
        return "due_soon" if now > self.due_soon_at else "in_time"


def answer_clock(received_at: datetime, calendar: Calendar) -> AnswerClock:
    """The clock of a submission: due at 17:00 civil time of the 15th working day after the day of its receipt."""
    start = civil_date(received_at)
    due = calendar.after(start, ANSWER_WORKING_DAYS)
    due_soon = calendar.after(start, ANSWER_WORKING_DAYS - DUE_SOON_WORKING_DAYS)
    return AnswerClock(
        received_at=received_at,
        working_days=ANSWER_WORKING_DAYS,
        due_at=close_of_day(due),
        due_soon_at=close_of_day(due_soon),
        edition=calendar.edition,
        special_days=calendar.special_between(start, due),
        provisional=calendar.provisional(start, due),
    )
