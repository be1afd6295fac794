"""How far a deadline is, in civil days. Whether it is missed is for the service that keeps it to say."""

from dataclasses import dataclass
from datetime import datetime

from sixclear.common.clock import civil_date


@dataclass(frozen=True, slots=True)
class Distance:
    """So many civil days to a deadline, or after it when it is `missed`."""

    days: int
    missed: bool


def distance(deadline: datetime, now: datetime, *, missed: bool) -> Distance:
    """The days between today and the day of the deadline.

    The service answered a moment before `now`: at midnight, one side may already count the next day, so never below 0.
    """
    days = (civil_date(deadline) - civil_date(now)).days
    return Distance(max(-days if missed else days, 0), missed)
