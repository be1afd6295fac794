"""The ladder of a programme: when a task that nears or passes its deadline is told to whom. Pure.

Days before a deadline, and the first after it, are civil days; those counted as `working` are working days. What falls
on a day off goes to the next working day, since nothing is sent on others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from sixclear.common.calendar import calendar
from sixclear.common.clock import CIVIL_ZONE, civil_date
from sixclear.tasks.programme.errors import LadderRefused

Addressee = Literal["doer", "head", "standing_body", "late_list"]
REMINDED: Addressee = "doer"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: so many days after the deadline (below 0: before it), to whom."""

    days: int
    working: bool
    to: Addressee

    @property
    def rule(self) -> str:
        """Its name, as events and answers have it: `-7d`, `0d`, `+5wd`."""
        return f"{self.days:+d}{'wd' if self.working else 'd'}" if self.days else "0d"


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in their order, between which hours of a working day they are sent, and how long an answer may take."""

    rungs: tuple[Rung, ...]
    sent_from: int = 8
    sent_until: int = 17
    answer_days: int = 5

    def due_at(self, rung: Rung, deadline: datetime) -> datetime:
        """When the rung is due for a deadline: when sending begins on its day."""
        day = civil_date(deadline)
        day = calendar().after(day, rung.days) if rung.working else day + timedelta(days=rung.days)
        return self._opens(day if calendar().works(day) else calendar().after(day, 1))

    def sends_at(self, now: datetime) -> bool:
        """Whether something is sent at this instant."""
        local = now.astimezone(CIVIL_ZONE)
        return calendar().works(local.date()) and self.sent_from <= local.hour < self.sent_until

    def next_sending(self, now: datetime) -> datetime:
        """When sending begins next, after an instant at which nothing is sent."""
        local = now.astimezone(CIVIL_ZONE)
        today = calendar().works(local.date()) and local.hour < self.sent_from
        return self._opens(local.date() if today else calendar().after(local.date(), 1))

    def _opens(self, day: Any) -> datetime:
        return datetime.combine(day, time(self.sent_from), tzinfo=CIVIL_ZONE).astimezone(UTC)


DEFAULT = Ladder(
    (
        Rung(-7, False, "doer"),
        Rung(-3, False, "doer"),
        Rung(0, False, "doer"),
        Rung(1, False, "head"),
        Rung(5, True, "standing_body"),
        Rung(10, True, "late_list"),
    )
)


def stored(ladder: Ladder) -> dict[str, Any]:
    """A ladder as its column holds it."""
    return asdict(ladder) | {"rungs": [asdict(rung) for rung in ladder.rungs]}


def ladder_of(column: Mapping[str, Any] | None) -> Ladder:
    """The ladder that a column holds; the default one where the programme gave none."""
    if column is None:
        return DEFAULT
    return Ladder(**{**column, "rungs": tuple(Rung(**rung) for rung in column["rungs"])})


def check_ladder(ladder: Ladder) -> None:
    """Raises LadderRefused where a rung could be due before one that stands below it, or nothing is ever sent."""
    errors = [] if ladder.sent_from < ladder.sent_until else [_error("/sent_until", "hours-unfit", "Send for an hour.")]
    errors += [error for place in range(len(ladder.rungs)) if (error := _wrong(ladder.rungs, place)) is not None]
    if errors:
        raise LadderRefused("The ladder cannot be like this.", errors=errors)


def _wrong(rungs: Sequence[Rung], place: int) -> dict[str, str] | None:
    rung, before = rungs[place], rungs[place - 1] if place else None
    if rung.working and rung.days < 1:
        return _error(f"/rungs/{place}/working", "civil-before", "Working days count after the deadline only.")
    if rung.to == "late_list" and rung.days < 1:
        return _error(f"/rungs/{place}/to", "not-late-yet", "A task is late after its deadline.")
    if before is None:
        return None
    if before.working and not rung.working:
        return _error(f"/rungs/{place}/working", "civil-after-working", "After working days come working days.")
    if rung.days <= before.days:
        return _error(f"/rungs/{place}/days", "not-rising", "Each rung is later than the one before it.")
    return None


def _error(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": f"#{pointer}", "code": code, "detail": detail}
