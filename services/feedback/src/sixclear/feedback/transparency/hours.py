"""Hours, where no more than the hour of a step is kept. Pure: no database, no current time."""

from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)
# A request that began in an hour has ended by then: what it states is with the others of that hour.
GRACE = timedelta(minutes=1)


def hour_of(at: datetime) -> datetime:
    """The start of the hour in which an instant lies, in UTC."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def hours_before(now: datetime) -> datetime:
    """The hour before which all are over: whatever belongs to them is there."""
    return hour_of(now - GRACE)
