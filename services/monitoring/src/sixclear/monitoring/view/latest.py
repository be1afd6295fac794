"""The latest instants of flows: of each day beside its counter, and of all days in a table of its own.

What is greatest can be raised by each change, but not taken away again. Where the greatest of a scope's day may be
gone, it is found among what is left: that of each organisation just below, which counters hold, and the scope's own,
which an index of the history tells. So it costs the days and the organisations, however many changes there are.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import kinds_of
from sixclear.monitoring.kinds.kind import CIVIL_ZONE, DIMENSIONS, AnyFlow, AnyKind, dimension_sql
from sixclear.monitoring.statements import Columns, Write, sql
from sixclear.monitoring.view.counters import DAY, ROLLED_UP, plain
from sixclear.monitoring.view.schemas import Difference
from sixclear.monitoring.view.states import COUNTRY, Key, Reach

_LATEST = Columns(scope="uuid", programme="text", assigned_by="text", at="timestamptz")
_KEY = Columns(scope="uuid", programme="text", assigned_by="text", slot="text", at="timestamptz")


def flows_of(source: str) -> list[tuple[AnyKind, AnyFlow, str]]:
    """The flows of a source that keep their latest instant, each with its kind and the table of all days."""
    return [(kind, flow, flow.latest) for kind in kinds_of(source) for flow in kind.flows if flow.latest is not None]


def latest_write(table: str, epoch: int, times: Mapping[Reach, datetime]) -> Write | None:
    """Moves the latest instant of each scope forward, never back."""
    if not times:
        return None
    statement = sql(
        """
        INSERT INTO {table} AS l (epoch, {names}) SELECT :epoch, {selected} FROM {unnested}
        ON CONFLICT (epoch, scope, programme, assigned_by) DO UPDATE SET at = excluded.at WHERE l.at < excluded.at
        """,
        table=table,
        names=_LATEST.names,
        selected=_LATEST.selected,
        unnested=_LATEST.unnested,
    )
    return statement, {"epoch": epoch, **_LATEST.values([*reach, times[reach]] for reach in times)}


async def renew(
    session: AsyncSession,
    source: str,
    epoch: int,
    organisations_epoch: int,
    table: str,
    lost: Mapping[Key, datetime],
    depths: Mapping[UUID, int],
) -> None:
    """Find the latest instants of a table again where one up to that of `lost` may have come or gone.

    `depths` says how many organisations each scope has above it, itself included: those below are renewed before it.
    """
    kind, flow = next((kind, flow) for kind, flow, name in flows_of(source) if name == table)
    by_depth: dict[int, list[tuple[Key, datetime]]] = defaultdict(list)
    for key, at in lost.items():
        by_depth[0 if key.scope == COUNTRY else depths.get(key.scope, 1)].append((key, at))
    values = {"source": source, "epoch": epoch, "organisations_epoch": organisations_epoch, "measure": flow.measure}
    for depth in sorted(by_depth, reverse=True):
        rows = ([key.scope, key.programme, key.assigned_by, key.slot, at] for key, at in by_depth[depth])
        statement = _of_scopes(kind, flow) if depth else _of_country(kind, flow)
        await session.execute(sql("{renewed}", renewed=statement), {**values, **_KEY.values(rows)})
    reaches = {key[:3] for key in lost}
    await session.execute(
        sql(_OF_ALL_DAYS, table=table, unnested=_LATEST.unnested),
        {**values, **_LATEST.values((*r, None) for r in reaches)},
    )


# The rows of counters whose latest instant may be another one, each with its place and the bounds of its day.
_KEYS = f"""
    SELECT r.scope, r.programme, r.assigned_by, r.slot, r.at, stored.place,
        CAST(r.slot AS timestamp) {CIVIL_ZONE} AS begins,
        (CAST(r.slot AS timestamp) + interval '1 day') {CIVIL_ZONE} AS ends
    FROM {_KEY.unnested} CROSS JOIN LATERAL (
        SELECT c.ctid AS place, c.latest FROM counter c
        WHERE c.source = :source AND c.epoch = :epoch AND c.scope = r.scope AND c.programme = r.programme
            AND c.assigned_by = r.assigned_by AND c.measure = :measure AND c.slot = r.slot OFFSET 0
    ) AS stored
    WHERE stored.latest IS NULL OR stored.latest <= r.at
