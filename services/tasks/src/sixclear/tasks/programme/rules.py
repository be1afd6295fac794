"""What tasks and their answers say of a programme. Pure."""

from dataclasses import dataclass
from datetime import time
from uuid import UUID

from sixclear.common.clock import CLOSE_OF_DAY


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme says of its dates.

    `closes` is when a day ends that is given as a bare date, in the civil time zone. A due day of a recurring task that
    is no working day goes to the `next` or the `previous` one, or stays (`keep`). A period is locked that many working
    days after it was due.
    """

    roll: str = "next"
    closes: time = CLOSE_OF_DAY
    lock_days: int = 20
    confirmed: bool = False


def terms(due_roll: str, deadline_hour: int, period_lock_days: int, periods_confirmed: bool) -> Terms:
    """What a programme says of its dates, from its columns."""
    return Terms(due_roll, time(deadline_hour), period_lock_days, periods_confirmed)


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """A programme as its tasks name it. Its slug never changes."""

    slug: str
    owner_organisation_id: UUID
    terms: Terms = Terms()
