"""What the calendar says of a range of days."""

from datetime import date

from sixclear.tasks.calendar.responses import calendar_response
from sixclear.tasks.calendar.rules import days_of, edition_called
from sixclear.tasks.calendar.schemas import CalendarView


def calendar_between(first: date, last: date, edition: str | None) -> CalendarView:
    """The civil days from `first` to `last`, both included, by `edition` or the newest one.

    Raises ReferenceUnknown for an unknown edition, CalendarRangeInvalid for no range or more than two years.
    """
    known = edition_called(edition)
    return calendar_response(known.edition, days_of(known, first, last))
