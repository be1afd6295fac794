"""The life of a filing: opened by time, filed on time or late, missed, locked, exempted, reopened. Pure.

Of those that are expected each is on time, late, missing or awaited; what a body is exempted from is not expected.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sixclear.common.change import Change, allow

# "No change" said of a task in so many filings in a row: it is without movement.
IN_A_ROW = 4
_ALLOWED_FROM = {
    "exempted": {"open", "missed", "locked"},
    "reopened": {"locked", "exempted", "filed"},
}
_AT_LEAST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FilingState:
    """What the rules read of a filing."""

    state: str
    due_at: datetime
    late_at: datetime
    locks_at: datetime | None
    filed_at: datetime | None
    no_change_ids: Sequence[UUID]
    empty: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What a body says by filing: of which of its tasks nothing changed, and whether it had any."""

    no_change_ids: Sequence[UUID]
    public_no_change: int
    empty: bool


def timing(filing: FilingState, now: datetime) -> str:
    """`on_time` or `late` by when it was filed first, `missing` once it is late without, else `awaited`; `exempted`."""
    if filing.state == "exempted":
        return "exempted"
    if filing.filed_at is not None:
        return "on_time" if filing.filed_at <= filing.late_at else "late"
    return "missing" if filing.late_at < now else "awaited"


def takes_filing(filing: FilingState, now: datetime) -> bool:
    """Whether it may be filed, or filed again."""
    locked = filing.locks_at is not None and filing.locks_at < now
    return filing.state not in ("exempted", "locked") and not locked


def file(filing: FilingState, said: Said, now: datetime) -> Change | None:
    """File; None where the same was filed before. It counts from when it was filed first."""
    if filing.filed_at is not None and (list(said.no_change_ids), said.empty) == (
        list(filing.no_change_ids),
        filing.empty,
    ):
        return None
    filed_at = filing.filed_at or now
    fields = {
        "state": "filed",
        "filed_at": filed_at,
        "no_change_ids": list(said.no_change_ids),
        "no_change": said.public_no_change,
        "empty": said.empty,
        "next_at": None,
    }
    return Change("filed" if filed_at <= filing.late_at else "late", fields)


def pass_time(filing: FilingState, now: datetime) -> Iterator[tuple[Change, datetime]]:
    """What time has made of it up to `now`, each with the instant at which it became true."""
    if filing.state == "open" and filing.late_at < now:
        yield Change("missed", {"state": "missed", "next_at": filing.locks_at}), filing.late_at
        filing = replace(filing, state="missed")
    if filing.state == "missed" and filing.locks_at is not None and filing.locks_at < now:
        yield Change("locked", {"state": "locked", "next_at": None}), filing.locks_at


def exempt(filing: FilingState, decided_on: date) -> Change:
    """Expect it no more, by a decision of this day; raises TransitionNotAllowed once it is filed."""
    allow("The filing", filing.state, "exempted", _ALLOWED_FROM)
    return Change("exempted", {"state": "exempted", "exempted_on": decided_on, "next_at": None})


def reopen(filing: FilingState, now: datetime) -> Change:
    """Take it again after it was locked, filed or exempted, for as long as a late one is taken, a day at least.

    Raises TransitionNotAllowed. One that was filed stays filed, as it was.
    """
    allow("The filing", filing.state, "reopened", _ALLOWED_FROM)
    locks_at = filing.locks_at
    if locks_at is not None:
        locks_at = max(locks_at, now + max(_AT_LEAST, locks_at - filing.late_at))
    fields = {"exempted_on": None, "locks_at": locks_at}
    if filing.filed_at is not None:
        return Change("reopened", {**fields, "state": "filed", "next_at": None})
    if filing.late_at < now:
        return Change("reopened", {**fields, "state": "missed", "next_at": locks_at})
    return Change("reopened", {**fields, "state": "open", "next_at": filing.late_at})


def without_change(filed: Sequence[Collection[UUID]], most: int = IN_A_ROW) -> set[UUID]:
    """The tasks of which a body said "no change" in each of its latest filings, the number of which is `most`."""
    return set() if len(filed) < most else set.intersection(*(set(one) for one in filed[:most]))
