"""Editions and ranges of days. Pure: no database, no current time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sixclear.common.calendar import Calendar, SpecialDay, calendar, earlier_editions
from sixclear.common.use_case import ReferenceUnknown
from sixclear.tasks.calendar.errors import CalendarRangeInvalid

MOST_DAYS = 731


@dataclass(frozen=True, slots=True)
class Day:
    """A civil day, and why it is not what its weekday says, if it is not."""

    day: date
    works: bool
    special: SpecialDay | None
    provisional: bool


def editions() -> list[str]:
    """Every edition of the calendar, oldest first."""
    return [*earlier_editions(), calendar().edition]


def edition_called(name: str | None) -> Calendar:
    """The calendar of this edition, of the newest one without a name. Raises ReferenceUnknown for any other name."""
    if name is not None and name not in editions():
        raise ReferenceUnknown(
            "There is no such edition of the calendar.",
            errors=[
                {
                    "parameter": "edition",
                    "in": "query",
                    "code": "edition-unknown",
                    "detail": f"Give one of {', '.join(editions())}, or leave it out for the newest.",
                }
            ],
        )
    return calendar(name)


def days_of(known: Calendar, first: date, last: date) -> Sequence[Day]:
    """The days from `first` to `last`, both included. Raises CalendarRangeInvalid when they are no range of two years.

    Costs one look per day, so that the range is bounded.
    """
    count = (last - first).days + 1
    if not 0 < count <= MOST_DAYS:
        wrong = "`to` is before `from`." if count < 1 else f"These are {count} days; the most are {MOST_DAYS}."
        raise CalendarRangeInvalid(errors=[{"parameter": "to", "in": "query", "code": "range", "detail": wrong}])
    return [_day(known, first + timedelta(days=ahead)) for ahead in range(count)]


def _day(known: Calendar, day: date) -> Day:
    return Day(day, known.works(day), known.special_day(day), day.year not in known.years)
