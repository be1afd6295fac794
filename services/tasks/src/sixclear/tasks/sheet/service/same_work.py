"""Work that several plans ask for: a person of the body says which tasks are one."""

from collections.abc import Mapping
from uuid import UUID

from sixclear.common.errors import InvalidRequest
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.tasks.sheet import repository as rows
from sixclear.tasks.sheet.schemas import MOST_TOGETHER, SameWorkEntry, SameWorkView


async def say(ctx: Context, entry: SameWorkEntry) -> SameWorkView:
    """Keep whether tasks that the caller's body leads are the same work; the same again changes nothing.

    What was the same work as one of them before stays so, unless they are said not to be. Raises
    OrganisationNotAllowed, and InvalidRequest where they are one task, or with those before more than a row holds.
    """
    own = ctx.caller.own_organisation()
    task_ids = set(entry.task_ids)
    if len(task_ids) < 2:
        raise _refused("too-few", "Name two different tasks at least.")
    if await rows.list_led(ctx.session, own, task_ids) != task_ids:
        raise OrganisationNotAllowed("Your organisation does not lead all of these tasks.")
    groups = await rows.same_work(ctx.session, own, task_ids)
    together = task_ids | await rows.members(ctx.session, own, set(groups.values()))
    if not entry.same:
        if len(groups) < len(task_ids) or len(set(groups.values())) < len(together):
            await _put(ctx, own, {task_id: ctx.new_id() for task_id in task_ids})
        return SameWorkView(task_ids=sorted(task_ids), same=False)
    if len(together) > MOST_TOGETHER:
        raise _refused("too-many", f"With what is the same work already there are more than {MOST_TOGETHER} tasks.")
    if len(groups) < len(task_ids) or len(set(groups.values())) > 1:
        group = min(groups.values(), default=ctx.new_id())
        await _put(ctx, own, dict.fromkeys(together, group))
    return SameWorkView(task_ids=sorted(together))


def _refused(code: str, detail: str) -> InvalidRequest:
    return InvalidRequest(errors=[{"pointer": "#/task_ids", "code": code, "detail": detail}])


async def _put(ctx: Context, own: UUID, groups: Mapping[UUID, UUID]) -> None:
    await rows.put_same_work(ctx.session, own, ctx.caller.client_id, groups, ctx.now)
