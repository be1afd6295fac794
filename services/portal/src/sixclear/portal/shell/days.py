"""The day that a page is of: now, or the end of a day of the past."""

from datetime import date

from sixclear.common.clock import civil_day_end
from sixclear.portal.shell.addresses import Asked


def past_day(asked: Asked, today: date) -> tuple[date | None, Asked]:
    """The day of the past that the address asks for; today is now, and a day to come is not used."""
    day, asked = asked.day("as_of")
    if day is not None and day > today:
        return None, asked.without({"as_of"}, "day-ahead")
    return (None if day == today else day), asked


def end_of(day: date) -> str:
    """The last instant of a civil day, as the services read it."""
    return civil_day_end(day).isoformat().replace("+00:00", "Z")
