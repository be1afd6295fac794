"""How work stands to its deadline: one rule, for all services (R3). Pure; instants are UTC, days are civil days.

`tests/cases/timing.json` says what it answers; where a service asks the same in SQL, that is held by a table as well.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from sixclear.common.clock import civil_date, civil_day_start

# From so many days behind the deadline on, work is at risk, and its body says what it does about it (R3, R8).
SLIP_AT_RISK_DAYS = 5
_LEFT_AT_RISK_DAYS, _PERCENT_AT_RISK = 5, 80
_DUE_SOON_DAYS = 7
# Before anything that is judged here.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

HandedIn = Literal["on_time", "late"]
Standing = Literal["overdue", "at_risk", "due_soon", "on_track"]


@dataclass(frozen=True, slots=True)
class Work:
    """What the rule reads. `submitted_at` is that of the submission that waits or was accepted, never a returned one.

    A body works on what is `open`, another one confirms what is `submitted`, and `paused` work waits for a decision.
    """

    state: Literal["open", "submitted", "paused", "completed"]
    deadline: datetime | None
    original_deadline: datetime | None
    submitted_at: datetime | None = None
    percent: int = 0
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """How work stands: by the current and the original deadline once it is completed, by the current one while open.

    What was submitted waits since then: no body is blamed for it, neither the doer nor the one that confirms.
    What is paused stands nowhere: it is outside all rates.
    """

    standing: HandedIn | Standing | None
    original: HandedIn | None = None
    waits_since: datetime | None = None


def timing(work: Work, now: datetime) -> Timing:
    """How work stands at an instant; a completed piece by its submission, whenever that was confirmed."""
    if work.state == "completed":
        by_original = handed_in(work.submitted_at, work.original_deadline)
        return Timing(handed_in(work.submitted_at, work.deadline), by_original)
    if work.state == "open":
        return Timing(_standing(work, now))
    return Timing(None, waits_since=work.submitted_at if work.state == "submitted" else None)


def handed_in(submitted_at: datetime | None, deadline: datetime | None) -> HandedIn | None:
    """Whether a submission came by a deadline, at the instant itself it did; None without one of the two."""
    if submitted_at is None or deadline is None:
        return None
    return "on_time" if submitted_at <= deadline else "late"


def is_over(deadline: datetime | None, now: datetime) -> bool:
    """Whether a deadline is over; at the instant itself it is not."""
    return deadline is not None and deadline < now


def slip_days(expected_on: date | None, deadline: datetime | None) -> int | None:
    """Days from the civil day of the deadline to the expected one, below zero if that is earlier; None without one."""
    if expected_on is None or deadline is None:
        return None
    return (expected_on - civil_date(deadline)).days


@dataclass(frozen=True, slots=True)
class Turns:
    """The instants just after which open work is due soon, and at risk, until it is overdue; None: never."""

    due_soon_at: datetime | None = None
    at_risk_at: datetime | None = None


def turns(deadline: datetime | None, percent: int, expected_on: date | None) -> Turns:
    """When open work turns, by what is known now. Where both instants have passed, it is at risk."""
    if deadline is None:
        return Turns()
    slip = slip_days(expected_on, deadline)
    if slip is not None and slip >= SLIP_AT_RISK_DAYS:
        return Turns(at_risk_at=_EVER)
    at_risk_at = _days_before(deadline, _LEFT_AT_RISK_DAYS) if percent < _PERCENT_AT_RISK else None
    return Turns(_days_before(deadline, _DUE_SOON_DAYS), at_risk_at)


def _days_before(deadline: datetime, days: int) -> datetime:
    """The last instant of the civil day before the one that is so many days before the deadline."""
    return civil_day_start(civil_date(deadline) - timedelta(days=days)) - _TICK


def _standing(work: Work, now: datetime) -> Standing:
    if is_over(work.deadline, now):
        return "overdue"
    turn = turns(work.deadline, work.percent, work.expected_on)
    if is_over(turn.at_risk_at, now):
        return "at_risk"
    return "due_soon" if is_over(turn.due_soon_at, now) else "on_track"
