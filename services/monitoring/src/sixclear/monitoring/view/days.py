"""Changes of the figures by civil day: the base of every question about the past (decision 0033).

`day_delta` holds the changes of the bodies themselves, by programme and assigning level; `day_rollup` those of all that
is above a body, as `counter` holds its cells. Both have a row for each day on which something changed, and one for the
sum of each month: what arrives late changes a row of its day and one of its month, never every day since.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds import kinds_of
from sixclear.monitoring.kinds.kind import CIVIL_ZONE, Amount, AnyKind
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.moves import DAY, MONTH, Move
from sixclear.monitoring.view.schemas import Difference
from sixclear.monitoring.view.states import COUNTRY

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
_MOVED = Columns(**{name: of_type for name, of_type in _ROW.types.items() if name != "period"})


async def add_moves(
    session: AsyncSession, source: str, epoch: int, organisations_epoch: int, amounts: Mapping[Move, Amount]
) -> None:
    """Add moves to the rows of their days and months, of the bodies and of those above; nothing where nothing moved."""
    if not amounts:
        return
    await session.execute(
        sql(
            """
            WITH m AS (SELECT {moved}, coalesce(r.crossed_at, {not_crossed}) AS crossed_at FROM {unnested}),
            bodies AS (
                INSERT INTO day_delta AS d (source, epoch, {names})
                SELECT :source, :epoch, m.scope, m.programme, m.assigned_by, m.measure, m.slot,
                    p.period, p.day, p.crossed_at, sum(m.amount)
                FROM m {periods} GROUP BY 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(m.amount) <> 0
                ORDER BY 3, 4, 5, 6, 7, 8, 9, 10
                ON CONFLICT (source, epoch, {key}) DO UPDATE SET amount = d.amount + excluded.amount
            )
            INSERT INTO day_rollup AS d (source, epoch, {names})
            SELECT :source, :epoch, up.scope, u.programme, a.assigned_by, m.measure, m.slot,
                p.period, p.day, p.crossed_at, sum(m.amount)
            FROM m
            LEFT JOIN organisation_state o ON o.epoch = :organisations_epoch AND o.organisation_id = m.scope
            CROSS JOIN LATERAL (
                SELECT DISTINCT scope FROM unnest(o.ancestors || CAST(:country AS uuid)) AS u(scope)
                WHERE scope <> m.scope
            ) AS up
            CROSS JOIN LATERAL (SELECT '' AS programme UNION SELECT m.programme) AS u
            CROSS JOIN LATERAL (SELECT '' AS assigned_by UNION SELECT m.assigned_by) AS a
            {periods}
            WHERE m.scope <> CAST(:country AS uuid)
            GROUP BY 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(m.amount) <> 0 ORDER BY 3, 4, 5, 6, 7, 8, 9, 10
            ON CONFLICT (source, epoch, {key}) DO UPDATE SET amount = d.amount + excluded.amount
            """,
            moved=", ".join(f"r.{name}" for name in _MOVED.types if name != "crossed_at"),
            not_crossed=NOT_CROSSED,
            unnested=_MOVED.unnested,
            names=_ROW.names,
            periods=_PERIODS,
            key=_KEY,
        ),
        {
            **_bound(source, epoch, organisations_epoch),
            **_MOVED.values(
                [move.leaf.organisation_id or COUNTRY, *move.leaf[1:], move.day, move.crossed_at, amount]
                for move, amount in amounts.items()
            ),
        },
    )


def instants_sql(kind: AnyKind) -> str:
    """The moves of a row `h` of a history as a table: when, as counted at which instant, sign, and by time alone."""
    steps = ", ".join(f"(h.{step.instant})" for axis in kind.axes for step in axis.steps)
    crossed = f"""
        UNION ALL SELECT b.at + interval '1 microsecond', x.counted_at, x.sign, true
        FROM (SELECT DISTINCT at FROM (VALUES {steps}) AS step(at)) AS b
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
