"""Changes of the figures by civil day: the base of every question about the past (decision 0033).

`day_delta` holds the changes of the bodies themselves, by programme and assigning level; `day_rollup` those of all that
is above a body, as `counter` holds its cells. Both have a row for each day on which something changed, and one for the
sum of each month: what arrives late changes a row of its day and one of its month, never every day since.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import add
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import kinds_of
from sixclear.monitoring.kinds.kind import CIVIL_ZONE, Amount, AnyKind
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.moves import DAY, MONTH, Move
from sixclear.monitoring.view.schemas import Difference
from sixclear.monitoring.view.states import COUNTRY, PlaceOf, above_of, for_all

BODIES, ABOVE = "day_delta", "day_rollup"
TABLES = (BODIES, ABOVE)

# What changed otherwise than by time alone; a part of the primary key, so never null.
NOT_CROSSED = "CAST('-infinity' AS timestamptz)"
_ROW = Columns(
    scope="uuid",
    programme="text",
    assigned_by="text",
    measure="text",
    slot="text",
    period="text",
    day="date",
    crossed_at="timestamptz",
    amount="numeric",
)
_KEY = ", ".join(name for name in _ROW.types if name != "amount")


_PERIODS = f"""
    CROSS JOIN LATERAL (VALUES ('{DAY}', m.day, m.crossed_at),
        ('{MONTH}', CAST(date_trunc('month', m.day) AS date), {NOT_CROSSED})) AS p(period, day, crossed_at)
