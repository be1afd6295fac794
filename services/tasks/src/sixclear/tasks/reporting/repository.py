"""What reporting reads and writes in many tasks together: their keys, locks, progress reports and evidence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    BindParameter,
    Integer,
    Select,
    Text,
    bindparam,
    column,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.array_text import array_of, array_parameter
from sixclear.common.clock import CLOCKS_DIFFER
from sixclear.common.events.append import RowChanges, append_with
from sixclear.common.keys import folded_key
from sixclear.tasks.reporting.rules import Needs, SaidReport, StatedPercent
from sixclear.tasks.task.hidden import HIDDEN_OF_TASKS, hidden_of
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import Evidence, ProgressReport, Task
from sixclear.tasks.task.public import Hidden

Said = TypeVar("Said", ProgressReport, Evidence)

_TASK_IDS_OF_KEYS = text(
    """SELECT named.source, named.external_id, task.task_id, task.assigning_organisation_id,
              (task.source, task.external_id) = (named.source, named.external_id) AS exactly
       FROM unnest(:sources, :external_ids, :forms) AS named (source, external_id, form)
       JOIN task ON task.folded_key = named.form
                 OR (task.folded_key IS NULL AND task.source = named.source AND task.external_id = named.external_id)
       WHERE task.assigned_at IS NOT NULL
         AND (:organisation_id = task.lead_organisation_id
              OR :organisation_id = ANY (task.coordinating_organisation_ids))"""
).bindparams(
    bindparam("sources", type_=ARRAY(Text)),
    bindparam("external_ids", type_=ARRAY(Text)),
    bindparam("forms", type_=ARRAY(Text)),
    bindparam("organisation_id", type_=PgUUID(as_uuid=True)),
)


async def task_ids_of_keys(
    session: AsyncSession, keys: Collection[tuple[str, str]], organisation_id: UUID | None
) -> dict[tuple[str, str], dict[UUID, UUID]]:
    """The tasks that an organisation was given, by `source` and `external_id`, each with its assigning body.

    Keys are compared by their spelling, then by their form. Several bodies may use the same key. One that is only
    proposed does not count: the body that proposes it could make another body's key name two tasks.
    """
    values = {
        "sources": [source for source, _ in keys],
        "external_ids": [external_id for _, external_id in keys],
        "forms": [folded_key(*key) for key in keys],
        "organisation_id": organisation_id,
    }
    by_spelling: dict[tuple[str, str], dict[UUID, UUID]] = {}
    by_form: dict[tuple[str, str], dict[UUID, UUID]] = {}
    for row in await session.execute(_TASK_IDS_OF_KEYS, values):
        found = by_spelling if row.exactly else by_form
        found.setdefault((row.source, row.external_id), {})[row.task_id] = row.assigning_organisation_id
    return by_form | by_spelling


_SAID = [field.name for field in fields(SaidReport)]
_MOVED = (
    "task_id",
    "version",
    "published_version",
    "status",
    "percent",
    "last_report_at",
    "expected_on",
    "reports_count",
    "occurred_at",
    "recorded_at",
)


def _arrays(prefix: str, table: type[Task | ProgressReport], names: Sequence[str]) -> list[BindParameter[Any]]:
    return [array_parameter(f"{prefix}_{name}", getattr(table, name).type) for name in names]


def _listed(prefix: str, table: type[Task | ProgressReport], names: Sequence[str]) -> str:
    return ", ".join(array_of(f"{prefix}_{name}", getattr(table, name).type) for name in names)


_WRITE = append_with(
    f"""WITH moved AS (
            UPDATE task SET {", ".join(f"{name} = new.{name}" for name in _MOVED[1:])}
            FROM unnest({_listed("task", Task, _MOVED)}) AS new ({", ".join(_MOVED)})
            WHERE task.task_id = new.task_id
        ), said AS (
            INSERT INTO progress_report ({", ".join(_SAID)})
            SELECT * FROM unnest({_listed("report", ProgressReport, _SAID)})
        )""",  # noqa: S608 (constants)
    *_arrays("task", Task, _MOVED),
    *_arrays("report", ProgressReport, _SAID),
)


def reported(tasks: Collection[TaskRecord], reports: Sequence[SaidReport]) -> RowChanges:
    """What progress reports change in the rows of these locked tasks, and the rows of the reports.

    One statement, with the events: each statement is a round trip, and a row that the unit of work writes costs more
    than the round trip.
    """
    moved = {f"task_{name}": [getattr(task, name) for task in tasks] for name in _MOVED}
    said = {f"report_{name}": [getattr(report, name) for report in reports] for name in _SAID}
    return RowChanges(_WRITE, moved | said)


_EVENT = table("event", column("entity_type"), column("entity_id"), column("version"), column("published"))


# Where a page ends: when it was said, and by which version of the task it was learnt.
Place = tuple[datetime, int]


def _page(row: type[Said], task_id: UUID, *, published: bool, before: Place | None, limit: int) -> Select[Said]:
    """What was said on a task, newest first by its time, before the cursor; with `published` only what went out."""
    statement = select(row).where(row.task_id == task_id).limit(limit)
    statement = statement.order_by(row.occurred_at.desc(), row.task_version.desc())
    if before is not None:
        statement = statement.where(tuple_(row.occurred_at, row.task_version) < tuple_(*before))
    if published:
        went_out = select(_EVENT.c.version).where(
            _EVENT.c.entity_id == task_id, _EVENT.c.entity_type == "task", _EVENT.c.published
        )
        statement = statement.where(row.task_version.in_(went_out))
    return statement


async def list_reports(
    session: AsyncSession, task_id: UUID, *, published: bool, before: Place | None, limit: int
) -> Sequence[ProgressReport]:
    """A task's progress reports, newest first; with `published` none that was said while it was restricted."""
    statement = _page(ProgressReport, task_id, published=published, before=before, limit=limit)
    return (await session.scalars(statement)).all()


