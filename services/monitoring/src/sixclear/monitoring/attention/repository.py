"""The lists of what needs attention, all read by one statement."""

from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.kinds.entry import ENTRY
from sixclear.monitoring.kinds.filing import FILING
from sixclear.monitoring.kinds.obstacle import OBSTACLE
from sixclear.monitoring.kinds.submission import SUBMISSION
from sixclear.monitoring.kinds.task import AWAITING, HANDED_IN, TASK, WITHOUT_MOVEMENT
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.named import narrowed, states, with_named
from sixclear.monitoring.view.reach import meant
from sixclear.monitoring.view.selection import Selection, tree

# The body for whose word a task waits; the owner of the programme where the assigning body does the task itself.
_CONFIRMING = f"""
    LEFT JOIN programme_state p ON p.epoch = t.active_epoch AND p.slug = h.programme
    LEFT JOIN organisation_state c ON c.epoch = t.active_epoch
        AND c.organisation_id = coalesce(h.confirming_organisation_id, p.owner_organisation_id)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN {AWAITING.sql} THEN coalesce(h.submitted_at, h.occurred_at) END AS since,
            {HANDED_IN.sql} AS handed_in) w
"""
_CONFIRMED_BY = """
    w.since AS awaiting_since,
    CASE WHEN w.since IS NOT NULL THEN coalesce(h.confirming_organisation_id, p.owner_organisation_id) END
        AS confirming_organisation_id,
    CASE WHEN w.since IS NOT NULL THEN c.name_vi END AS confirming_organisation_name,
    CASE WHEN w.since IS NOT NULL THEN c.name_en END AS confirming_organisation_name_en
"""


_ASKED = f"(CAST(:programme AS text) IS NULL OR h.programme = :programme) AND {meant(TASK, 'CAST(:scope AS uuid)')}"


def _first(where: str, order: str) -> str:
    """The first task states in the order of an index, as `h`: chosen before names are looked up.

    The generation is compared with a value: the planner knows nothing of a join with it, and would sort all that match.
    Of a directive or a group all of its tasks are looked up and sorted: in that order they would stand far apart.
    """
    return f"""
        (SELECT h.* FROM {{states}}
         WHERE h.epoch = (SELECT active_epoch FROM source_view WHERE source = '{TASK.source}') AND {where}
             AND {_ASKED} AND {{narrowed}}
         ORDER BY {order} LIMIT :limit) AS h
    """  # noqa: S608 (constants of this package)


_WAITING = "coalesce(h.submitted_at, h.occurred_at), h.task_id"
_LATE = "h.deadline, h.task_id"
_MOST_RETURNED = "h.times_returned DESC, h.last_returned_at, h.task_id"
# Once is a remark; twice means that the two sides do not agree what the result is.
RETURNS = 2
_SILENT = "coalesce(h.last_report_at, h.occurred_at), h.task_id"


_AWAITING_CONFIRMATION = f"""
    SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, h.deadline, {_CONFIRMED_BY},
        CASE w.handed_in WHEN 'on_time' THEN true WHEN 'late' THEN false END AS handed_in_on_time,
        coalesce(h.demonstration, false) AS demonstration
    FROM {_first(f"{AWAITING.sql} AND h.bucket IS NOT NULL", _WAITING)} {tree(TASK)} {_CONFIRMING} ORDER BY {_WAITING}
"""  # noqa: S608 (constants of this package)
# One that was handed in waits for another body, and one that is paused for a decision.
_WORKED_ON = "h.status <> 'submitted' AND h.status <> 'paused'"
_LONGEST_OVERDUE = f"""
    SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, h.deadline,
        coalesce(h.demonstration, false) AS demonstration
    FROM {_first(f"h.bucket = 'overdue' AND {_WORKED_ON}", _LATE)} {tree(TASK)} ORDER BY {_LATE}
"""  # noqa: S608 (constants of this package)
# The index holds those of which the first comparison is known to be true.
_RETURNED = f"""
    h.times_returned > 1 AND h.times_returned >= {RETURNS} AND h.bucket IS NOT NULL AND h.status <> 'completed'
"""
_RETURNED_OFTEN = f"""
    SELECT h.task_id, h.title, h.organisation_id,
        o.name_vi AS organisation_name, o.name_en AS organisation_name_en,
        h.times_returned, h.last_returned_at, {_CONFIRMED_BY},
        coalesce(h.demonstration, false) AS demonstration
    FROM {_first(_RETURNED, _MOST_RETURNED)} {tree(TASK)} {_CONFIRMING} ORDER BY {_MOST_RETURNED}
"""  # noqa: S608 (constants of this package)
_NOT_REPORTED = f"""
    h.bucket IN ('in_term', 'overdue') AND {_WORKED_ON}
    AND coalesce(h.last_report_at, h.occurred_at) < :before
"""
_WITHOUT_REPORT = f"""
    SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, h.last_report_at,
        coalesce(h.last_report_at, h.occurred_at) AS silent_since,
        coalesce(h.demonstration, false) AS demonstration
    FROM {_first(_NOT_REPORTED, _SILENT)} {tree(TASK)} ORDER BY {_SILENT}
"""  # noqa: S608 (constants of this package)
_DATABASES_AT_RISK = f"""
    SELECT h.entry_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, h.stage, h.lists,
        coalesce(h.demonstration, false) AS demonstration
    FROM entry_state h {tree(ENTRY)}
    WHERE h.kind = 'database' AND h.stage <> 'retire' AND h.risk = 'high'
    ORDER BY array_position(
        ARRAY['not_deployed', 'deploying_digitised_only', 'deploying_foundation'], h.stage), h.code, h.entry_id
    LIMIT :limit
"""  # noqa: S608 (constants of this package)
_ANSWERS_PAST_CLOCK = f"""
    SELECT h.submission_id, h.kind, h.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, h.due_at,
        coalesce(h.demonstration, false) AS demonstration
    FROM submission_state h {tree(SUBMISSION)}
    WHERE h.bucket = 'overdue' AND h.visibility <> 'sealed'
        AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
    ORDER BY h.due_at, h.submission_id LIMIT :limit
"""  # noqa: S608 (constants of this package)


