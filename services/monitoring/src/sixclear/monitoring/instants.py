"""Which instant a caller means, pure."""

import re
from datetime import UTC, date, datetime, timedelta

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.monitoring.errors import InstantInFuture, InstantInvalid, PeriodInvalid

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# An offset's plus sign that was not escaped in the address arrives as a blank.
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+ -]\d{2}:\d{2})", re.ASCII)
_LONGEST = timedelta(days=3 * 366)
_FIRST_YEAR = 1900


def read_as_of(value: str | None, now: datetime) -> datetime | None:
    """The instant, in UTC, that `as_of` means: a civil day means its end, today now, and None now.

    Raises InstantInvalid, and InstantInFuture for what is not known yet.
    """
    if value is None:
        return None
    if _DAY.fullmatch(value):
        day = _day(value)
        if day > civil_date(now):
            raise InstantInFuture("as_of lies in the future.")
        return None if day == civil_date(now) else civil_day_end(day)
    match = _INSTANT.fullmatch(value)
    if match is None:
        raise InstantInvalid("as_of is a day (2025-12-04) or an instant with its offset (2025-12-04T17:00:00+07:00).")
    try:
        instant = datetime.fromisoformat(match[1] + match[2].replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InstantInvalid("as_of is not a real date and time.") from None
    if instant > now:
        raise InstantInFuture("as_of lies in the future.")
    _require_known(instant.year)
    return instant


def _day(value: str) -> date:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise InstantInvalid("The day does not exist.") from None
    _require_known(day.year)
    return day


def _require_known(year: int) -> None:
    if year < _FIRST_YEAR:
        raise InstantInvalid("Nothing is known of days before 1900.")


def read_period(first: date | None, last: date | None, begin: date, now: datetime) -> tuple[date, date]:
    """The civil days from `first` to `last` (else today). Raises PeriodInvalid.

    Without `first`: from `begin`, or as far back from `last` as a period may reach.
    """
    today = civil_date(now)
    last = last or today
    if last > today:
        raise PeriodInvalid("The period ends in the future.")
    if last.year < _FIRST_YEAR:
        raise PeriodInvalid("Nothing is known of days before 1900.")
    first = first or min(max(begin, last - _LONGEST), last)
    if first > last:
        raise PeriodInvalid("The period ends before it begins.")
    if last - first > _LONGEST or first.year < _FIRST_YEAR:
        raise PeriodInvalid("A period holds three years at most.")
    return first, last
