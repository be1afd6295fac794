"""Which events of the log a body may read."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sixclear.common.events.feed import readable_by_all
from sixclear.common.events.reader import StoredEvent
from sixclear.common.use_case import Context
from sixclear.tasks.task.service.find import concerned_among


async def readable(ctx: Context, events: Sequence[StoredEvent]) -> Collection[int]:
    """What everyone may read, and all of the tasks in which the caller's organisation has a part now.

    What hangs on a task is read with it: its event names the task. What hangs on several is read by a body with a part
    in all of them.
    """
    tasks = {event.event_id: task_ids for event in events if (task_ids := _tasks_of(event))}
    concerned = await concerned_among(ctx, set().union(*tasks.values()))
    own = {event_id for event_id, task_ids in tasks.items() if task_ids <= concerned}
    return own.union(await readable_by_all(ctx.session, ctx.log.catalogue, events))


def _tasks_of(event: StoredEvent) -> set[UUID]:
    """The task that the event is of, or those on which its entity hangs."""
    if event.entity_type == "task":
        return {event.entity_id}
    named = event.data.get("task_ids") or [event.data.get("task_id")]
    return {UUID(one) for one in named if one is not None}
