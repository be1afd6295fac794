"""Time: UTC inside, the civil time zone at the edge."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

CIVIL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# R1, practice of the units: a day's work is handed in by the end of office hours, so a bare date falls due then.
CLOSE_OF_DAY = time(17, 0)
# By how much the clock of another system may be ahead of ours: what it says happens now, happens now.
CLOCKS_DIFFER = timedelta(seconds=60)
_OWN_CLOCKS_DIFFER = timedelta(seconds=5)


def utc_now() -> datetime:
    """The current instant, time-zone aware, in UTC."""
    return datetime.now(UTC)


def seconds_since(instant: datetime, now: datetime) -> float | None:
    """How many seconds ago `instant` was, at least 0. None where it lies ahead: then it is of a clock that ran ahead,
    and it is not known. Clocks of two machines of ours may differ by five seconds.
    """
    return None if instant - now > _OWN_CLOCKS_DIFFER else max(0.0, (now - instant).total_seconds())


def civil_date(instant: datetime) -> date:
    """The calendar day of an aware `instant` in the civil time zone."""
    return instant.astimezone(CIVIL_ZONE).date()


def civil_day_start(day: date) -> datetime:
    """The instant, in UTC, at which `day` begins in the civil time zone."""
    return datetime.combine(day, time.min, tzinfo=CIVIL_ZONE).astimezone(UTC)


def civil_day_end(day: date) -> datetime:
    """The last microsecond of `day` in the civil time zone, in UTC."""
    return civil_day_start(day + timedelta(days=1)) - timedelta(microseconds=1)


def close_of_day(day: date, closes: time = CLOSE_OF_DAY) -> datetime:
    """The instant, in UTC, at which office hours of `day` end in the civil time zone."""
    return datetime.combine(day, closes, tzinfo=CIVIL_ZONE).astimezone(UTC)
