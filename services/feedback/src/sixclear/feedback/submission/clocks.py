"""Clocks in working days: when an answer is due, and why then. Pure: no database, no current time.

A case is counted from its facts alone: when it was received, when the clock stood still, what was decided, since when
the body has it. Nothing is added to a due time that was computed before, so the order of events leaves no trace in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sixclear.common.calendar import Calendar, SpecialDay
from sixclear.common.clock import civil_date, close_of_day
from sixclear.feedback.terms import term

ANSWER_WORKING_DAYS = term("answer").count
DUE_SOON_WORKING_DAYS = term("due_soon").count


@dataclass(frozen=True, slots=True)
class Stop:
    """The clock stood still from one instant to another: the working days after the first day, up to the last one.

    While it stands, `to_at` is when it goes on at the latest.
    """

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """A decision on the case gave so many working days more, whatever body has it."""

    at: datetime
    working_days: int


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """All that the clocks of a case follow from; `body_started_at` is None while the body's clock is the sender's.

    Stops follow each other and do not overlap.
    """

    received_at: datetime
    stops: Sequence[Stop] = ()
    moves: Sequence[Moved] = ()
    body_started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the explanation. From `received` or `transferred` to the next `due`, `days` add up.

    `what` is received, answer, moved, stopped, not_worked, due or transferred; `days` are working days, of
    `not_worked` the others. `term` is the code of the rule that it follows.
    """

    what: str
    day: date
    days: int = 0
    until: date | None = None
    term: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """When an answer is due, with everything that the due time follows from. Instants are UTC."""

    received_at: datetime
    working_days: int
    due_at: datetime
    due_soon_at: datetime
    body_due_at: datetime | None
    edition: str
    special_days: tuple[SpecialDay, ...]
    provisional: bool
    lines: tuple[Line, ...]

    @property
    def due(self) -> Mapping[str, datetime | None]:
        """The due times by the names that a case keeps them under."""
        return {"due_at": self.due_at, "due_soon_at": self.due_soon_at, "body_due_at": self.body_due_at}

    def state(self, answered_at: datetime | None, now: datetime) -> str:
        """As `clock_state` of its due times."""
        return clock_state(self.due_at, self.due_soon_at, answered_at, now)


def clock_state(due_at: datetime, due_soon_at: datetime, answered_at: datetime | None, now: datetime) -> str:
    """`answered`, else `overdue` (later than the due time), else `due_soon`, else `in_time`."""
    if answered_at is not None:
        return "answered"
    if now > due_at:
        return "overdue"
    return "due_soon" if now > due_soon_at else "in_time"


def answer_clock(received_at: datetime, calendar: Calendar) -> AnswerClock:
    """The clock of a submission at its receipt: due at 17:00 civil time of the 15th working day after that day."""
    return case_clock(CaseFacts(received_at), calendar)


def case_clock(facts: CaseFacts, calendar: Calendar) -> AnswerClock:
    """The clocks of a case: the sender's, and the body's where a transfer gave it one of its own.

    The sender's counts from the receipt whatever body has the case. The body's counts from its transfer; what was
    decided on the case and when it stood still count for both, so the body's never ends before the sender's.
    """
    start = civil_date(facts.received_at)
    due, lines = _count("received", facts.received_at, facts, calendar)
    count = ANSWER_WORKING_DAYS + sum(move.working_days for move in facts.moves)
    due_soon = _reached(start, count - DUE_SOON_WORKING_DAYS, facts.stops, calendar)
    body_due: date | None = None
    if facts.body_started_at is not None:
        body_due, more = _count("transferred", facts.body_started_at, facts, calendar)
        lines = [*lines, *more]
    last = max(due, body_due) if body_due else due
    return AnswerClock(
        received_at=facts.received_at,
        working_days=ANSWER_WORKING_DAYS,
        due_at=close_of_day(due),
        due_soon_at=close_of_day(due_soon),
        body_due_at=close_of_day(body_due) if body_due else None,
        edition=calendar.edition,
        special_days=calendar.special_between(start, last),
        provisional=calendar.provisional(start, last),
        lines=tuple(lines),
    )


def days_left(stops: Sequence[Stop], calendar: Calendar) -> int:
    """How many working days the clock may still stand; 0 where it stood as often as it may."""
    used = sum(_lost(stop, civil_date(stop.from_at), calendar) for stop in stops)
    return 0 if len(stops) >= term("pauses").count else max(0, term("pause").count - used)


def overdue_since(now: datetime, working_days: int, calendar: Calendar) -> datetime:
    """The last due time after which `working_days` working days are over at `now`."""
    day = civil_date(now)
    while close_of_day(calendar.after(day, working_days)) >= now:
        day -= timedelta(days=1)
    return close_of_day(day)


def _count(begins: str, started_at: datetime, facts: CaseFacts, calendar: Calendar) -> tuple[date, list[Line]]:
    """The due day of a clock that counts from the day after `started_at`, and the lines that lead to it."""
    start = civil_date(started_at)
    count = ANSWER_WORKING_DAYS + sum(move.working_days for move in facts.moves)
    due = _reached(start, count, facts.stops, calendar)
    stops = [stop for stop in facts.stops if civil_date(stop.to_at) > start and civil_date(stop.from_at) < due]
    lost = [_lost(stop, start, calendar) for stop in stops]
    lines = [Line(begins, start), Line("answer", start, ANSWER_WORKING_DAYS, term="answer")]
    lines += [Line("moved", civil_date(move.at), move.working_days, term="move") for move in facts.moves]
    lines += [
        Line("stopped", civil_date(stop.from_at), days, until=civil_date(stop.to_at), term="pause")
        for stop, days in zip(stops, lost, strict=True)
    ]
    not_worked = (due - start).days - count - sum(lost)
    return due, [*lines, Line("not_worked", start, not_worked, until=due), Line("due", due)]


def _reached(start: date, count: int, stops: Sequence[Stop], calendar: Calendar) -> date:
    """The day on which `count` working days after `start` are over, those of stops left out.

    A stop that begins before that day has ended by the day that is found instead, so each is looked at once.
    """
    day = calendar.after(start, count)
    for stop in sorted(stops, key=lambda stop: stop.from_at):
        if civil_date(stop.from_at) < day:
            day = calendar.after(day, _lost(stop, start, calendar))
    return day


def _lost(stop: Stop, start: date, calendar: Calendar) -> int:
    """The working days after the first day of a stop up to its last one, those up to `start` left out."""
    first, last = max(civil_date(stop.from_at), start), civil_date(stop.to_at)
    return calendar.count(first, last)
