"""Sums by what is open: of all bodies below a scope, by the civil day since which each amount holds.

The fold takes away what the states of a batch added before, and adds what they say after it; so neither the order of
arrival nor a second time matters. A scope has the bodies below it and not its own amount, which its state has. A sum up
to a past instant is that of the days before, and what the states say that hold since that day.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import kinds_of
from sixclear.monitoring.kinds.kind import CIVIL_ZONE, AnyKind, Sums
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.counters import plain
from sixclear.monitoring.view.schemas import Difference
from sixclear.monitoring.view.states import COUNTRY

Moved: TypeAlias = Mapping[UUID, tuple[Sequence[UUID], Sequence[UUID]]]


def tables_of(source: str) -> list[str]:
    """The tables of the sums of a source."""
    return [kind.sums.table for kind in kinds_of(source) if kind.sums is not None]


def _keys(sums: Sums, row: str = "h") -> str:
    return ", ".join(f"{row}.{name}" for name in sums.keys)


def _amounts(sums: Sums, sign: str) -> str:
    return ", ".join(f"sum({sign} * ({amount})) AS {name}" for name, amount in sums.amounts.items())


def _added(kind: AnyKind, sums: Sums, rows: str, sign: str) -> str:
    """What rows `h` of states add, with `scope`, to the sums."""
    return f"""
        SELECT h.epoch, scope, {_keys(sums)}, CAST(h.{sums.since} {CIVIL_ZONE} AS date) AS day, {_amounts(sums, sign)}
        FROM {rows} WHERE h.{sums.since} IS NOT NULL AND {kind.counted_sql()}
        GROUP BY h.epoch, scope, {_keys(sums)}, day
    """  # noqa: S608 (constants of this package)


def _insert(kind: AnyKind, sums: Sums, rows: str, sign: str) -> str:
    columns = ", ".join(("epoch", "scope", *sums.keys, "day"))
    added = ", ".join(f"{name} = t.{name} + excluded.{name}" for name in sums.amounts)
    return f"""
        INSERT INTO {sums.table} AS t ({columns}, {", ".join(sums.amounts)})
        {_added(kind, sums, rows, sign)} ORDER BY scope, {_keys(sums)}, day
        ON CONFLICT ({columns}) DO UPDATE SET {added}
    """


_ABOVE = """
    LEFT JOIN organisation_state o ON o.epoch = :organisations_epoch AND o.organisation_id = h.organisation_id
    CROSS JOIN LATERAL unnest(coalesce(o.ancestors[2:], '{}') || CAST(:country AS uuid)) AS scope
"""


async def add(
    session: AsyncSession, kind: AnyKind, epoch: int, organisations_epoch: int, ids: Collection[UUID], sign: int
) -> None:
    """Add what the stored states of these entities say (1), or take it away (-1)."""
    if kind.sums is None or not ids:
        return
    rows = f"""
        unnest(CAST(:ids AS uuid[])) AS r(entity_id) CROSS JOIN LATERAL (
            SELECT f.* FROM {kind.name}_state f
            WHERE f.epoch + 0 = :epoch AND f.{kind.name}_id = r.entity_id OFFSET 0) AS h {_ABOVE}
    """  # noqa: S608 (constants of this package)
    await session.execute(
        sql("{insert}", insert=_insert(kind, kind.sums, rows, "CAST(:sign AS integer)")),
        {**_bound(epoch, organisations_epoch), "ids": list(ids), "sign": sign},
    )


def _bound(epoch: int, organisations_epoch: int) -> dict[str, object]:
    return {"epoch": epoch, "organisations_epoch": organisations_epoch, "country": COUNTRY}


async def move_bodies(session: AsyncSession, source: str, epoch: int, moved: Moved) -> None:
    """Take what bodies that stand elsewhere added to the scopes that they left, and add it to those they entered."""
    shifts = [
        (body, scope, sign)
        for body, (old, new) in moved.items()
        for scopes, sign in (({*old[1:]} - {*new[1:]}, -1), ({*new[1:]} - {*old[1:]}, 1))
        for scope in scopes
    ]
    for kind in kinds_of(source):
        if kind.sums is None or not shifts:
            continue
        rows = f"""
            unnest(CAST(:bodies AS uuid[]), CAST(:scopes AS uuid[]), CAST(:signs AS integer[])) AS r(body, scope, sign)
            JOIN {kind.name}_state h ON h.epoch = :epoch AND h.organisation_id = r.body
        """
        await session.execute(
            sql("{insert}", insert=_insert(kind, kind.sums, rows, "r.sign")),
            {
                "epoch": epoch,
                "bodies": [one[0] for one in shifts],
                "scopes": [one[1] for one in shifts],
                "signs": [one[2] for one in shifts],
            },
        )


def _all(kind: AnyKind) -> str:
    return f"(SELECT * FROM {kind.name}_state WHERE epoch = :epoch) AS h {_ABOVE}"  # noqa: S608 (constants)


async def rebuild_sums(session: AsyncSession, source: str, epoch: int, organisations_epoch: int) -> None:
    """Add all states of a source up again, and replace its sums."""
    for kind in kinds_of(source):
        if kind.sums is not None:
            bound = _bound(epoch, organisations_epoch)
            await session.execute(sql("DELETE FROM {table} WHERE epoch = :epoch", table=kind.sums.table), bound)
            await session.execute(sql("{insert}", insert=_insert(kind, kind.sums, _all(kind), "1")), bound)


async def sum_differences(
    session: AsyncSession, source: str, epoch: int, organisations_epoch: int, limit: int
) -> list[Difference]:
    """Sums that are not those of the states."""
    found: list[Difference] = []
    for kind in kinds_of(source):
        if kind.sums is not None:
            found += await _differences(session, kind, kind.sums, _bound(epoch, organisations_epoch), limit)
    return found


async def _differences(
    session: AsyncSession, kind: AnyKind, sums: Sums, bound: Mapping[str, object], limit: int
) -> list[Difference]:
    differs = " OR ".join(f"coalesce(k.{name}, 0) <> coalesce(t.{name}, 0)" for name in sums.amounts)
    shown = ", ".join(f"CAST({name} AS text) AS {name}" for name in ("scope", *sums.keys, "day"))
    rows = await session.execute(
        sql(
            """
            SELECT {shown} FROM ({added}) AS k
            FULL JOIN (SELECT * FROM {table} WHERE epoch = :epoch) AS t USING (epoch, scope, {keys}, day)
            WHERE {differs} LIMIT :limit
            """,
            shown=shown,
            added=_added(kind, sums, _all(kind), "1"),
            table=sums.table,
            keys=", ".join(sums.keys),
            differs=differs,
        ),
        {**bound, "limit": limit},
    )
    return [{"check": sums.table, "source": kind.source, **plain(row._mapping)} for row in rows]
