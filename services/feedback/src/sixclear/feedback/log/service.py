"""Which events of the log a handling body may read."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sixclear.common.events.reader import StoredEvent
from sixclear.common.use_case import Context
from sixclear.feedback.submission.service.reading import handled_among


async def readable(ctx: Context, hub: UUID, events: Sequence[StoredEvent]) -> Collection[int]:
    """The events of the cases that the caller's organisation handles now; all of them for the hub."""
    cases = {event.entity_id for event in events if event.entity_type == "submission"}
    handled = await handled_among(ctx, hub, cases)
    return {event.event_id for event in events if event.entity_id in handled}
