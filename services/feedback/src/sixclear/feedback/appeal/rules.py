"""When a case is opened again, and when an appeal is taken, on which level. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime

from sixclear.common.calendar import calendar
from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback.terms import term

LEVELS = 2
_OVER = frozenset({"withdrawn"})


@dataclass(frozen=True, slots=True)
class AppealState:
    """What the rules read of an appeal."""

    level: int
    due_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules read of a case: `last` is its highest appeal."""

    status: str
    due_at: datetime
    answered_at: datetime | None
    reopened_at: datetime | None
    last: AppealState | None


@dataclass(frozen=True, slots=True)
class Way:
    """What an appeal would be: its level, what it is about, and until when it is taken."""

    level: int
    basis: str
    until: datetime


def reopen_until(case: Standing) -> datetime | None:
    """Until when the sender can have the case opened again; None where it cannot be, or was once."""
    if case.status != "answered" or case.answered_at is None or case.reopened_at is not None:
        return None
    return None if _waits(case) else term("reopening").end(case.answered_at, calendar())


def require_reopening(case: Standing, now: datetime) -> None:
    """Raises TransitionNotAllowed unless the case can be opened again now."""
    if case.reopened_at is not None:
        raise TransitionNotAllowed("The case was opened again before, which is done once. Appeal to the body above.")
    if _waits(case):
        raise TransitionNotAllowed("An appeal waits for its decision.")
    until = reopen_until(case)
    if until is None:
        raise TransitionNotAllowed("Only an answered case is opened again.")
    if now > until:
        raise TransitionNotAllowed(f"A case can be opened again for {term('reopening').count} days after its answer.")


def way(case: Standing, now: datetime) -> Way | None:
    """The appeal that is open to the sender now; None where there is none."""
    found = _way(case, now)
    return found if found is not None and now <= found.until else None


def require_way(case: Standing, now: datetime) -> Way:
    """As `way`; raises TransitionNotAllowed with what is missing."""
    if case.last is not None and case.last.level == LEVELS:
        raise TransitionNotAllowed("Both levels of appeal were used; the last decision is final here.")
    if _waits(case) and case.last is not None and now <= case.last.due_at:
        raise TransitionNotAllowed("An appeal waits for its decision; the next level is open once its time is over.")
    found = _way(case, now)
    if found is None:
        raise TransitionNotAllowed("An appeal is against an answer, or against silence after the due time.")
    if now > found.until:
        raise TransitionNotAllowed(f"An appeal is taken for {term('appeal_filing').count} days.")
    return found


def appeal_due(filed_at: datetime) -> datetime:
    """When a level has to decide."""
    return term("appeal").end(filed_at, calendar())


def require_undecided(appeal: AppealState, last: bool) -> None:
    """Raises TransitionNotAllowed for an appeal that is decided, or went to the next level meanwhile."""
    if appeal.decided_at is not None:
        raise TransitionNotAllowed("This appeal is decided.")
    if not last:
        raise TransitionNotAllowed("The sender went to the next level, since no decision came in time.")


def _waits(case: Standing) -> bool:
    return case.last is not None and case.last.decided_at is None


def _way(case: Standing, now: datetime) -> Way | None:
    within, last = term("appeal_filing"), case.last
    if case.status in _OVER or (last is not None and last.level == LEVELS):
        return None
    basis = "answer" if case.status == "answered" else "silence"
    if last is not None:
        start = last.decided_at or (last.due_at if now > last.due_at else None)
        return None if start is None else Way(LEVELS, basis, within.end(start, calendar()))
    if case.status == "answered":
        return None if case.answered_at is None else Way(1, basis, within.end(case.answered_at, calendar()))
    return Way(1, basis, within.end(case.due_at, calendar())) if now > case.due_at else None
