"""How often something happened to one entity: columns of its state, always counted from its history.

What came late, twice or out of order changes nothing in that. The history is asked about those few entities to which it
happened, by an index of such changes.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import AnyKind, Tally
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.schemas import Difference

_COUNTED = """
    SELECT h.epoch, h.{kind}_id AS entity_id, CAST(count(*) AS integer) AS times, max(h.occurred_at) AS latest
    FROM {kind}_history h WHERE h.change = '{change}' GROUP BY 1, 2
"""


def touched(kind: AnyKind, changes: Iterable[tuple[UUID, str]]) -> set[UUID]:
    """The entities whose tallies these changes move."""
    names = {tally.change for tally in kind.tallies}
    return {entity_id for entity_id, change in changes if change in names}


async def count_again(session: AsyncSession, kind: AnyKind, epoch: int, ids: Collection[UUID]) -> None:
    """Count the tallies of these entities again."""
    for tally in kind.tallies if ids else ():
        await session.execute(
            sql(
                """
                UPDATE {kind}_state s SET {times} = r.times, {latest} = r.latest
                FROM unnest(CAST(:ids AS uuid[])) AS i(entity_id) CROSS JOIN LATERAL (
                    SELECT count(*) AS times, max(h.occurred_at) AS latest FROM {kind}_history h
                    WHERE h.epoch = :epoch AND h.{kind}_id = i.entity_id AND h.change = '{change}') AS r
                WHERE s.epoch = :epoch AND s.{kind}_id = i.entity_id
                """,
                **_names(kind, tally),
            ),
            {"epoch": epoch, "ids": list(ids)},
        )


async def count_all_again(session: AsyncSession, kind: AnyKind) -> None:
    """Count again what differs, in all generations: the release before folded without these columns."""
    for tally in kind.tallies:
        names = _names(kind, tally)
        await session.execute(
            sql(
                """
                UPDATE {kind}_state s SET {times} = r.times, {latest} = r.latest FROM ({counted}) AS r
                WHERE s.epoch = r.epoch AND s.{kind}_id = r.entity_id
                    AND (s.{times}, s.{latest}) IS DISTINCT FROM (r.times, r.latest)
                """,
                counted=_COUNTED.format(**names),
                **names,
            )
        )


async def tally_differences(session: AsyncSession, kind: AnyKind, epoch: int, limit: int) -> list[Difference]:
    """Tallies that are not what the history says."""
    found: list[Difference] = []
    for tally in kind.tallies:
        names = _names(kind, tally)
        rows = await session.execute(
            sql(
                """
                SELECT 'tally' AS "check", CAST(s.{kind}_id AS text) AS entity_id
                FROM {kind}_state s LEFT JOIN ({counted}) AS r ON r.epoch = s.epoch AND r.entity_id = s.{kind}_id
                WHERE s.epoch = :epoch
                    AND (s.{times}, s.{latest}) IS DISTINCT FROM (coalesce(r.times, 0), r.latest)
                LIMIT :limit
                """,
                counted=_COUNTED.format(**names),
                **names,
            ),
            {"epoch": epoch, "limit": limit},
        )
        found += [{"source": kind.source, "kind": kind.name, **row._mapping} for row in rows]
    return found


def _names(kind: AnyKind, tally: Tally) -> dict[str, str]:
    return {"kind": kind.name, **tally._asdict()}
