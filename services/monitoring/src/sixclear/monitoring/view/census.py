"""The view against what its sources say of themselves: a census counts at a position of the log, and so does the view.

An event that was lost on the way is in no record here, so no comparison of the view with itself finds it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.envelope import Envelope
from sixclear.common.db import dump_json
from sixclear.monitoring import metrics
from sixclear.monitoring.errors import InvalidEvent
from sixclear.monitoring.kinds import kinds_of
from sixclear.monitoring.kinds.kind import ALL_STATES, Amount, AnyKind, Place
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.schemas import Difference
from sixclear.monitoring.view.states import COUNTRY, whole

ENTITY_TYPE = "census"

_log = structlog.get_logger(__name__)

_SHOWN = 50
# As much as the clocks of two machines may differ.
_CLOCKS_DIFFER = timedelta(seconds=60)


class _Count(msgspec.Struct, frozen=True):
    group: str | None
    state: str
    count: int


class _CensusData(msgspec.Struct, frozen=True):
    epoch: int
    position: int
    counted_at: datetime
    counts: list[_Count]


@dataclass(frozen=True, slots=True)
class Census:
    """What a source counted; it holds at `position` in its log of `epoch`, as at `counted_at`."""

    source: str
    epoch: int
    position: int
    counted_at: datetime
    counts: Mapping[Place, int]


def newer(known: Census | None, envelope: Envelope) -> Census | None:
    """The later one of two censuses. Raises InvalidEvent.

    One that was stated before its log was restored, or sent again under a new epoch, says nothing of the log of now.
    """
    try:
        data = msgspec.convert(envelope.data, _CensusData)
    except msgspec.ValidationError as error:
        raise InvalidEvent(f"{envelope.type} version {envelope.version}: {error}") from error
    if data.epoch != envelope.epoch:
        _log.info("census of another epoch ignored", source=envelope.service, of=data.epoch, log=envelope.epoch)
        return known
    if known is not None and known.position >= data.position:
        return known
    counts = {Place(item.group or "", item.state): item.count for item in data.counts}
    return Census(envelope.service, data.epoch, data.position, data.counted_at, counts)


async def keep(session: AsyncSession, census: Census, now: datetime) -> None:
    """Keep a census until it can be compared, unless a later one is known."""
    counts = [[*place, n] for place, n in sorted(census.counts.items())]
    await session.execute(
        sql(
            """
            INSERT INTO source_census AS c (source, log_epoch, position, counted_at, counts, kept_at)
            VALUES (:source, :epoch, :position, :counted_at, CAST(:counts AS jsonb), :now)
            ON CONFLICT (source) DO UPDATE SET log_epoch = excluded.log_epoch, position = excluded.position,
                counted_at = excluded.counted_at, counts = excluded.counts, kept_at = excluded.kept_at, sent_at = NULL
            WHERE (c.log_epoch, c.position) < (excluded.log_epoch, excluded.position)
            """
        ),
        {
            "source": census.source,
            "epoch": census.epoch,
            "position": census.position,
            "counted_at": census.counted_at,
            "counts": dump_json(counts),
            "now": now,
        },
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest census of a source, and the last comparison with one; `agrees` is None before the first."""

    census: Census
    kept_at: datetime
    sent_at: datetime | None
    judged_generation: int | None
    judged_position: int | None
    judged_at: datetime | None
    differences: list[Difference]

    def is_judged(self, generation: int) -> bool:
        """Whether this very census was compared with a generation."""
        return (self.judged_generation, self.judged_position) == (generation, self.census.position)

    def agrees(self, generation: int) -> bool | None:
        """Whether a generation agreed with a census the last time that they were compared."""
        return None if self.judged_generation != generation else not self.differences


async def list_kept(session: AsyncSession) -> list[Kept]:
    """What is kept of every source that has stated a census."""
    rows = await session.execute(
        sql(
            """
            SELECT source, log_epoch, position, counted_at, counts,
                kept_at, sent_at, judged_generation, judged_position, judged_at, differences
            FROM source_census ORDER BY source
            """
        )
    )
    return [Kept(_kept_census(row), *row[5:]) for row in rows]


def _kept_census(row: Row[Any]) -> Census:
    counts = {Place(group, state): n for group, state, n in row.counts}
    return Census(row.source, row.log_epoch, row.position, row.counted_at, counts)


async def note_sent(session: AsyncSession, kept: Kept, now: datetime) -> None:
    """Say that everything before a census has left its source."""
    await session.execute(
        sql("UPDATE source_census SET sent_at = :now WHERE source = :source AND position = :position"),
        {"now": now, "source": kept.census.source, "position": kept.census.position},
    )


async def note_judged(
    session: AsyncSession, census: Census, generation: int, differences: list[Difference], now: datetime
) -> None:
    """Store what a comparison found: figures of this generation are refused while that is something."""
    await session.execute(
        sql(
            """
            UPDATE source_census SET judged_generation = :generation, judged_position = :position, judged_at = :now,
                differences = CAST(:differences AS jsonb)
            WHERE source = :source
            """
        ),
        {
            "source": census.source,
            "generation": generation,
            "position": census.position,
            "now": now,
            "differences": dump_json(differences),
        },
    )


async def refused(session: AsyncSession) -> list[str]:
    """The sources whose census contradicts what readers see."""
    rows = await session.scalars(
        sql(
            """
            SELECT c.source FROM source_census c
            JOIN source_view v ON v.source = c.source AND v.active_epoch = c.judged_generation
            WHERE c.differences <> '[]' ORDER BY c.source
            """
        )
    )
    return list(rows)


