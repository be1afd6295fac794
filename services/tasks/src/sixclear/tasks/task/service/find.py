"""What can be read: lists of tasks, a task's reports, evidence and history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sixclear.common.events.log import StoredEvent
from sixclear.common.use_case import Context
from sixclear.tasks.organisation.service import get_organisation, get_programme
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.models import Evidence, ProgressReport, Task
from sixclear.tasks.task.service.assign import get_task, is_concerned


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a caller narrows a list of tasks to, as it was asked for."""

    programme: str | None
    organisation: str | None
    status: str | None
    bucket: str | None
    assigned_by: str | None
    query: str | None


# The caller's own part in the tasks that it lists.
Role = Literal["lead", "assigning", "coordinating"]


async def list_tasks(
    ctx: Context, narrow: Narrowing, after: tuple[datetime | None, UUID] | None, limit: int
) -> Sequence[Task]:
    """Tasks by current deadline. Raises ProgrammeNotFound and OrganisationNotFound for what is not known."""
    resolved = await _resolved(ctx, narrow)
    return await rows.list_tasks(ctx.session, resolved, now=ctx.now, after=after, limit=limit)


async def list_own_tasks(
    ctx: Context, narrow: Narrowing, role: Role, after: tuple[datetime | None, UUID] | None, limit: int
) -> Sequence[Task]:
    """As `list_tasks`, those in which the caller's organisation has this part, restricted ones included.

    What the organisations below it lead is led by it too, as in every list; restricted tasks of theirs stay theirs.
    """
    own = ctx.caller.own_organisation()
    resolved = replace(
        await _resolved(ctx, narrow),
        organisation_id=own if role == "lead" else None,
        assigning_organisation_id=own if role == "assigning" else None,
        coordinating_organisation_id=own if role == "coordinating" else None,
        restricted_for=own,
    )
    return await rows.list_tasks(ctx.session, resolved, now=ctx.now, after=after, limit=limit)


async def _resolved(ctx: Context, narrow: Narrowing) -> rows.TaskFilter:
    programme = await get_programme(ctx.session, narrow.programme) if narrow.programme else None
    organisation = await get_organisation(ctx.session, narrow.organisation) if narrow.organisation else None
    return rows.TaskFilter(
        programme_id=programme.programme_id if programme else None,
        organisation_id=organisation.organisation_id if organisation else None,
        status=narrow.status,
        bucket=narrow.bucket,
        assigned_by=narrow.assigned_by,
        query=narrow.query,
    )


# What was said while a task was restricted stays with the bodies concerned, also when it is public again.


async def list_reports(
    ctx: Context, task_id: UUID, before: int | None, limit: int
) -> tuple[Sequence[ProgressReport], bool]:
    """A task's reports, newest first, as far as the caller may read them; raises TaskNotFound.

    The second part is True when the caller reads them, and their percentages, as everyone does.
    """
    task = await get_task(ctx, task_id)
    published = not is_concerned(task, ctx.caller.organisation_id)
    return await rows.list_reports(ctx.session, task_id, published=published, before=before, limit=limit), published


async def list_evidence(ctx: Context, task_id: UUID, before: int | None, limit: int) -> Sequence[Evidence]:
    """A task's evidence, newest first, as far as the caller may read it; raises TaskNotFound."""
    task = await get_task(ctx, task_id)
    published = not is_concerned(task, ctx.caller.organisation_id)
    return await rows.list_evidence(ctx.session, task_id, published=published, before=before, limit=limit)


async def history(ctx: Context, task_id: UUID, before: int | None, limit: int) -> Sequence[StoredEvent]:
    """A task's events, newest first, as far as the caller may read them; raises TaskNotFound."""
    task = await get_task(ctx, task_id)
    everything = is_concerned(task, ctx.caller.organisation_id)
    found: list[StoredEvent] = []
    while len(found) < limit:
        events = await ctx.log.history(ctx.session, "task", task_id, before=before, limit=limit)
        found += [event for event in events if everything or event.published]
        if len(events) < limit:
            break
        before = events[-1].version
    return found[:limit]
