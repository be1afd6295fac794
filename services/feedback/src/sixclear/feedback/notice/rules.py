"""When a mail goes out, and what is news. Pure: no database, no clock, and chance comes in as an argument."""

from datetime import date, datetime, timedelta

from sixclear.common.clock import CIVIL_ZONE, civil_date

# What a sender finds in the mailbox that was not there before. A draft or a link is not shown there.
NEWS = frozenset(
    {
        *("triaged", "assigned", "message_added", "answered", "reopened", "appeal_decided", "step_done"),
        *("clock_paused", "clock_resumed", "due_changed", "due_moved", "transferred", "escalated"),
    }
)
# The time of a mail tells no more than the hour of a step; of a case that keeps hours, nothing after its hour.
_SPREAD = timedelta(hours=1)
_MORNING = 8
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=6)
MOST_ATTEMPTS = 12


def first_try(now: datetime, last_sent_on: date | None, chance: float) -> datetime:
    """When a mail on news found `now` goes out: within the hour, or the next morning after one of today."""
    start = now
    if last_sent_on is not None and last_sent_on >= civil_date(now):
        day = last_sent_on + timedelta(days=1)
        start = datetime(day.year, day.month, day.day, _MORNING, tzinfo=CIVIL_ZONE)
    return start.astimezone(now.tzinfo) + chance * _SPREAD


def next_try(now: datetime, attempts: int) -> datetime | None:
    """When a mail that was tried so often is tried again; None when it is given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    doubled = int(2 ** (attempts - 1))
    return now + min(_LONGEST_WAIT, _FIRST_WAIT * doubled)