async def measure(session: AsyncSession, since: datetime, now: datetime) -> None:
    """Set the metrics of censuses; the age of one that was never stated is counted from `since`."""
    rows = await session.execute(
        sql(
            """
            SELECT v.source, c.counted_at,
                CASE WHEN v.active_epoch = c.judged_generation THEN jsonb_array_length(c.differences) ELSE 0 END
            FROM source_view v LEFT JOIN source_census c ON c.source = v.source
            """
        )
    )
    for source, counted_at, differences in rows:
        metrics.CENSUS_AGE.labels(source).set(max(0.0, (now - (counted_at or since)).total_seconds()))
        metrics.CENSUS_DIFFERENCES.labels(source).set(differences)


async def census_differences(session: AsyncSession, census: Census, generation: int) -> list[Difference] | None:
    """Where a generation counted other than its source at the position of the census; some dozens of places at most.

    Needs everything up to that position, and one snapshot. None where it can no longer be told: an entity was withdrawn
    since and its history with it, or a release without positions (0.1.0) has folded since. The next census tells.
    """
    counted: dict[Place, Amount] = defaultdict(int)
    for kind in kinds_of(census.source):
        if await session.scalar(_untold(kind), _values(census, generation) | {"since": _since(census)}):
            return None
        for programme, measure, slot, amount in await _cells_then(session, kind, census, generation):
            if (place := kind.stated(programme, measure, slot)) is not None:
                counted[place] += amount
    stated = _with_sums(census.counts)
    places = sorted(place for place in {*stated, *counted} if stated.get(place, 0) != counted.get(place, 0))
    return [
        {
            "check": "census",
            "source": census.source,
            "group": place.group,
            "state": place.state,
            "stated": stated.get(place, 0),
            "counted": int(counted.get(place, 0)),
        }
        for place in places[:_SHOWN]
    ]


def _with_sums(counts: Mapping[Place, int]) -> dict[Place, int]:
    sums: dict[Place, int] = defaultdict(int, counts)
    for place, n in counts.items():
        sums[Place(place.group, ALL_STATES)] += n
    return sums


async def _cells_then(
    session: AsyncSession, kind: AnyKind, census: Census, generation: int
) -> Iterable[tuple[str, str, str, Amount]]:
    """The country's counters as they would stand at the census: as they are, with the few that moved since put back.

    Beginning from the counters tells whether these very numbers are right, and costs what changed since the census.
    Moved since: by an event of a later position, or by a deadline between the instant of the census and now.
    """
    values = _values(census, generation)
    now = await session.execute(
        sql(
            """
            SELECT programme, measure, slot, n + fraction FROM counter
            WHERE source = :source AND epoch = :epoch AND scope = :country AND assigned_by = ''
                AND measure = ANY(CAST(:measures AS text[]))
            """
        ),
        values | {"measures": list(kind.measures)},
    )
    moved = await session.execute(_moved_since(kind), values)
    cells = [(row[0], row[1], row[2], whole(row[3])) for row in now]
    for programme, measure, slot, amount in moved:
        cells += [(under, measure, slot, whole(amount)) for under in {"", programme}]
    return cells


def _values(census: Census, generation: int) -> dict[str, Any]:
    return {
        "source": census.source,
        "epoch": generation,
        "country": COUNTRY,
        "at": census.counted_at,
        "position": census.position,
    }


def _since(census: Census) -> datetime:
    return census.counted_at - _CLOCKS_DIFFER


def _untold(kind: AnyKind) -> Any:
    return sql(
        """
        SELECT EXISTS (SELECT FROM {kind}_history h WHERE h.epoch = :epoch AND h.position > :position AND h.withdrawn)
            OR EXISTS (SELECT FROM {kind}_history h
                       WHERE h.epoch = :epoch AND h.position IS NULL AND h.recorded_at > :since)
        """,
        kind=kind.name,
    )


def _moved_since(kind: AnyKind) -> Any:
    return sql(
        """
        WITH moved AS (
            SELECT h.{kind}_id AS entity_id FROM {kind}_state h
            WHERE h.epoch = :epoch AND (h.next_boundary < :at OR {ahead})
            UNION SELECT h.{kind}_id FROM {kind}_history h WHERE h.epoch = :epoch AND h.position > :position
        )
        SELECT m.programme, m.measure, m.slot, sum(m.amount) FROM (
            SELECT d.programme, c.cell ->> 0 AS measure, c.cell ->> 1 AS slot, -CAST(c.cell ->> 2 AS numeric) AS amount
            FROM {kind}_state h JOIN moved ON moved.entity_id = h.{kind}_id
            CROSS JOIN LATERAL (SELECT {dimensions}) AS d
            CROSS JOIN LATERAL jsonb_array_elements(h.cells) AS c(cell) WHERE h.epoch = :epoch
            UNION ALL
            SELECT d.programme, c.measure, c.slot, c.amount
            FROM (
                SELECT h.*, {values} FROM (
                    SELECT DISTINCT ON (h.{kind}_id) h.* FROM {kind}_history h
                    JOIN moved ON moved.entity_id = h.{kind}_id
                    WHERE h.epoch = :epoch AND (h.position IS NULL OR h.position <= :position)
                    ORDER BY h.{kind}_id, h.version DESC
                ) AS h
            ) AS h
            CROSS JOIN LATERAL (SELECT {dimensions}) AS d
            CROSS JOIN LATERAL {cells} AS c(measure, slot, amount)
            WHERE h.{axis} IS NOT NULL AND c.slot IS NOT NULL
        ) AS m GROUP BY 1, 2, 3
        """,
        kind=kind.name,
        ahead=kind.ahead_sql,
        dimensions=kind.dimensions_sql,
        values=kind.values_sql,
        cells=kind.cells_sql,
        axis=kind.axes[0].name,
    )
