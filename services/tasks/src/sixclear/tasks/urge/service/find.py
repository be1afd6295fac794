"""Finding urges: one, one to be changed, lists, and what a body was told by day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.task.access import reads_whole
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.find import get_task
from sixclear.tasks.urge import repository as rows
from sixclear.tasks.urge.errors import UrgeNotFound
from sixclear.tasks.urge.models import Urge
from sixclear.tasks.urge.repository import Day, Place, UrgeFilter


async def get_urge(ctx: Context, urge_id: UUID) -> tuple[Urge, bool]:
    """An urge on a task that the caller may see, and whether it is told the words; raises UrgeNotFound.

    What was said while the task was restricted stays with those who read the whole of it, also when it is public again.
    """
    urge = await rows.find_urge(ctx.session, urge_id)
    if urge is None:
        raise UrgeNotFound
    task = await _task_of(ctx, urge)
    whole = await reads_whole(ctx.session, ctx.caller, task)
    if urge.hidden and not whole:
        raise UrgeNotFound
    own = ctx.caller.organisation_id
    return urge, whole or (own is not None and own == urge.author_organisation_id)


async def locked(ctx: Context, urge_id: UUID, expect: Expect) -> tuple[Urge, Task]:
    """The urge and its task, both rows locked until the transaction ends, the task's first.

    Raises UrgeNotFound, then what `expect` raises.
    """
    found = await rows.find_urge(ctx.session, urge_id)
    if found is None:
        raise UrgeNotFound
    task = await _task_of(ctx, found, lock=True)
    urge = await rows.lock_urge(ctx.session, urge_id)
    assert urge is not None, "urges are never deleted"
    if urge.hidden and not await reads_whole(ctx.session, ctx.caller, task):
        raise UrgeNotFound
    expect(urge)
    return urge, task


async def list_urges(
    ctx: Context, narrow: UrgeFilter, organisation: str | None, after: Place | None, limit: int, *, newest_first: bool
) -> Sequence[Urge]:
    """Urges, those said last first, or first.

    With an organisation, those on tasks that it is answerable for, or a body below it. Raises ReferenceUnknown for one
    that is not known.
    """
    if organisation is not None:
        named = await organisations.meant(ctx.session, "organisation", organisation)
        below = tuple(await organisations.list_subtree(ctx.session, named))
        narrow = replace(narrow, organisation_ids=below)
    return await rows.list_urges(ctx.session, narrow, after=after, limit=limit, newest_first=newest_first)


async def list_days(ctx: Context, before: date | None, limit: int) -> Sequence[Day]:
    """What the caller's body was told, by day, the newest first."""
    return await rows.list_days(ctx.session, ctx.caller.own_organisation(), before, limit)


async def _task_of(ctx: Context, urge: Urge, *, lock: bool = False) -> Task:
    try:
        return await get_task(ctx, urge.task_id, lock=lock)
    except TaskNotFound:
        raise UrgeNotFound from None