"""
_ALL_ROWS = _ROW + Columns(above="boolean")


async def add_moves(
    session: AsyncSession,
    source: str,
    epoch: int,
    moved: Mapping[PlaceOf, Mapping[Move, Amount]],
    ancestors: Mapping[UUID, Sequence[UUID]],
) -> None:
    """Add moves to the rows of their days and months, of the bodies and of those above; nothing where nothing moved."""
    bodies = _of_bodies(moved)
    rows = [(*key, amount, False) for key, amount in bodies.items() if amount]
    rows += [(*key, amount, True) for key, amount in _above(bodies, ancestors).items() if amount]
    if not rows:
        return
    await session.execute(
        sql(
            """
            WITH r AS MATERIALIZED (SELECT * FROM {unnested}), bodies AS ({into_bodies})
            {into_above}
            """,
            unnested=_ALL_ROWS.unnested,
            into_bodies=_added(BODIES, "NOT r.above"),
            into_above=_added(ABOVE, "r.above"),
        ),
        {"source": source, "epoch": epoch, **_ALL_ROWS.values(rows)},
    )


def _added(table: str, chosen: str) -> str:
    selected = ", ".join(f"coalesce(r.{n}, {NOT_CROSSED})" if n == "crossed_at" else f"r.{n}" for n in _ROW.types)
    return f"""
        INSERT INTO {table} AS d (source, epoch, {_ROW.names}) SELECT :source, :epoch, {selected} FROM r WHERE {chosen}
        ON CONFLICT (source, epoch, {_KEY}) DO UPDATE SET amount = d.amount + excluded.amount
    """  # noqa: S608 (constants of this package)


# Scope, programme, assigning level, measure, slot, period, day, and when it was crossed: as the columns of a row.
_Row: TypeAlias = tuple[UUID, str, str, str, str, str, date, datetime | None]


def _of_bodies(moved: Mapping[PlaceOf, Mapping[Move, Amount]]) -> dict[_Row, Amount]:
    """The rows of the bodies themselves: of each day, and of its month."""
    found: dict[_Row, Amount] = defaultdict(int)
    for (organisation_id, programme, assigned_by), here in moved.items():
        months: dict[tuple[str, str, date], Amount] = defaultdict(int)
        for (measure, slot, day, crossed_at), amount in here.items():
            key = (organisation_id or COUNTRY, programme, assigned_by, measure, slot, DAY, day, crossed_at)
            found[key] += amount
            months[measure, slot, day.replace(day=1)] += amount
        for (measure, slot, month), amount in months.items():
            found[organisation_id or COUNTRY, programme, assigned_by, measure, slot, MONTH, month, None] += amount
    return found


def _above(bodies: Mapping[_Row, Amount], ancestors: Mapping[UUID, Sequence[UUID]]) -> dict[_Row, Amount]:
    """The rows of all that is above the bodies; a body that is not known yet is below the country."""
    found: dict[_Row, Amount] = defaultdict(int)
    for (body, *rest), amount in bodies.items():
        if body != COUNTRY:
            for scope in (*above_of(body, ancestors), COUNTRY):
                if scope != body:
                    found[scope, *rest] += amount  # type: ignore[index]
    return for_all(found, add)


def instants_sql(kind: AnyKind) -> str:
    """The moves of a row `h` of a history as a table: when, as counted at which instant, sign, and by time alone."""
    steps = " UNION ALL ".join(axis.instants_sql for axis in kind.axes if axis.timed)
    crossed = f"""
        UNION ALL SELECT b.at + interval '1 microsecond', x.counted_at, x.sign, true
        FROM (SELECT DISTINCT at FROM ({steps}) AS step(at)) AS b
        CROSS JOIN LATERAL (VALUES (b.at, -1), (b.at + interval '1 microsecond', 1)) AS x(counted_at, sign)
        WHERE b.at >= h.valid_from AND (h.valid_to IS NULL OR b.at < h.valid_to)
    """  # noqa: S608 (constants of this package)
    return f"""
        (SELECT h.valid_from, h.valid_from, 1, false
        UNION ALL SELECT h.valid_to, h.valid_to, -1, false WHERE h.valid_to IS NOT NULL
        {crossed if steps else ""}) AS move(moved_at, counted_at, move_sign, move_crossed)
    """


def _moves(kind: AnyKind) -> str:
    """Every move of a kind in `:epoch`, as its history and the rules of this release say."""
    axes = ", ".join(f"{kind.value_sql(axis, 'move.counted_at')} AS {axis.name}" for axis in kind.axes)
    return f"""
        SELECT coalesce(h.organisation_id, CAST(:country AS uuid)) AS scope, {kind.dimensions_sql},
            c.measure, c.slot, CAST(h.moved_at {CIVIL_ZONE} AS date) AS day,
            CASE WHEN h.move_crossed THEN h.moved_at ELSE {NOT_CROSSED} END AS crossed_at,
            h.move_sign * c.amount AS amount
        FROM (
            SELECT h.*, move.*, {axes} FROM {kind.name}_history h CROSS JOIN LATERAL {instants_sql(kind)}
            WHERE h.epoch = :epoch AND h.valid_to IS DISTINCT FROM h.valid_from
        ) AS h CROSS JOIN LATERAL {kind.cells_sql} AS c(measure, slot, amount)
        WHERE h.{kind.axes[0].name} IS NOT NULL AND c.slot IS NOT NULL
    """  # noqa: S608 (constants of this package)


def _bodies(source: str) -> str:
    """The rows of `day_delta`, from the histories."""
    moves = " UNION ALL ".join(_moves(kind) for kind in kinds_of(source))
    return f"""
        SELECT m.scope, m.programme, m.assigned_by, m.measure, m.slot, p.period, p.day, p.crossed_at,
            sum(m.amount) AS amount
        FROM ({moves}) AS m {_PERIODS} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(m.amount) <> 0
    """  # noqa: S608 (constants of this package)


# The rows of `day_rollup`, from those of the bodies and their places in the tree.
_ABOVE = """
    SELECT up.scope, p.programme, a.assigned_by, d.measure, d.slot, d.period, d.day, d.crossed_at,
        sum(d.amount) AS amount
    FROM day_delta d
    LEFT JOIN organisation_state o ON o.epoch = :organisations_epoch AND o.organisation_id = d.scope
    CROSS JOIN LATERAL (
        SELECT DISTINCT scope FROM unnest(o.ancestors || CAST(:country AS uuid)) AS u(scope) WHERE scope <> d.scope
    ) AS up
    CROSS JOIN LATERAL (SELECT '' AS programme UNION SELECT d.programme) AS p
    CROSS JOIN LATERAL (SELECT '' AS assigned_by UNION SELECT d.assigned_by) AS a
    WHERE d.source = :source AND d.epoch = :epoch AND d.scope <> CAST(:country AS uuid)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(d.amount) <> 0
