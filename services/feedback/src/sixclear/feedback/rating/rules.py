"""When an answer can be rated, and what is told of ratings. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import datetime

from sixclear.common.calendar import calendar
from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback.terms import term

# A figure of fewer people could be one person's.
LEAST = 5


def rate_until(answered_at: datetime | None, rating: str | None) -> datetime | None:
    """Until when an answer can be rated; None while there is none, and once it is rated."""
    if answered_at is None or rating is not None:
        return None
    return term("rating").end(answered_at, calendar())


def require_open(answered_at: datetime | None, rating: str | None, now: datetime) -> None:
    """Raises TransitionNotAllowed unless an answer can be rated now."""
    if answered_at is None:
        raise TransitionNotAllowed("There is no answer yet that could be rated.")
    if rating is not None:
        raise TransitionNotAllowed("This answer is rated; it is rated once.")
    until = rate_until(answered_at, rating)
    if until is not None and now > until:
        raise TransitionNotAllowed(f"An answer can be rated for {term('rating').count} days.")


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases of a year. `owed`: answered, or not answered although the day went by.

    `content`: of these, by the national formula, those that were answered in time, not rated `not_solved`, not opened
    again and not appealed.
    """

    owed: int
    content: int
    answered: int
    solved: int
    partly: int
    not_solved: int
    demonstration: int

    @property
    def rated(self) -> int:
        return self.solved + self.partly + self.not_solved


def too_few(*numbers: int) -> bool:
    """Whether one of these figures could be one person's; zero is nobody's."""
    return any(0 < number < LEAST for number in numbers)


def share(part: int, whole: int) -> float | None:
    """A share of `whole`; None where so few are counted, in it or beside it, that they could be one person."""
    return None if whole < LEAST or too_few(part, whole - part) else round(part / whole, 4)
