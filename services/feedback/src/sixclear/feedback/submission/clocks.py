"""Clocks in working days: when an answer is due, and why then. Pure: no database, no current time."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from sixclear.common.clock import civil_date, close_of_day

# R16: Decree 92/2017 and the national indicators give 15 working days for an answer.
ANSWER_WORKING_DAYS = 15
DUE_SOON_WORKING_DAYS = 2
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says: `off` on a weekday, `on` at a weekend."""

    day: date
    effect: str
    name_vi: str
    name_en: str
    legal_basis: str
    edition: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days as one edition of the data knows them; `last` is the last day that it speaks of."""

    edition: str
    special: Mapping[date, SpecialDay]
    last: date

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        special = self.special.get(day)
        return special.effect == "on" if special else day.weekday() < _SATURDAY

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; `day` itself does not count (Civil Code 91/2015/QH13, Art. 147)."""
        while count:
            day += timedelta(days=1)
            count -= self.works(day)
        return day

    def special_between(self, first: date, last: date) -> tuple[SpecialDay, ...]:
        """The special days after `first` up to `last`, in order."""
        return tuple(self.special[day] for day in sorted(self.special) if first < day <= last)


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
        provisional=due > calendar.last,
    )


@cache
def calendar(edition: str | None = None) -> Calendar:
    """The calendar as of `edition`, the newest one by default: of two rows for one day the later edition's counts."""
    rows = sorted(_special_days(), key=lambda row: row.edition)
    known = [row for row in rows if edition is None or row.edition <= edition]
    special = {row.day: row for row in known}
    return Calendar(
        edition=known[-1].edition,
        special=special,
        last=max(special).replace(month=12, day=31),
    )


def _special_days() -> Iterator[SpecialDay]:
    text = (files("sixclear.feedback") / "data" / "holidays.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield SpecialDay(
            day=date.fromisoformat(row["date"]),
            effect=row["effect"],
            name_vi=row["name_vi"],
            name_en=row["name_en"],
            legal_basis=row["legal_basis"],
            edition=row["edition"],
        )
