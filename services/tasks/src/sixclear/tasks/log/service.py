"""Which events of the log a body may read."""

from collections.abc import Collection, Sequence

from sixclear.common.events.feed import readable_by_all
from sixclear.common.events.reader import StoredEvent
from sixclear.common.use_case import Context
from sixclear.tasks.task.service.find import concerned_among


async def readable(ctx: Context, events: Sequence[StoredEvent]) -> Collection[int]:
    """What everyone may read, and all of the tasks in which the caller's organisation has a part now."""
    concerned = await concerned_among(ctx, {event.entity_id for event in events if event.entity_type == "task"})
    own = {event.event_id for event in events if event.entity_type == "task" and event.entity_id in concerned}
    return own.union(await readable_by_all(ctx.session, ctx.log.catalogue, events))
