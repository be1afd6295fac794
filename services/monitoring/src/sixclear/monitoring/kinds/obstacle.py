"""What holds work back: counted while it is open, by its kind, its level and its age, and once it is settled.

Kinds are data of programmes; each says as which of a closed set it counts, and only that is read here.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.common.clock import civil_day_end
from sixclear.monitoring.kinds.kind import Axis, Counted, Instant, Kind, PartialIndex, Rule, Step

Level = Literal["central", "province", "commune"]
CountsAs = Literal[
    "institution",
    "leadership-and-implementation",
    "data-and-infrastructure",
    "resources",
    "service-quality",
    "coordination",
    "other",
    "not-classified",
]
KINDS: tuple[CountsAs, ...] = get_args(CountsAs)
LEVELS: tuple[Level, ...] = get_args(Level)
# Civil days since it holds work back, with the day on which it began.
AGES = ("up_to_7_days", "up_to_30_days", "up_to_90_days", "over_90_days")
SETTLED = "settled"


class ObstacleFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of an obstacle's event; the three instants follow from `since`."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Level
    state: Literal["open", "settled"]
    counts_as: CountsAs
    level: Level
    since: date
    after_7_days_at: Instant
    after_30_days_at: Instant
    after_90_days_at: Instant
    demonstration: bool


class _ObstacleData(Struct, kw_only=True):
    organisation_id: UUID | None
    programme: str
    assigned_by: Level
    state: Literal["open", "settled"]
    counts_as: CountsAs
    level: Level
    since: date
    demonstration: bool


def _read(data: Mapping[str, Any]) -> ObstacleFacts:
    read = msgspec.convert(data, _ObstacleData)
    return ObstacleFacts(
        organisation_id=read.organisation_id,
        programme=read.programme,
        assigned_by=read.assigned_by,
        state=read.state,
        counts_as=read.counts_as,
        level=read.level,
        since=read.since,
        after_7_days_at=_after(read.since, 7),
        after_30_days_at=_after(read.since, 30),
        after_90_days_at=_after(read.since, 90),
        demonstration=read.demonstration,
    )


def _after(since: date, days: int) -> datetime:
    """The last instant of so many civil days, the first one included."""
    return civil_day_end(since + timedelta(days=days - 1))


AGE: Axis[ObstacleFacts] = Axis(
    name="bucket",
    start=AGES[0],
    steps=(
        Step("after_7_days_at", AGES[1]),
        Step("after_30_days_at", AGES[2]),
        Step("after_90_days_at", AGES[3]),
    ),
    settled=Rule(
        lambda facts: SETTLED if facts.state == "settled" else None,
        f"CASE WHEN h.state = 'settled' THEN '{SETTLED}' END",
    ),
)


def _cells(facts: ObstacleFacts, bucket: str) -> Iterable[Counted]:
    """Those that are open are a cell of their own, so that each of the three ways to divide them can be checked."""
    if bucket == SETTLED:
        yield Counted("obstacle_settled", "")
    else:
        yield Counted("obstacle", "")
        yield Counted("obstacle_kind", facts.counts_as)
        yield Counted("obstacle_level", facts.level)
        yield Counted("obstacle_age", bucket)
    if facts.demonstration:
        yield Counted("obstacle_demonstration", "")


_CELLS_SQL = f"""
(VALUES
    ('obstacle', CASE WHEN h.bucket <> '{SETTLED}' THEN '' END, 1),
    ('obstacle_kind', CASE WHEN h.bucket <> '{SETTLED}' THEN h.counts_as END, 1),
    ('obstacle_level', CASE WHEN h.bucket <> '{SETTLED}' THEN h.level END, 1),
    ('obstacle_age', CASE WHEN h.bucket <> '{SETTLED}' THEN h.bucket END, 1),
    ('obstacle_settled', CASE WHEN h.bucket = '{SETTLED}' THEN '' END, 1),
    ('obstacle_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""


OBSTACLE: Kind[ObstacleFacts] = Kind(
    name="obstacle",
    source="tasks",
    rules=1,
    facts=ObstacleFacts,
    read=_read,
    axes=(AGE,),
    by_reach=True,
    measures=(
        "obstacle",
        "obstacle_kind",
        "obstacle_level",
        "obstacle_age",
        "obstacle_settled",
        "obstacle_demonstration",
    ),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    only_shown=frozenset({"since"}),
    title=None,
    told=False,
    state_indexes=(PartialIndex("open", ("since",), "state = 'open'"),),
)
