"""Statements on connectors, and on the reports that they send."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.connector.models import Connector
from sixclear.tasks.task.filters import among
from sixclear.tasks.task.models import Task


async def find_connector(session: AsyncSession, connector_id: UUID) -> Connector | None:
    """The connector with this identifier, if there is one."""
    return await session.get(Connector, connector_id)


async def find_of_name(session: AsyncSession, organisation_id: UUID, name: str) -> Connector | None:
    """The connector of a body with this name, locked, if there is one."""
    wanted = select(Connector).where(Connector.organisation_id == organisation_id, Connector.name == name)
    return (await session.scalars(wanted.with_for_update())).one_or_none()


async def count_of(session: AsyncSession, organisation_id: UUID) -> int:
    """How many connectors a body has."""
    wanted = select(func.count()).select_from(Connector).where(Connector.organisation_id == organisation_id)
    return (await session.scalars(wanted)).one()


async def list_of(session: AsyncSession, organisation_id: UUID, after: str | None, limit: int) -> Sequence[Connector]:
    """Connectors of a body in the order of their names, after one of these."""
    wanted = select(Connector).where(Connector.organisation_id == organisation_id)
    if after is not None:
        wanted = wanted.where(Connector.name > after)
    return (await session.scalars(wanted.order_by(Connector.name).limit(limit))).all()


# Of each task the last report of the body that leads it, as everyone may read it: what was said while the task was
# restricted stays inside.
_REPORTS = text(
    """SELECT t.task_id, t.title, t.code, t.status, t.classification, t.completed_at, t.lead_organisation_id,
              t.own_fields, lead.name_vi AS organisation, r.task_version, r.text, r.difficulty, r.cause, r.remedy,
              r.expected_on, r.occurred_at, coalesce(r.public_percent, r.percent) AS percent
       FROM task t
       LEFT JOIN organisation lead ON lead.organisation_id = t.lead_organisation_id
       LEFT JOIN LATERAL (
         SELECT * FROM progress_report p
         WHERE p.task_id = t.task_id AND p.organisation_id = t.lead_organisation_id
           AND EXISTS (SELECT FROM event e WHERE e.entity_type = 'task' AND e.entity_id = p.task_id
                         AND e.version = p.task_version AND e.published)
         ORDER BY p.occurred_at DESC, p.task_version DESC LIMIT 1) r ON true
       WHERE t.task_id = ANY (:task_ids)"""
).bindparams(bindparam("task_ids", type_=ARRAY(PgUUID(as_uuid=True))))


async def last_reports(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """These tasks, each with the last public report of its lead body; its columns are null where there is none."""
    found = await session.execute(_REPORTS, {"task_ids": list(task_ids)})
    return {row.task_id: row for row in found}


async def leads_of(session: AsyncSession, task_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """Of these tasks those that are known, each with the body that leads it."""
    wanted = select(Task.task_id, Task.lead_organisation_id).where(Task.task_id == among(task_ids))
    return {row.task_id: row.lead_organisation_id for row in await session.execute(wanted)}


async def any_restricted(session: AsyncSession, task_ids: Collection[UUID]) -> bool:
    """Whether one of these tasks is not public, or is not there."""
    public = select(func.count()).select_from(Task).where(Task.task_id == among(task_ids))
    found = (await session.scalars(public.where(Task.classification == "public"))).one()
    return found < len(set(task_ids))
