"""What a body owes a programme as its report on a period: counted from the beginning of the period on.

Of those that are expected each is on time, late, missing or awaited. What a body is exempted from is in no figure.
"""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from msgspec import Struct

from sixclear.monitoring.kinds.kind import Axis, Counted, Instant, Kind, Rule, Step

EXPECTED = ("on_time", "late", "missing", "awaited")


class FilingFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a filing's event."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    period: str
    state: Literal["open", "filed", "missed", "locked", "exempted"]
    late_at: Instant
    filed_at: Instant | None
    empty: bool
    demonstration: bool


def _settled(facts: FilingFacts) -> str | None:
    if facts.state == "exempted":
        return "exempted"
    if facts.filed_at is None:
        return None
    return "on_time" if facts.filed_at <= facts.late_at else "late"


# It counts by when it was filed first: at the instant itself it is on time.
FILED: Axis[FilingFacts] = Axis(
    name="bucket",
    start="awaited",
    steps=(Step("late_at", "missing"),),
    settled=Rule(
        _settled,
        "CASE WHEN h.state = 'exempted' THEN 'exempted' WHEN h.filed_at <= h.late_at THEN 'on_time' "
        "WHEN h.filed_at > h.late_at THEN 'late' END",
    ),
)


def _cells(facts: FilingFacts, bucket: str) -> Iterable[Counted]:
    """Those that are expected are a cell of their own, so that they can be checked against how they were filed."""
    if bucket in EXPECTED:
        yield Counted("filing", "")
        yield Counted("filing_timing", bucket)
        if facts.empty:
            yield Counted("filing_empty", "")
        if facts.demonstration:
            yield Counted("filing_demonstration", "")


_CELLS_SQL = """
(VALUES
    ('filing', CASE WHEN h.bucket <> 'exempted' THEN '' END, 1),
    ('filing_timing', CASE WHEN h.bucket <> 'exempted' THEN h.bucket END, 1),
    ('filing_empty', CASE WHEN h.bucket <> 'exempted' AND h.empty THEN '' END, 1),
    ('filing_demonstration', CASE WHEN h.bucket <> 'exempted' AND h.demonstration THEN '' END, 1)
)
"""


FILING: Kind[FilingFacts] = Kind(
    name="filing",
    source="tasks",
    rules=1,
    facts=FilingFacts,
    axes=(FILED,),
    by_reach=True,
    measures=("filing", "filing_timing", "filing_empty", "filing_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    only_shown=frozenset({"period"}),
    title=None,
    told=False,
)