"""  # noqa: S608 (constants of this package)


def _own(kind: AnyKind, flow: AnyFlow, scope: str) -> str:
    return f"""
        FROM {kind.name}_history h
        WHERE h.epoch = :epoch AND h.organisation_id = {scope} AND h.change = '{flow.change}'
    """


def _of_scopes(kind: AnyKind, flow: AnyFlow) -> str:
    """Renews scopes that are organisations; none of them is below another.

    `own` are the programmes and assigning levels of a scope's own changes, each found by one look into the index.
    """
    dimensions = [dimension_sql(kind, name) for name in DIMENSIONS]
    kept = [dimension_sql(kind, name) for name in DIMENSIONS if name in kind.dimensions]
    names = [name for name in DIMENSIONS if name in kind.dimensions]
    chosen = ", ".join(f"{one} AS {name}" for one, name in zip(dimensions, DIMENSIONS, strict=True))
    order = ", ".join(["h.organisation_id", *kept])
    later = f"AND ({', '.join(kept)}) > ({', '.join(f'o.{name}' for name in names)})" if kept else "AND false"
    same = "".join(f" AND {one} = o.{name}" for one, name in zip(kept, names, strict=True))
    return f"""
        WITH RECURSIVE key AS MATERIALIZED ({_KEYS}), own AS (
            SELECT s.scope, x.programme, x.assigned_by FROM (SELECT DISTINCT scope FROM key) AS s
            CROSS JOIN LATERAL (SELECT {chosen} {_own(kind, flow, "s.scope")} ORDER BY {order} LIMIT 1) AS x
            UNION ALL SELECT o.scope, x.programme, x.assigned_by FROM own o
            CROSS JOIN LATERAL (SELECT {chosen} {_own(kind, flow, "o.scope")} {later} ORDER BY {order} LIMIT 1) AS x
        ), child AS MATERIALIZED (
            SELECT o.organisation_id, o.ancestors[2] AS scope FROM organisation_state o
            WHERE o.epoch = :organisations_epoch AND o.ancestors[2] IN (SELECT scope FROM key)
        ), part AS (
            SELECT k.place, x.at FROM key k
            JOIN own o ON o.scope = k.scope AND k.programme IN ('', o.programme)
                AND k.assigned_by IN ('', o.assigned_by)
            CROSS JOIN LATERAL (
                SELECT h.occurred_at AS at {_own(kind, flow, "k.scope")} {same}
                    AND h.occurred_at >= k.begins AND h.occurred_at < k.ends
                ORDER BY h.occurred_at DESC LIMIT 1
            ) AS x
            UNION ALL SELECT k.place, x.latest FROM key k JOIN child o ON o.scope = k.scope
            CROSS JOIN LATERAL (
                SELECT c.latest FROM counter c
                WHERE c.source = :source AND c.epoch = :epoch AND c.scope = o.organisation_id
                    AND c.programme = k.programme AND c.assigned_by = k.assigned_by AND c.measure = :measure
                    AND c.slot = k.slot OFFSET 0
            ) AS x
        )
        UPDATE counter t SET latest = n.at
        FROM (SELECT k.place, max(p.at) AS at FROM key k LEFT JOIN part p ON p.place = k.place GROUP BY 1) AS n
        WHERE t.ctid = n.place
    """  # noqa: S608 (constants of this package)


def _of_country(kind: AnyKind, flow: AnyFlow) -> str:
    """Renews those of the whole country: the next change before the one that is gone, on its day."""
    narrowed = " AND ".join(f"k.{name} IN ('', {dimension_sql(kind, name)})" for name in DIMENSIONS)
    return f"""
        UPDATE counter t SET latest = (
            SELECT h.occurred_at FROM {kind.name}_history h
            WHERE h.epoch = :epoch AND h.change = '{flow.change}' AND h.occurred_at >= k.begins
                AND h.occurred_at <= k.at AND {narrowed}
            ORDER BY h.occurred_at DESC LIMIT 1
        ) FROM ({_KEYS}) AS k WHERE t.ctid = k.place
    """  # noqa: S608 (constants of this package)


# The latest of all days is that of the last day that has one.
_OF_ALL_DAYS = """
    WITH newest AS MATERIALIZED (
        SELECT r.scope, r.programme, r.assigned_by, (
            SELECT c.latest FROM counter c
            WHERE c.source = :source AND c.epoch = :epoch AND c.scope = r.scope AND c.programme = r.programme
                AND c.assigned_by = r.assigned_by AND c.measure = :measure AND c.latest IS NOT NULL
            ORDER BY c.slot DESC LIMIT 1
        ) AS at FROM {unnested}
    ), gone AS (
        DELETE FROM {table} l USING newest n
        WHERE l.epoch = :epoch AND l.scope = n.scope AND l.programme = n.programme AND l.assigned_by = n.assigned_by
            AND n.at IS NULL
    )
    INSERT INTO {table} AS l (epoch, scope, programme, assigned_by, at)
    SELECT :epoch, n.scope, n.programme, n.assigned_by, n.at FROM newest n WHERE n.at IS NOT NULL
    ON CONFLICT (epoch, scope, programme, assigned_by) DO UPDATE SET at = excluded.at
        WHERE l.at IS DISTINCT FROM excluded.at
