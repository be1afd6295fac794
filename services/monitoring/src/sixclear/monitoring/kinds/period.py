"""A period of a recurring task: counted once it is due, by what was reported of it.

A period that ended before it was due (its task was over) and of which nothing was reported is never due. A report that
was sent back does not count.
"""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from msgspec import Struct

from sixclear.monitoring.kinds.kind import Axis, Counted, Instant, Kind, Rule, Step

TIMINGS = ("on_time", "late", "missing")


class PeriodFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a period's event."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    status: Literal["open", "reported", "confirmed", "returned", "missed", "locked"]
    due_at: Instant
    locks_at: Instant
    reported_at: Instant | None
    demonstration: bool


def _settled(facts: PeriodFacts) -> str | None:
    over = facts.reported_at is None and facts.status == "locked" and facts.locks_at < facts.due_at
    return "over" if over else None


# Later than its due instant a period is due; until then it is in no figure, even where it was reported early.
DUE: Axis[PeriodFacts] = Axis(
    name="bucket",
    start="pending",
    steps=(Step("due_at", "due"),),
    settled=Rule(
        _settled,
        "CASE WHEN h.reported_at IS NULL AND h.status = 'locked' AND h.locks_at < h.due_at THEN 'over' END",
    ),
)


def _timing(facts: PeriodFacts) -> str:
    if facts.reported_at is None:
        return "missing"
    return "on_time" if facts.reported_at <= facts.due_at else "late"


TIMING = Rule(
    _timing,
    "CASE WHEN h.reported_at IS NULL THEN 'missing' WHEN h.reported_at <= h.due_at THEN 'on_time' ELSE 'late' END",
)


def _cells(facts: PeriodFacts, bucket: str) -> Iterable[Counted]:
    """Those that are due are a cell of their own, so that they can be checked against how they were reported."""
    if bucket == "due":
        yield Counted("period", "")
        yield Counted("period_timing", TIMING.python(facts))
        if facts.demonstration:
            yield Counted("period_demonstration", "")


_CELLS_SQL = f"""
(VALUES
    ('period', CASE WHEN h.bucket = 'due' THEN '' END, 1),
    ('period_timing', CASE WHEN h.bucket = 'due' THEN {TIMING.sql} END, 1),
    ('period_demonstration', CASE WHEN h.bucket = 'due' AND h.demonstration THEN '' END, 1)
)
"""


PERIOD: Kind[PeriodFacts] = Kind(
    name="period",
    source="tasks",
    rules=1,
    facts=PeriodFacts,
    axes=(DUE,),
    by_reach=True,
    measures=("period", "period_timing", "period_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    title=None,
    told=False,
)
