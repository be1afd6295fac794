"""Sealed submissions in the country's total: as they stood at the close of a civil day, so that no instant tells one.

No counter has them, and no cell of an organisation or a programme. What is recorded later than the close of the last
civil day does not count yet either: a caller who asks about the past again and again must not see it come.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end, civil_day_start
from sixclear.monitoring.kinds.kind import Cell
from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.past import Part

# No scope of an organisation, nor that of the country.
SEALED = UUID(int=1)
# The rules of the release before, whose counters have them.
_COUNTED_THEM = 1
_CLOCKS = ", ".join(f"{axis.sql(':sealed_at')} AS {axis.name}" for axis in SUBMISSION.axes)
_CELLS = f"""
    SELECT CAST(:sealed_scope AS uuid) AS scope, c.measure, c.slot, c.amount FROM (
        SELECT h.*, {_CLOCKS} FROM (
            SELECT DISTINCT ON (h.submission_id) h.* FROM submission_history h
            JOIN source_view v ON v.source = 'feedback' AND v.active_epoch = h.epoch AND v.rules <> :counted_them
            WHERE h.valid_from <= :sealed_at AND h.recorded_at <= :known AND h.submission_id IN (
                SELECT s.submission_id FROM submission_history s WHERE s.visibility = 'sealed')
            ORDER BY h.submission_id, h.version DESC
        ) AS h
        WHERE NOT h.withdrawn AND h.visibility = 'sealed' AND NOT EXISTS (
            SELECT FROM submission_history n
            WHERE n.epoch = h.epoch AND n.submission_id = h.submission_id AND n.visibility <> 'sealed'
                AND tstzrange(n.valid_from, n.valid_to) @> CAST(:asked AS timestamptz))
    ) AS h CROSS JOIN LATERAL {SUBMISSION.cells_sql} AS c(measure, slot, amount)
    WHERE h.bucket IS NOT NULL AND c.slot IS NOT NULL
"""  # noqa: S608 (constants of this package)


def last_close(at: datetime) -> datetime:
    """The last instant up to `at` at which a civil day ended."""
    day = civil_date(at)
    return at if at == civil_day_end(day) else civil_day_start(day) - timedelta(microseconds=1)


def sealed_part(at: datetime, now: datetime) -> Part:
    """The cells of all sealed submissions as at the last close of a civil day up to `at`, by what was known at the
    last close up to `now`, under the scope `SEALED`. One that is public at `at` is counted there, not here.

    None while the counters are still those of the release before, which has them.
    """
    values = {
        "sealed_scope": SEALED,
        "sealed_at": last_close(at),
        "known": last_close(now),
        "asked": at,
        "counted_them": _COUNTED_THEM,
    }
    return Part(_CELLS, values)


async def sealed_cells(session: AsyncSession, at: datetime, now: datetime) -> dict[Cell, int]:
    """The same cells alone."""
    part = sealed_part(at, now)
    rows = await session.execute(
        sql("SELECT s.measure, s.slot, sum(s.amount) FROM ({part}) AS s GROUP BY 1, 2", part=part.statement),
        part.values,
    )
    return {Cell(row[0], row[1]): row[2] for row in rows}