"""


async def rebuild_days(session: AsyncSession, source: str, epoch: int, organisations_epoch: int) -> None:
    """Make all changes by day of a source again from its histories. Reads every version."""
    await _replace(session, BODIES, _bodies(source), source, epoch, organisations_epoch)
    await rebuild_above(session, source, epoch, organisations_epoch)


async def rebuild_above(session: AsyncSession, source: str, epoch: int, organisations_epoch: int) -> None:
    """Make the rows of those above again from the rows of the bodies: the tree is another one."""
    await _replace(session, ABOVE, _ABOVE, source, epoch, organisations_epoch)


async def _replace(
    session: AsyncSession, table: str, rows: str, source: str, epoch: int, organisations_epoch: int
) -> None:
    values = _bound(source, epoch, organisations_epoch)
    await session.execute(sql("DELETE FROM {table} WHERE source = :source AND epoch = :epoch", table=table), values)
    await session.execute(
        sql(
            "INSERT INTO {table} (source, epoch, {names}) SELECT :source, :epoch, {names} FROM ({rows}) AS r",
            table=table,
            names=_ROW.names,
            rows=rows,
        ),
        values,
    )


def _bound(source: str, epoch: int, organisations_epoch: int) -> dict[str, Any]:
    return {"source": source, "epoch": epoch, "organisations_epoch": organisations_epoch, "country": COUNTRY}


async def move_bodies(
    session: AsyncSession, source: str, epoch: int, moved: Mapping[UUID, tuple[Sequence[UUID], Sequence[UUID]]]
) -> None:
    """Count the changes of bodies under their new place in the tree instead of the old one."""
    shifts = [shift for body, (old, new) in moved.items() for shift in _shifts(body, old, new)]
    await session.execute(
        sql(
            """
            INSERT INTO day_rollup AS t (source, epoch, {names})
            SELECT :source, :epoch, {shifted}, sum(r.sign * d.amount)
            FROM unnest(CAST(:bodies AS uuid[]), CAST(:scopes AS uuid[]), CAST(:signs AS integer[]))
                AS r(body, scope, sign)
            JOIN day_delta d ON d.source = :source AND d.epoch = :epoch AND d.scope = r.body
            CROSS JOIN LATERAL (SELECT '' AS programme UNION SELECT d.programme) AS p
            CROSS JOIN LATERAL (SELECT '' AS assigned_by UNION SELECT d.assigned_by) AS a
            GROUP BY {shifted} HAVING sum(r.sign * d.amount) <> 0 ORDER BY {shifted}
            ON CONFLICT (source, epoch, {key}) DO UPDATE SET amount = t.amount + excluded.amount
            """,
            names=_ROW.names,
            shifted="r.scope, p.programme, a.assigned_by, d.measure, d.slot, d.period, d.day, d.crossed_at",
            key=_KEY,
        ),
        {
            "source": source,
            "epoch": epoch,
            "bodies": [shift[0] for shift in shifts],
            "scopes": [shift[1] for shift in shifts],
            "signs": [shift[2] for shift in shifts],
        },
    )


def _shifts(body: UUID, old: Sequence[UUID], new: Sequence[UUID]) -> Iterable[tuple[UUID, UUID, int]]:
    yield from ((body, scope, -1) for scope in {*old} - {*new, body})
    yield from ((body, scope, 1) for scope in {*new} - {*old, body})


async def day_differences(
    session: AsyncSession, source: str, epoch: int, organisations_epoch: int, limit: int
) -> list[Difference]:
    """Changes by day that are not those of the histories; and of those above that are not those of their bodies."""
    found: list[Difference] = []
    for table, rows in ((BODIES, _bodies(source)), (ABOVE, _ABOVE)):
        compared = await session.execute(
            sql(
                """
                SELECT CAST(scope AS text) AS scope, programme, assigned_by, measure, slot, period,
                    CAST(day AS text) AS day, CAST(coalesce(k.amount, 0) AS double precision) AS counted,
                    CAST(coalesce(d.amount, 0) AS double precision) AS stored
                FROM ({rows}) AS k
                FULL JOIN (SELECT {names} FROM {table} WHERE source = :source AND epoch = :epoch) AS d USING ({key})
                WHERE coalesce(k.amount, 0) <> coalesce(d.amount, 0)
                LIMIT :limit
                """,
                rows=rows,
                table=table,
                names=_ROW.names,
                key=_KEY,
            ),
            {**_bound(source, epoch, organisations_epoch), "limit": limit},
        )
        found += [{"check": table, "source": source, **row._mapping} for row in compared]
    return found
