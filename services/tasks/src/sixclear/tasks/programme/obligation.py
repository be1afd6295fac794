"""The reporting obligation of a programme: which bodies report on it how often, due when, late when, locked when. Pure.

A span is a week, a month, a quarter or a year of the civil calendar, named by its key. Days are counted from its end,
in fractions, below 0 before it. An instant on a day off goes where the programme's due days go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sixclear.common.calendar import calendar
from sixclear.common.clock import civil_date, civil_day_start
from sixclear.tasks.programme.errors import ObligationsRefused
from sixclear.tasks.programme.rules import key_of, rolled

Every = Literal["week", "month", "quarter", "year"]
# Bodies that lead a public task of it in the span, all bodies of a level below its owner, or those that are named.
Who = Literal["leading", "level", "named"]
Level = Literal["central", "province", "commune"]
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
# A body that reports once a week may be asked for it within the week, never before it.
_SHORTEST = {"week": 7, "month": 28, "quarter": 90, "year": 365}
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of the calendar: its first day and the first one after it."""

    key: str
    first: date
    after: date

    @property
    def starts_at(self) -> datetime:
        """When it begins (UTC)."""
        return civil_day_start(self.first)

    @property
    def ends_at(self) -> datetime:
        """When it is over (UTC)."""
        return civil_day_start(self.after)


@dataclass(frozen=True, slots=True)
class Times:
    """When a filing is due, later than when it is late, and later than when none is taken any more; None: never."""

    due_at: datetime
    late_at: datetime
    locks_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Which bodies report on a programme how often; `late_days` and `lock_days` count from the due instant."""

    name: str
    every: Every
    who: Who = "leading"
    level: Level | None = None
    organisation_ids: tuple[str, ...] = ()
    due_days: float = 0
    late_days: float = 0
    lock_days: float | None = None
    since: date
    until: date | None = None

    def span(self, day: date) -> Span:
        """The span in which a day is."""
        return span_of(self.every, day)

    def holds_in(self, span: Span) -> bool:
        """Whether a span is asked for: the first one is that of its first day."""
        return self.since < span.after and (self.until is None or span.first <= self.until)

    def times(self, span: Span, roll: str) -> Times:
        """When the filing of a span is due, late and locked; `roll` is where the programme's due days go."""
        due_at = _on_working_day(span.ends_at + timedelta(days=self.due_days), roll)
        if due_at <= span.starts_at:
            # Over a long run of days off, such as Tết, the working day before it is of another span.
            due_at = _on_working_day(span.ends_at + timedelta(days=self.due_days), "next")
        # What is late or locked on a day off waits for the next working day: never before it was due.
        later = roll if roll == "keep" else "next"
        late_at = _on_working_day(due_at + timedelta(days=self.late_days), later)
        if self.lock_days is None:
            return Times(due_at, late_at, None)
        locks_at = _on_working_day(due_at + timedelta(days=self.lock_days), later)
        return Times(due_at, late_at, max(late_at, locks_at))


def span_of(every: Every, day: date) -> Span:
    """The week, month, quarter or year in which a day is."""
    if every == "week":
        first = day - timedelta(days=day.weekday())
        return Span(key_of(day, every), first, first + timedelta(days=7))
    months = _MONTHS[every]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    later = first.month - 1 + months
    return Span(key_of(day, every), first, date(first.year + later // 12, later % 12 + 1, 1))


def _on_working_day(at: datetime, roll: str) -> datetime:
    """The instant on the working day to which its day goes; midnight is the end of a day."""
    day = civil_date(at - _TICK)
    return at + (rolled(day, roll, calendar()) - day)


def stored(obligations: Sequence[Obligation]) -> list[dict[str, Any]]:
    """Obligations as their column holds them, and as events tell them."""
    return [
        asdict(one)
        | {
            "organisation_ids": list(one.organisation_ids),
            "since": one.since.isoformat(),
            "until": one.until and one.until.isoformat(),
        }
        for one in obligations
    ]


def obligations_of(column: Sequence[Mapping[str, Any]] | None) -> tuple[Obligation, ...]:
    """The obligations that a column holds."""
    return tuple(
        Obligation(
            **{
                **one,
                "organisation_ids": tuple(one["organisation_ids"]),
                "since": date.fromisoformat(one["since"]),
                "until": one["until"] and date.fromisoformat(one["until"]),
            }
        )
        for one in column or ()
    )


def check_obligations(before: Sequence[Obligation], wanted: Sequence[Obligation], today: date) -> None:
    """Raises ObligationsRefused for what cannot be; none holds for time that has passed when it is made."""
    known = {one.name: one.since for one in before}
    names = [one.name for one in wanted]
    errors: list[dict[str, str]] = []
    for place, one in enumerate(wanted):
        wrong = _wrong(one, known.get(one.name), today)
        if one.name in names[:place]:
            wrong.append(("name", "name-twice", "Give each obligation a name of its own."))
        errors += [{"pointer": f"#/obligations/{place}/{name}", "code": code, "detail": d} for name, code, d in wrong]
    if errors:
        raise ObligationsRefused("The obligations cannot be like this.", errors=errors)


def _wrong(one: Obligation, since: date | None, today: date) -> list[tuple[str, str, str]]:
    found = []
    if since is not None and one.since != since:
        found.append(("since", "since-stays", f"It holds since {since}; leave it out."))
    if since is None and one.since < today:
        found.append(("since", "since-past", "It holds from today on, or later."))
    if one.until is not None and one.until < one.since:
        found.append(("until", "ends-before", "It ends on its first day, or later."))
    if (one.who == "level") != (one.level is not None):
        found.append(("level", "level-unfit", "Name a level with `who` = `level`, and only there."))
    if (one.who == "named") != bool(one.organisation_ids):
        found.append(("organisations", "organisations-unfit", "Name bodies with `who` = `named`, and only there."))
    if one.due_days <= -_SHORTEST[one.every]:
        found.append(("due_days", "due-before", "It is due within its span, or after it."))
    if one.lock_days is not None and one.lock_days < one.late_days:
        found.append(("lock_days", "locked-before-late", "It is locked when it is late, or after that."))
    return found