_UNMOVED = f"""
    SELECT h.task_id, h.title, h.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, h.unmoved_since, coalesce(h.demonstration, false) AS demonstration
    FROM {_first(f"{WITHOUT_MOVEMENT.sql} AND h.bucket IS NOT NULL", "h.unmoved_since, h.task_id")} {tree(TASK)}
    ORDER BY h.unmoved_since, h.task_id
"""  # noqa: S608 (constants of this package)
# Those that are late are chosen before names are looked up; no directive or group narrows them.
_NOT_FILED = f"""
    SELECT h.filing_id, h.programme, h.period, h.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, h.late_at, coalesce(h.demonstration, false) AS demonstration
    FROM (SELECT h.* FROM filing_state h
          WHERE h.epoch = (SELECT active_epoch FROM source_view WHERE source = '{FILING.source}')
              AND h.bucket = 'missing' AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
              AND {meant(FILING, "CAST(:scope AS uuid)")}
          ORDER BY h.late_at, h.filing_id LIMIT :limit) AS h {tree(FILING)}
    ORDER BY h.late_at, h.filing_id
"""  # noqa: S608 (constants of this package)


# As those: the longest of the open ones are chosen first.
_OBSTACLES = f"""
    SELECT h.obstacle_id, h.programme, h.counts_as, h.level, h.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, h.since, coalesce(h.demonstration, false) AS demonstration
    FROM (SELECT h.* FROM obstacle_state h
          WHERE h.epoch = (SELECT active_epoch FROM source_view WHERE source = '{OBSTACLE.source}')
              AND h.state = 'open' AND NOT h.withdrawn
              AND (CAST(:programme AS text) IS NULL OR h.programme = :programme)
              AND {meant(OBSTACLE, "CAST(:scope AS uuid)")}
          ORDER BY h.since, h.obstacle_id LIMIT :limit) AS h {tree(OBSTACLE)}
    ORDER BY h.since, h.obstacle_id
"""  # noqa: S608 (constants of this package)


class Lists(NamedTuple):
    """The rows of each list as JSON, in its order.

    Overdue tasks are those on which their body works, the oldest deadline first; returned ones are still open, the most
    often returned first; silent ones are open one-off tasks on which their body works and whose last report, or last
    change if there is none, lies before an instant. Waiting ones were handed in, and another body has not confirmed
    them; the longest waiting first. Databases have a high risk by the word of their owner or steward, the least
    advanced first. Of submissions whose answer is overdue, the oldest first, sealed ones are left out. What bodies owe
    as reports and have not filed is late, the longest first. Obstacles are open, the longest first; and tasks are
    without movement, the longest first.
    """

    longest_overdue: list[dict[str, Any]]
    returned_often: list[dict[str, Any]]
    without_report: list[dict[str, Any]]
    awaiting_confirmation: list[dict[str, Any]]
    answers_past_clock: list[dict[str, Any]]
    databases_at_risk: list[dict[str, Any]]
    not_filed: list[dict[str, Any]]
    obstacles: list[dict[str, Any]]
    without_movement: list[dict[str, Any]]


_LISTS = ", ".join(
    f"(SELECT coalesce(jsonb_agg(l), '[]') FROM ({statement}) AS l)"  # noqa: S608 (constants of this package)
    for statement in (
        _LONGEST_OVERDUE,
        _RETURNED_OFTEN,
        _WITHOUT_REPORT,
        _AWAITING_CONFIRMATION,
        _ANSWERS_PAST_CLOCK,
        _DATABASES_AT_RISK,
        _NOT_FILED,
        _OBSTACLES,
        _UNMOVED,
    )
)


async def lists(session: AsyncSession, selection: Selection, before: datetime, limit: int) -> Lists:
    """The first rows of each list; `before` is when a report is due at the latest."""
    rows = await session.execute(
        sql(
            f"WITH RECURSIVE {{named}} one AS (SELECT 1) SELECT {_LISTS}",
            named=with_named((TASK,), selection),
            states=states(TASK, selection),
            narrowed=narrowed(TASK, selection),
        ),
        {**selection.values, "before": before, "limit": limit},
    )
    return Lists(*(found if isinstance(found, list) else orjson.loads(found) for found in rows.one()))
