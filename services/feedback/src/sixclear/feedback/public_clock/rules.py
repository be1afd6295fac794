"""Where a public clock stands at the start of a day. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a case by which its clock stands."""

    due_on: date
    due_soon_on: date
    paused: bool
    answered_on: date | None


def state_at(days: Days, day: date) -> str:
    """`answered`, `paused`, `overdue`, `due_soon` or `in_time`: what `clock_state` says at the first instant of `day`.

    A due day ends at 17:00, so a case is overdue from the day after it on.
    """
    if days.answered_on is not None:
        return "answered"
    if days.paused:
        return "paused"
    if days.due_on < day:
        return "overdue"
    return "due_soon" if days.due_soon_on < day else "in_time"