_TOLD = f"""r.task_id = ANY (:task_ids) AND (r.occurred_at >= :since OR EXISTS (
    SELECT FROM unnest(:stated) AS stated_at
    WHERE r.occurred_at BETWEEN stated_at - interval '{CLOCKS_DIFFER.total_seconds()} s' AND stated_at))"""
_TOLD_PARAMETERS = (
    bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))),
    bindparam("stated", type_=ARRAY(TIMESTAMP(timezone=True))),
    bindparam("since", type_=TIMESTAMP(timezone=True)),
)
_SAID_COLUMNS = ", ".join(f"r.{name}" for name in _SAID)
_LIST_SAID = text(f"SELECT {_SAID_COLUMNS} FROM progress_report r WHERE {_TOLD}").bindparams(*_TOLD_PARAMETERS)  # noqa: S608 (constants)
_SAID_AND_HIDDEN = text(
    f"""SELECT h.reports, h.evidence, h.percent, h.last_report_at, {_SAID_COLUMNS}
        FROM (SELECT) AS always
        LEFT JOIN ({HIDDEN_OF_TASKS}) AS h ON true
        LEFT JOIN progress_report r ON {_TOLD}"""  # noqa: S608 (constants)
).bindparams(*_TOLD_PARAMETERS)
_HIDDEN_COLUMNS = 4


async def list_said(
    session: AsyncSession, task_ids: Collection[UUID], stated: Collection[datetime], since: datetime
) -> list[SaidReport]:
    """The reports on these tasks since an instant, and those of the stated times, which a clock ahead may have told."""
    values = {"task_ids": list(task_ids), "stated": list(stated), "since": since}
    return [SaidReport(*row) for row in await session.execute(_LIST_SAID, values)]


async def read_said(
    session: AsyncSession, task_id: UUID, stated: datetime | None, wanted: Needs
) -> tuple[list[SaidReport], Hidden | None]:
    """What a report on this locked task may repeat, and what is hidden of the task, with one statement at most."""
    times = [stated] if stated else []
    if not wanted.hidden:
        return await list_said(session, [task_id], times, wanted.since) if wanted.said else [], None
    if not wanted.said:
        return [], (await hidden_of(session, [task_id])).get(task_id)
    values = {"task_ids": [task_id], "stated": times, "since": wanted.since}
    found = (await session.execute(_SAID_AND_HIDDEN, values)).all()
    first = found[0][:_HIDDEN_COLUMNS]
    said = [SaidReport(*row[_HIDDEN_COLUMNS:]) for row in found if row.task_id is not None]
    return said, None if first[0] is None else Hidden(*first)


async def list_evidence_told(
    session: AsyncSession, task_id: UUID, stated: datetime | None, since: datetime
) -> Sequence[Evidence]:
    """The evidence of a task since an instant, what was told since then of an earlier time, and as `list_said`."""
    told = or_(Evidence.occurred_at >= since, Evidence.recorded_at >= since)
    if stated is not None:
        told = or_(told, Evidence.occurred_at.between(stated - CLOCKS_DIFFER, stated))
    return (await session.scalars(select(Evidence).where(Evidence.task_id == task_id, told))).all()


_LIST_LAST_SAID = text(
    f"""SELECT {_SAID_COLUMNS}
        FROM unnest(:task_ids, :after) AS told (task_id, after)
        JOIN progress_report r ON r.task_id = told.task_id AND r.task_version > told.after"""  # noqa: S608 (constants)
).bindparams(
    bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))),
    bindparam("after", type_=ARRAY(Integer)),
)


async def list_last_said(session: AsyncSession, after: Mapping[UUID, int]) -> list[SaidReport]:
    """The reports on these tasks past a version of each."""
    values = {"task_ids": list(after), "after": list(after.values())}
    return [SaidReport(*row) for row in await session.execute(_LIST_LAST_SAID, values)]


_STATED_PERCENTS = text(
    """SELECT r.task_id, r.occurred_at, r.task_version, r.percent, coalesce(r.public_percent, r.percent), e.published
       FROM progress_report r
       JOIN event e ON e.entity_type = 'task' AND e.entity_id = r.task_id AND e.version = r.task_version
       WHERE r.task_id = ANY (:task_ids)"""
).bindparams(bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))))


async def list_percents(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, list[StatedPercent]]:
    """The percentages of all reports on these tasks, by task."""
    found: dict[UUID, list[StatedPercent]] = {task_id: [] for task_id in task_ids}
    if found:
        for task_id, *stated in await session.execute(_STATED_PERCENTS, {"task_ids": list(task_ids)}):
            found[task_id].append(StatedPercent(*stated))
    return found


async def list_evidence(
    session: AsyncSession, task_id: UUID, *, published: bool, before: Place | None, limit: int
) -> Sequence[Evidence]:
    """A task's evidence, newest first; with `published` none that was attached while it was restricted."""
    return (await session.scalars(_page(Evidence, task_id, published=published, before=before, limit=limit))).all()
