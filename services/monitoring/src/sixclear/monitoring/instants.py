"""Which instant a caller means, pure; how one is written is the same in every service (`common.web.instants`)."""

from datetime import UTC, date, datetime, timedelta

from pydantic_core import PydanticCustomError

from sixclear.common.clock import CLOCKS_DIFFER, civil_date, civil_day_end
from sixclear.common.web.instants import FIRST_YEAR, read_day_or_instant
from sixclear.monitoring.errors import InstantInFuture, InstantInvalid, PeriodInvalid

_LONGEST = timedelta(days=3 * 366)


def read_as_of(value: str | None, now: datetime) -> datetime | None:
    """The instant, in UTC, that `as_of` means: a civil day means its end, today now, and None now.

    An instant of a clock that is up to `CLOCKS_DIFFER` ahead means now. Raises InstantInvalid, and InstantInFuture for
    what is not known yet.
    """
    if value is None:
        return None
    try:
        said = read_day_or_instant(value)
    except PydanticCustomError as error:
        raise InstantInvalid(f"as_of: {error.message()}.") from None
    if not isinstance(said, datetime):
        if said > civil_date(now):
            raise InstantInFuture("as_of lies in the future.")
        return None if said == civil_date(now) else civil_day_end(said)
    if said > now + CLOCKS_DIFFER:
        raise InstantInFuture("as_of lies in the future.")
    return said.astimezone(UTC) if said <= now else None


def read_period(first: date | None, last: date | None, begin: date, now: datetime) -> tuple[date, date]:
    """The civil days from `first` to `last` (else today). Raises PeriodInvalid.

    Without `first`: from `begin`, or as far back from `last` as a period may reach.
    """
    today = civil_date(now)
    last = last or today
    if last > today:
        raise PeriodInvalid("The period ends in the future.")
    if last.year < FIRST_YEAR:
        raise PeriodInvalid(f"Nothing is known of days before {FIRST_YEAR}.")
    first = first or min(max(begin, last - _LONGEST), last)
    if first > last:
        raise PeriodInvalid("The period ends before it begins.")
    if last - first > _LONGEST or first.year < FIRST_YEAR:
        raise PeriodInvalid("A period holds three years at most.")
    return first, last