"""


async def rebuild_latest(session: AsyncSession, source: str, epoch: int, organisations_epoch: int) -> None:
    """Make the latest instants of a source's flows again from the history.

    Reads every such change of the epoch: for a repair, and for another tree as a whole.
    """
    values = {
        "source": source,
        "epoch": epoch,
        "organisations_epoch": organisations_epoch,
        "country": COUNTRY,
    }
    for kind, flow, table in flows_of(source):
        await session.execute(sql("DELETE FROM {table} WHERE epoch = :epoch", table=table), values)
        await session.execute(
            sql(
                """
                INSERT INTO {table} (epoch, scope, programme, assigned_by, at)
                SELECT :epoch, scope, programme, assigned_by, at FROM ({latest}) AS latest
                """,
                table=table,
                latest=_latest(kind, flow),
            ),
            values,
        )
        values["measure"] = flow.measure
        await session.execute(_FORGET_LATEST, values)
        await session.execute(
            sql(
                """
                INSERT INTO counter AS c (source, epoch, scope, programme, assigned_by, measure, slot, n, latest)
                SELECT :source, :epoch, scope, programme, assigned_by, :measure, slot, 0, at FROM ({latest}) AS latest
                ON CONFLICT (source, epoch, scope, programme, assigned_by, measure, slot)
                    DO UPDATE SET latest = excluded.latest
                """,
                latest=_latest(kind, flow, by_day=True),
            ),
            values,
        )


_FORGET_LATEST = sql(
    """
    UPDATE counter SET latest = NULL
    WHERE source = :source AND epoch = :epoch AND measure = :measure AND latest IS NOT NULL
    """
)


def _latest(kind: AnyKind, flow: AnyFlow, *, by_day: bool = False) -> str:
    """The greatest instant of a flow in each scope, programme and assigning level, as the history has it."""
    return f"""
        SELECT scope, p.programme, a.assigned_by, max(l.occurred_at) AS at {", l.slot" if by_day else ""}
        FROM (SELECT h.organisation_id, {kind.dimensions_sql}, h.occurred_at, {DAY} AS slot FROM {kind.name}_history h
              WHERE h.epoch = :epoch AND h.change = '{flow.change}') AS l
        LEFT JOIN organisation_state o ON o.epoch = :organisations_epoch AND o.organisation_id = l.organisation_id
        {ROLLED_UP}
        GROUP BY scope, p.programme, a.assigned_by {", l.slot" if by_day else ""}
    """  # noqa: S608 (constants of this package)


async def latest_differences(
    session: AsyncSession, source: str, epoch: int, organisations_epoch: int, limit: int
) -> list[Difference]:
    """Scopes, programmes and assigning levels whose latest instant is not that of the history."""
    found: list[Difference] = []
    for kind, flow, table in flows_of(source):
        rows = await session.execute(
            sql(
                """
                SELECT CAST(scope AS text) AS scope, programme, assigned_by, r.at AS reported, l.at AS stored
                FROM ({latest}) AS r
                FULL JOIN (SELECT scope, programme, assigned_by, at FROM {table} WHERE epoch = :epoch) AS l
                    USING (scope, programme, assigned_by)
                WHERE r.at IS DISTINCT FROM l.at LIMIT :limit
                """,
                table=table,
                latest=_latest(kind, flow),
            ),
            {
                "epoch": epoch,
                "organisations_epoch": organisations_epoch,
                "country": COUNTRY,
                "limit": limit,
            },
        )
        found += [{"check": table, "source": source, **plain(row._mapping)} for row in rows]
    return found
