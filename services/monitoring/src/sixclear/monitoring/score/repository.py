"""Assessments as they stood at an instant, and the figures that criteria name."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.assessment import ASSESSMENT
from sixclear.monitoring.kinds.budget import BUDGET
from sixclear.monitoring.kinds.criteria import CRITERIA
from sixclear.monitoring.kinds.task import HANDED_IN, TASK
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.selection import tree

# A row by the names of its columns.
Found: TypeAlias = Row[Any]

# A set and a period never change: the states that have them are those whose versions are looked up.
_ASSESSMENTS = f"""
    SELECT h.assessment_id, h.organisation_id, o.name_vi AS organisation_name, o.name_en AS organisation_name_en,
        h.level, h.state, h.due_at, h.answered_at, h.answers, h.demonstration, c.edition, c.content
    FROM (SELECT s.assessment_id, s.epoch FROM assessment_state s
          WHERE s.epoch = (SELECT active_epoch FROM source_view WHERE source = '{ASSESSMENT.source}')
              AND s.criteria = :criteria AND s.period = :period AND s.criteria IS NOT NULL) AS s
    CROSS JOIN LATERAL (
        SELECT h.* FROM assessment_history h
        WHERE h.assessment_id = s.assessment_id AND h.epoch = s.epoch AND h.valid_from <= :at
            AND h.valid_to IS DISTINCT FROM h.valid_from
        ORDER BY h.valid_from DESC LIMIT 1) AS h {tree(ASSESSMENT)}
    JOIN criteria_state c ON c.epoch = h.epoch AND c.criteria_id = h.criteria_id
    WHERE (CAST(:after AS uuid) IS NULL OR h.assessment_id > :after)
        AND (CAST(:organisation AS uuid) IS NULL
             OR :organisation = ANY(coalesce(o.ancestors, ARRAY[h.organisation_id])))
    ORDER BY h.assessment_id LIMIT :limit
"""  # noqa: S608 (constants of this package)

# A report brings a task to no body: the versions that can are few, and an index has them by body.
_ON_TIME = f"""
    SELECT h.organisation_id, h.programme, count(*) AS given,
        count(*) FILTER (WHERE h.status = 'completed' AND ({HANDED_IN.sql}) = 'on_time') AS on_time
    FROM (SELECT DISTINCT g.epoch, g.organisation_id, g.task_id FROM task_history g
          WHERE g.epoch = (SELECT active_epoch FROM source_view WHERE source = '{TASK.source}')
              AND g.organisation_id = ANY(CAST(:bodies AS uuid[])) AND g.change <> 'progress_reported') AS g
    CROSS JOIN LATERAL (
        SELECT h.* FROM task_history h
        WHERE h.task_id = g.task_id AND h.epoch = g.epoch AND h.valid_from <= :at
            AND h.valid_to IS DISTINCT FROM h.valid_from
        ORDER BY h.valid_from DESC LIMIT 1) AS h
    CROSS JOIN LATERAL (
        SELECT min(b.occurred_at) AS given_at FROM task_history b
        WHERE b.task_id = g.task_id AND b.epoch = g.epoch AND b.status NOT IN ('draft', 'proposed')) AS b
    WHERE h.organisation_id = g.organisation_id AND {TASK.counted_sql()}
        AND b.given_at >= :year_from AND b.given_at < :year_to
    GROUP BY h.organisation_id, h.programme
"""  # noqa: S608 (constants of this package)

# The newest entry of a stage up to the day holds; a line that lacks one of the two is in neither sum.
_DISBURSED = f"""
    SELECT h.organisation_id, h.programme, sum(l.disbursed) AS disbursed, sum(l.allocated) AS allocated
    FROM budget_state h
    CROSS JOIN LATERAL (
        SELECT max(n.amount) FILTER (WHERE n.stage = 'disbursed') AS disbursed,
            max(n.amount) FILTER (WHERE n.stage = 'allocated') AS allocated
        FROM (SELECT DISTINCT ON (stage) split_part(e.entry, '/', 2) AS stage,
                  CAST(split_part(e.entry, '/', 3) AS numeric) AS amount
              FROM unnest(h.entries) WITH ORDINALITY AS e(entry, place)
              WHERE left(e.entry, 10) <= :day ORDER BY stage, e.place DESC) AS n) AS l
    WHERE h.epoch = (SELECT active_epoch FROM source_view WHERE source = '{BUDGET.source}')
        AND h.organisation_id = ANY(CAST(:bodies AS uuid[])) AND h.year = :year AND {BUDGET.counted_sql()}
        AND l.disbursed IS NOT NULL AND l.allocated IS NOT NULL
    GROUP BY h.organisation_id, h.programme
"""  # noqa: S608 (constants of this package)


async def find_set(session: AsyncSession, code: str) -> Found | None:
    """The newest edition of a set: its name and how often it assesses."""
    found = await session.execute(
        sql(
            "SELECT h.name, h.every FROM criteria_state h "
            "JOIN source_view v ON v.source = '{source}' AND v.active_epoch = h.epoch "
            "WHERE h.code = :code ORDER BY h.edition DESC LIMIT 1",
            source=CRITERIA.source,
        ),
        {"code": code},
    )
    return found.one_or_none()


async def list_assessments(
    session: AsyncSession,
    criteria: str,
    period: str,
    organisation_id: UUID | None,
    *,
    at: datetime,
    after: UUID | None,
    limit: int,
) -> Sequence[Found]:
    """Assessments as they stood at an instant, in the order of their identifiers, each with its set."""
    asked = {"criteria": criteria, "period": period, "organisation": organisation_id}
    return (await session.execute(sql(_ASSESSMENTS), asked | {"at": at, "after": after, "limit": limit})).all()


async def on_time_of_given(
    session: AsyncSession, bodies: Collection[UUID], *, at: datetime, year_from: datetime, year_to: datetime
) -> Sequence[Found]:
    """Tasks that each body leads at an instant and that were given between two others, by programme.

    `given` counts all of them, due or not; `on_time` those that were completed and handed in by their deadline.
    """
    asked = {"bodies": list(bodies), "at": at, "year_from": year_from, "year_to": year_to}
    return (await session.execute(sql(_ON_TIME), asked)).all()


async def disbursed_of_allocated(
    session: AsyncSession, bodies: Collection[UUID], *, day: date, year: int
) -> Sequence[Found]:
    """Whole đồng disbursed and allocated by a day on lines of a year that have both, by body and programme."""
    asked = {"bodies": list(bodies), "day": day.isoformat(), "year": year}
    return (await session.execute(sql(_DISBURSED), asked)).all()
