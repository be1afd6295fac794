"""The four buckets over time, in one pass over the intervals: for as long as no changes by day are to be read."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.task import BUCKET, TASK
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.selection import Selection, selected, tree


async def bucket_sweep(
    session: AsyncSession, selection: Selection, first: date, last: date, until: datetime
) -> Sequence[Row[Any]]:
    """Totals and buckets at the end of each civil day from `first` to `last`, nothing after the instant `until`.

    Each interval enters its bucket when it begins, moves to another just after the instant of a step if that lies
    inside, and leaves when it ends; a day's figures are the running sum of these steps.
    """
    rows = await session.execute(
        sql(
            """
            WITH interval AS (
                SELECT h.valid_from AS began, h.valid_to AS ended, {at_start} AS first, {at_end} AS last, {passed}
                FROM task_history h {tree}
                WHERE h.valid_to IS DISTINCT FROM h.valid_from AND {selected}
            ), step AS (
                SELECT began AS at, first AS bucket, 1 AS n FROM interval WHERE first IS NOT NULL
                UNION ALL
                SELECT ended, last, -1 FROM interval WHERE first IS NOT NULL AND ended IS NOT NULL
                {moves}
            ), daily AS (
                SELECT greatest(CAST(at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date), CAST(:first AS date)) AS day,
                    sum(n) FILTER (WHERE bucket = 'completed') AS completed,
                    sum(n) FILTER (WHERE bucket = 'in_term') AS in_term,
                    sum(n) FILTER (WHERE bucket = 'overdue') AS overdue,
                    sum(n) FILTER (WHERE bucket = 'recurring') AS recurring
                FROM step WHERE at <= :until GROUP BY 1
            )
            SELECT CAST(day AS date) AS day,
                CAST(coalesce(sum(completed) OVER days, 0) AS bigint) AS completed,
                CAST(coalesce(sum(in_term) OVER days, 0) AS bigint) AS in_term,
                CAST(coalesce(sum(overdue) OVER days, 0) AS bigint) AS overdue,
                CAST(coalesce(sum(recurring) OVER days, 0) AS bigint) AS recurring
            FROM generate_series(CAST(:first AS date), CAST(:last AS date), interval '1 day') AS day
            LEFT JOIN daily USING (day)
            WINDOW days AS (ORDER BY day)
            ORDER BY day
            """,
            at_start=TASK.value_sql(BUCKET, "h.valid_from"),
            at_end=TASK.value_sql(BUCKET, "h.valid_to"),
            passed=", ".join(_passed(step.instant) for step in BUCKET.steps),
            moves="".join(_move(step.instant) for step in BUCKET.steps),
            tree=tree(TASK),
            selected=selected(TASK, selection),
        ),
        {**selection.values, "first": first, "last": last, "until": until},
    )
    return rows.all()


def _passed(instant: str) -> str:
    """Columns of an interval: the instant of a step, and the bucket until then and just after it."""
    before, after = TASK.value_sql(BUCKET, f"h.{instant}"), TASK.value_sql(BUCKET, _just_after(f"h.{instant}"))
    return f"h.{instant} AS {instant}, {before} AS {instant}_before, {after} AS {instant}_after"


def _move(instant: str) -> str:
    """The two steps by which an interval changes its bucket just after an instant inside."""
    return f"""UNION ALL
                SELECT {_just_after(instant)}, moved.bucket, moved.n FROM interval
                CROSS JOIN LATERAL (VALUES ({instant}_before, -1), ({instant}_after, 1)) AS moved(bucket, n)
                WHERE {instant} >= began AND (ended IS NULL OR {instant} < ended)
                    AND {instant}_before <> {instant}_after
                """  # noqa: S608 (constants of this package)


def _just_after(instant: str) -> str:
    return f"{instant} + interval '1 microsecond'"
