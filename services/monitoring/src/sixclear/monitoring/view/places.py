"""Organisations that come to stand elsewhere in the tree take along what is counted at and below them.

Counters of a scope hold all that is below it. So what moves is told by the counters of the organisations that have
another one just above them, not by records: it costs their cells and days, however much was counted. Read from the
records, a merger of a body with some hundred thousand reports took longer than a fold may, and held it up for good.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import sources
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view import days, dimensions, latest, sums
from sixclear.monitoring.view import sources as views
from sixclear.monitoring.view.states import Key

# An organisation with all above it, before and after.
Moved: TypeAlias = Mapping[UUID, tuple[Sequence[UUID], Sequence[UUID]]]


class Shift(NamedTuple):
    """The counters of a body are added to those of a scope, so many times."""

    body: UUID
    scope: UUID
    times: int


def entered(moved: Moved) -> dict[UUID, dict[UUID, int]]:
    """The scopes that the organisations which have another one just above them entered (1) or left (-1).

    All others move with one of these: what is between does not change.
    """
    found = {}
    for body, (old, new) in moved.items():
        if old[1:2] != new[1:2]:
            gained = dict.fromkeys({*new[1:]} - {*old[1:]}, 1)
            found[body] = gained | dict.fromkeys({*old[1:]} - {*new[1:]}, -1)
    return found


def shifts(moved: Moved) -> list[Shift]:
    """What the counters of scopes gain and lose, as sums of counters of before.

    What goes with a body is what was counted at it and below, less what was at those below that go elsewhere.
    """
    found, by_body = [], entered(moved)
    for body, scopes in by_body.items():
        above = next((one for one in moved[body][0][1:] if one in by_body), None)
        times = defaultdict(int, scopes)
        for scope, sign in (by_body[above] if above is not None else {}).items():
            times[scope] -= sign
        found += [Shift(body, scope, n) for scope, n in times.items() if n]
    return found


def depths(moved: Moved) -> dict[UUID, int]:
    """How many organisations each one has above it now, itself included, of those that moved and all above them."""
    found: dict[UUID, int] = {}
    for old, new in moved.values():
        for path in (old, new):
            found |= {scope: len(path) - number for number, scope in enumerate(path)}
    return found | {body: len(new) for body, (_, new) in moved.items()}


async def move_organisations(
    session: AsyncSession, known: Mapping[str, views.SourceState], epoch: int, moved: Moved
) -> None:
    """Count what organisations lead under their new place in the tree instead of the old one.

    Also the way in which an organisation that comes later than what it leads takes its place. Organisations of an epoch
    that is not active yet matter only to the records of its source in that epoch.
    """
    moves = shifts(moved)
    if not moves:
        return
    by_body, deep = entered(moved), depths(moved)
    for source, at_epoch in _counted_with(known, epoch):
        lost = {
            table: await _may_differ(session, source, at_epoch, flow.measure, by_body)
            for _, flow, table in latest.flows_of(source)
        }
        await _shift(session, source, at_epoch, moves)
        await days.move_bodies(session, source, at_epoch, moved)
        await sums.move_bodies(session, source, at_epoch, moved)
        for table, keys in lost.items():
            if keys:
                await latest.renew(session, source, at_epoch, epoch, table, keys, deep)


def _counted_with(known: Mapping[str, views.SourceState], organisations_epoch: int) -> list[tuple[str, int]]:
    pairs = [(dimensions.SOURCE, organisations_epoch)]
    if organisations_epoch == known[dimensions.SOURCE].active_epoch:
        for source in set(sources()) - {dimensions.SOURCE}:
            epochs = (known[source].active_epoch, known[source].next_epoch)
            pairs += [(source, epoch) for epoch in epochs if epoch is not None]
    return pairs


async def _shift(session: AsyncSession, source: str, epoch: int, moves: Sequence[Shift]) -> None:
    await session.execute(
        sql(
            """
            INSERT INTO counter AS t (source, epoch, scope, programme, assigned_by, measure, slot, n, fraction)
            SELECT :source, :epoch, r.scope, {cell}, sum(r.times * c.n), sum(r.times * c.fraction)
            FROM {asked} CROSS JOIN LATERAL ({counters} OFFSET 0) AS c
            GROUP BY r.scope, {cell} HAVING sum(r.times * c.n) <> 0 OR sum(r.times * c.fraction) <> 0
            ORDER BY r.scope, {cell}
            ON CONFLICT (source, epoch, scope, programme, assigned_by, measure, slot) DO UPDATE
                SET n = t.n + excluded.n, fraction = t.fraction + excluded.fraction
            """,
            cell="c.programme, c.assigned_by, c.measure, c.slot",
            asked=_ASKED,
            counters=_COUNTERS,
        ),
        {
            "source": source,
            "epoch": epoch,
            "bodies": [one.body for one in moves],
            "scopes": [one.scope for one in moves],
            "times": [one.times for one in moves],
        },
    )


_ASKED = """
    unnest(CAST(:bodies AS uuid[]), CAST(:scopes AS uuid[]), CAST(:times AS integer[])) AS r(body, scope, times)
"""
_COUNTERS = "SELECT * FROM counter k WHERE k.source = :source AND k.epoch = :epoch AND k.scope = r.body"


async def _may_differ(
    session: AsyncSession, source: str, epoch: int, measure: str, by_body: Mapping[UUID, Mapping[UUID, int]]
) -> dict[Key, datetime]:
    """The counters whose latest instant may come or go with these bodies, and theirs: not older than what is there."""
    pairs = [(body, scope) for body, scopes in by_body.items() for scope in scopes]
    rows = await session.execute(
        sql(
            """
            SELECT r.scope, c.programme, c.assigned_by, c.slot, max(c.latest)
            FROM {asked} CROSS JOIN LATERAL ({counters} AND k.measure = :measure AND k.latest IS NOT NULL OFFSET 0) AS c
            GROUP BY 1, 2, 3, 4
            """,
            asked=_ASKED,
            counters=_COUNTERS,
        ),
        {
            "source": source,
            "epoch": epoch,
            "measure": measure,
            "bodies": [body for body, _ in pairs],
            "scopes": [scope for _, scope in pairs],
            "times": [1] * len(pairs),
        },
    )
    return {Key(scope, programme, level, measure, slot): at for scope, programme, level, slot, at in rows}
