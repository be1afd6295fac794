"""Intervals: a version is true from its own time until the next one's, and never before its predecessor."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import AnyKind, Kind
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.entities import facts_of_row
from sixclear.monitoring.view.moves import Interval, Piece, another_end
from sixclear.monitoring.view.states import State, Version

F = TypeVar("F", bound=Struct)

_END = Columns(entity_id="uuid", version="integer", at="timestamptz")


@dataclass(slots=True)
class Placed(Generic[F]):
    """Versions with their intervals; `pieces` are what the `appended` ones bring and take."""

    appended: list[tuple[Version[F], Interval]] = field(default_factory=list)
    others: list[tuple[Version[F], Interval]] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)


async def place(
    session: AsyncSession,
    kind: Kind[F],
    epoch: int,
    versions: Iterable[Version[F]],
    before: Mapping[UUID, State[F]],
    after: Mapping[UUID, State[F]],
) -> Placed[F]:
    """End what was true before versions that come after all that is known of their entity, and give those intervals.

    So nearly every event comes. All others begin at their own time until `chain` puts them between what is there.
    """
    placed: Placed[F] = Placed()
    by_entity: dict[UUID, list[Version[F]]] = defaultdict(list)
    for item in versions:
        by_entity[item.entity_id].append(item)
    ended = await _end(session, kind, epoch, _first_later(by_entity, before, after))
    for entity_id, own in by_entity.items():
        known = before.get(entity_id)
        if known is None and after[entity_id].withdrawn_version == 0:
            _append(placed, own, None)
        elif known is not None and entity_id in ended:
            line = Piece(entity_id, 1, known.facts, Interval(ended[entity_id], None))
            _append(placed, own, line)
        else:
            placed.others += ((item, Interval(item.occurred_at, None)) for item in own)
    return placed


def _first_later(
    by_entity: Mapping[UUID, list[Version[F]]], before: Mapping[UUID, State[F]], after: Mapping[UUID, State[F]]
) -> Iterator[tuple[UUID, int, Any]]:
    """Of each entity that is known and goes on: the version that ends, and when the next one begins."""
    for entity_id, own in by_entity.items():
        own.sort(key=lambda item: item.version)
        known = before.get(entity_id)
        if known is None or own[0].version <= known.version:
            continue
        if after[entity_id].withdrawn_version == known.withdrawn_version:
            yield entity_id, known.version, own[0].occurred_at


def _append(placed: Placed[F], own: Sequence[Version[F]], last: Piece | None) -> None:
    """Let each version begin at its own time, though not before its predecessor, and end where the next one begins."""
    began = own[0].occurred_at if last is None else max(own[0].occurred_at, last.interval.began)
    if last is not None:
        until = Interval(last.interval.began, began)
        placed.pieces += another_end(last.entity_id, last.facts, last.interval, until)
    for number, item in enumerate(own, 1):
        ended = None if number == len(own) else max(own[number].occurred_at, began)
        interval = Interval(began, ended)
        placed.appended.append((item, interval))
        placed.pieces.append(Piece(item.entity_id, 1, item.facts, interval))
        began = ended or began


async def _end(
    session: AsyncSession, kind: AnyKind, epoch: int, ends: Iterable[tuple[UUID, int, Any]]
) -> dict[UUID, Any]:
    """End versions that still hold, where the next ones begin; since when each held.

    Each row is looked up by its key: as a plain join, a server that has no statistics yet (of a first start, of a
    generation that is folded beside) reads all open rows for each one that ends. `epoch + 0`, for it would also take an
    index that begins with the epoch, which all rows share.
    """
    rows = list(ends)
    if not rows:
        return {}
    result = await session.execute(
        sql(
            """
            UPDATE {kind}_history h SET valid_to = greatest(r.at, h.valid_from)
            FROM {unnested} CROSS JOIN LATERAL (
                SELECT f.ctid AS place FROM {kind}_history f
                WHERE f.epoch + 0 = :epoch AND f.{kind}_id = r.entity_id AND f.version = r.version
                    AND f.valid_to IS NULL
                OFFSET 0
            ) AS found
            WHERE h.ctid = found.place
            RETURNING h.{kind}_id, h.valid_from
            """,
            kind=kind.name,
            unnested=_END.unnested,
        ),
        {"epoch": epoch, **_END.values(rows)},
    )
    return {row[0]: row[1] for row in result}


class Chained(NamedTuple):
    """A version whose interval is another one now."""

    entity_id: UUID
    version: int
    facts: Any
    before: Interval
    after: Interval


async def chain(
    session: AsyncSession,
    kind: AnyKind,
    epoch: int,
    added: Collection[tuple[UUID, int]],
    known: Mapping[tuple[UUID, int], Any],
) -> list[Chained]:
    """Give each version the interval from its own time until the next one's, from the first added one on; those that
    have another one now. Facts of `known` versions are not read from their rows.

    A version that claims to have occurred before its predecessor begins where that one begins: intervals never run
    backwards, whatever the order of arrival. Rows are looked up by their keys, as `_end` does.
    """
    rows = await session.execute(
        sql(
            """
            WITH touched AS (
                SELECT entity_id, min(version) AS version
                FROM unnest(CAST(:ids AS uuid[]), CAST(:versions AS integer[])) AS r(entity_id, version)
                GROUP BY entity_id
            ), tail AS (
                SELECT h.place, t.entity_id, h.version,
                    CASE WHEN h.version < t.version THEN h.valid_from ELSE h.occurred_at END AS at
                FROM touched t CROSS JOIN LATERAL (
                    SELECT f.ctid AS place, f.version, f.valid_from, f.occurred_at FROM {kind}_history f
                    WHERE f.epoch + 0 = :epoch AND f.{kind}_id = t.entity_id AND f.version >= coalesce(
                        (SELECT max(p.version) FROM {kind}_history p
                         WHERE p.epoch + 0 = :epoch AND p.{kind}_id = t.entity_id AND p.version < t.version), 0)
                    OFFSET 0
                ) AS h
            ), opened AS (
                SELECT place, entity_id, version, max(at) OVER (PARTITION BY entity_id ORDER BY version) AS valid_from
                FROM tail
            ), closed AS (
                SELECT place, valid_from,
                    lead(valid_from) OVER (PARTITION BY entity_id ORDER BY version) AS valid_to
                FROM opened
            )
            UPDATE {kind}_history h SET valid_from = c.valid_from, valid_to = c.valid_to
            FROM closed c
            WHERE h.ctid = c.place
                AND (h.valid_from, h.valid_to) IS DISTINCT FROM (c.valid_from, c.valid_to)
            RETURNING h.{kind}_id AS entity_id, h.version, h.withdrawn, {facts},
                old.valid_from AS was_from, old.valid_to AS was_to, new.valid_from AS now_from, new.valid_to AS now_to
            """,
            kind=kind.name,
            facts=", ".join(f"h.{name}" for name in kind.columns),
        ),
        {"epoch": epoch, "ids": [item[0] for item in added], "versions": [item[1] for item in added]},
    )
    return [
        Chained(
            row.entity_id,
            row.version,
            known[key] if (key := (row.entity_id, row.version)) in known else facts_of_row(kind, row),
            Interval(row.was_from, row.was_to),
            Interval(row.now_from, row.now_to),
        )
        for row in rows
    ]
