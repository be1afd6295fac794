"""What each civil day brought to a measure: for the line of a period, by one tree."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.days import ABOVE, BODIES
from sixclear.monitoring.view.moves import DAY, MONTH
from sixclear.monitoring.view.reach import programmes
from sixclear.monitoring.view.selection import Selection


async def changes_by_day(
    session: AsyncSession, kind: AnyKind, measure: str, selection: Selection, first: date, last: date
) -> dict[date | None, dict[str, int]]:
    """What each slot of a measure gained on each civil day of a period; under None what it held before the first.

    Where they are read from (`past.known_since`). A day on which nothing changed is left out.
    """
    rows = await session.execute(
        sql(
            """
            SELECT d.day, d.slot, sum(s.sign * u.sign * d.amount) FROM source_view v
            CROSS JOIN {programmes} AS u(slug, sign)
            CROSS JOIN unnest(CAST(:scopes AS uuid[]), CAST(:signs AS integer[])) AS s(scope, sign)
            CROSS JOIN LATERAL ({sums}) AS d(day, slot, amount)
            WHERE v.source = :source GROUP BY 1, 2
            """,
            sums=" UNION ALL ".join(_days(table) for table in (ABOVE, BODIES)),
            programmes=programmes(
                "CAST(:of_programme AS text)",
                "CAST(:reading AS text)",
                "CAST(:scope AS uuid)",
                then=selection.own_then is not None,
            ),
        ),
        {
            **selection.values,
            "source": kind.source,
            "measure": measure,
            "scopes": [scope for scope, _ in selection.parts],
            "signs": [sign for _, sign in selection.parts],
            **{f"of_{name}": value for name, value in selection.narrowed(kind).items()},
            "reading": selection.reading if kind.by_reach else None,
            "month": first.replace(day=1),
            "first": first,
            "last": last,
        },
    )
    found: dict[date | None, dict[str, int]] = {}
    for day, slot, amount in rows:
        found.setdefault(day, {})[slot] = int(amount)
    return found


def _days(table: str) -> str:
    under = {
        ABOVE: "d.programme = u.slug AND d.assigned_by = :of_assigned_by",
        BODIES: "u.slug IN ('', d.programme) AND CAST(:of_assigned_by AS text) IN ('', d.assigned_by)",
    }[table]
    chosen = f"""
        FROM {table} d WHERE d.source = :source AND d.epoch = v.active_epoch AND d.scope = s.scope AND {under}
            AND d.measure = :measure
    """
    return f"""
        SELECT CAST(NULL AS date), d.slot, d.amount {chosen} AND d.period = '{MONTH}' AND d.day < :month
        UNION ALL SELECT CASE WHEN d.day >= :first THEN d.day END, d.slot, d.amount {chosen}
            AND d.period = '{DAY}' AND d.day BETWEEN :month AND :last
    """
