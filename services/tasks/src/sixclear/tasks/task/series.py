"""Windows of a recurring task: from one due instant to the next, by its rule, its programme and the calendar.

A period is named by the largest unit of time of which no two of its rule share one: `2026`, `2026-Q4`, `2026-11`,
`2026-W48`, or the day. The name is that of the day that the rule names, wherever its due day goes.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice, takewhile

from sixclear.common.calendar import Calendar, calendar
from sixclear.common.clock import CIVIL_ZONE, civil_date, close_of_day
from sixclear.tasks.programme.rules import Terms, key_of, rolled
from sixclear.tasks.task.deadlines import around, frequency, named_in_a_row, occurrences
from sixclear.tasks.task.errors import RecurrenceInvalid

# Longer than any run of days off.
_ROLLS_WITHIN = timedelta(days=20)
_AS_NAMED = Terms(roll="keep")
_OF_MONTHS = ("year", "quarter", "month")
_UNITS = {"DAILY": (*_OF_MONTHS, "week"), "WEEKLY": ("week",), "MONTHLY": _OF_MONTHS, "YEARLY": _OF_MONTHS}
_SAMPLE, _SAMPLE_YEARS = 200, 28


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a recurring task: it starts after `previous_due_at` and is due at `due_at` (UTC)."""

    previous_due_at: datetime | None
    due_at: datetime
    reported: bool


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens_at`, which is not in it, to `due_at`, which is. `day` is the one that the rule names.

    The next one opens at `next_at`: when this one is due, unless both are due together (see `windows`).
    """

    key: str
    day: date
    opens_at: datetime
    due_at: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """The rule of a task that was assigned at `since` (UTC), and what its programme says of due days."""

    rule: str
    since: datetime
    terms: Terms

    @property
    def start(self) -> date:
        """The civil day from which the rule counts."""
        return civil_date(self.since)

    @property
    def unit(self) -> str:
        """The unit of time by which its periods are named."""
        return unit_of(self.rule, self.start)

    def due_at(self, day: date, known: Calendar) -> datetime:
        """When the period of a day of the rule is due."""
        return close_of_day(rolled(day, self.terms.roll, known), self.terms.closes)

    def days(self, first: date) -> Iterator[date]:
        """The days that the rule names, from `first` on."""
        late = self.since.astimezone(CIVIL_ZONE).time() > self.terms.closes
        return occurrences(self.rule, self.start, first, late=late)


@lru_cache(maxsize=1024)
def unit_of(rule: str, start: date) -> str:
    """The unit of time by which the periods of a rule are named, that counts from `start`."""
    told = takewhile(lambda day: day.year < start.year + _SAMPLE_YEARS, named_in_a_row(rule, start))
    days = list(islice(told, _SAMPLE))
    units = _UNITS[frequency(rule)]
    return next((unit for unit in units if len({key_of(day, unit) for day in days}) == len(days)), "day")


def windows(
    series: Series, after: datetime, *, last: Window | None = None, taken: Collection[str] = ()
) -> Iterator[Window]:
    """The windows that are due after `after`, in order; the first one opens then.

    They go on from `last`, where that is a window of the same rule. None has a name of `taken`. Days of a daily rule
    that fall due together are one window. Weeks or months that do (a week of Tet may) stay two: the second one opens
    when the day ends that the rule names for the first one, if that comes before both are due.
    """
    known, unit = calendar(), series.unit
    first = civil_date(after) - _ROLLS_WITHIN if last is None else last.day + timedelta(days=1)
    before, found = last, None
    for day, due_at in _told(series, max(first, series.start), unit, known):
        floor = after if before is None else before.due_at
        if key_of(day, unit) in taken or (due_at <= floor and (before is None or unit == "day")):
            continue
        due_at = max(due_at, floor)
        opens_at = after if before is None else _opens_at(before, due_at, series.terms)
        if found is not None:
            yield replace(found, next_at=opens_at)
        before = found = Window(key_of(day, unit), day, opens_at, due_at, due_at)
    if found is not None:
        yield found


def _opens_at(before: Window, due_at: datetime, terms: Terms) -> datetime:
    if before.due_at < due_at:
        return before.due_at
    return min(due_at, max(before.opens_at, close_of_day(before.day, terms.closes)))


def _told(series: Series, first: date, unit: str, known: Calendar) -> Iterator[tuple[date, datetime]]:
    """Days with their due instants; of days of a daily rule that share one, the one that works, where one does."""
    last: tuple[date, datetime] | None = None
    for day in series.days(first):
        due_at = series.due_at(day, known)
        together = last is not None and unit == "day" and last[1] == due_at
        if last is not None and not together:
            yield last
        if last is None or not together or known.works(day):
            last = day, due_at
    if last is not None:
        yield last


def current_period(
    rule: str, since: datetime, last_report_at: datetime | None, now: datetime, terms: Terms = _AS_NAMED
) -> Period | None:
    """The period of a task that recurs since `since` and that `now` lies in; None when the rule has ended.

    All instants are UTC. A period is reported when a report came after the previous period's deadline.
    """
    previous, due = _around(Series(rule, since, terms), now)
    if due is None:
        return None
    reported = last_report_at is not None and (previous is None or last_report_at > previous)
    return Period(previous, due, reported)


def has_ended(series: Series, now: datetime) -> bool:
    """Whether the last period of a rule is over."""
    return _around(series, now)[1] is None


def _around(series: Series, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The last due instant before `now`, after the assignment, and the first one from then on."""
    known = calendar()
    if series.terms.roll == "keep":
        civil = series.since.astimezone(CIVIL_ZONE), now.astimezone(CIVIL_ZONE)
        before, following = around(series.rule, *civil, series.terms.closes)
        return _due(series, before, known), _due(series, following, known)
    first = max(civil_date(now) - _ROLLS_WITHIN, series.start)
    previous: datetime | None = None
    for day in series.days(first):
        due_at = series.due_at(day, known)
        if due_at >= now and due_at > series.since:
            return previous or _last_before(series, first, known), due_at
        previous = due_at if due_at > series.since else None
    return previous or _last_before(series, first, known), None


def _last_before(series: Series, first: date, known: Calendar) -> datetime | None:
    since = series.since.astimezone(CIVIL_ZONE)
    closes = series.terms.closes
    before, _ = around(series.rule, since, close_of_day(first, closes).astimezone(CIVIL_ZONE), closes)
    due_at = _due(series, before, known)
    return due_at if due_at is not None and due_at > series.since else None


def _due(series: Series, day: date | None, known: Calendar) -> datetime | None:
    return None if day is None else series.due_at(day, known)


def check_occurs(rule: str, since: datetime, terms: Terms = _AS_NAMED) -> None:
    """Raises RecurrenceInvalid for a rule whose occurrences are over when the task is assigned, at `since` (UTC)."""
    if has_ended(Series(rule, since, terms), since):
        raise RecurrenceInvalid(
            "The rule has no occurrence after the assignment; give a later UNTIL, or leave it out.",
            errors=[{"pointer": "#/recurrence", "code": "never-occurs", "detail": "All its occurrences are over."}],
        )
