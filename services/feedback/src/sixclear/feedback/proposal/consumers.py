"""Events in: the tasks that came of proposals, as `tasks` publishes them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.feedback.proposal import service

TOPIC = "sixclear.tasks.task.v1"
# Nearly all tasks are of no proposal: those of a country's busiest minute are passed by in a few readings.
_LIMITS = ConsumerLimits(batch_size=1_000, gather_seconds=1.0)


def tasks_of_proposals(bus: Bus, database: Database, _log: EventLog, clock: Clock) -> ConsumerLoop:
    """What keeps the public state of tasks whose `origin` is a proposal of this service."""
    return ConsumerLoop(bus, database, "feedback.tasks", (TOPIC,), _keep, clock=clock, limits=_LIMITS)


async def _keep(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
    await service.keep_tasks(session, envelopes)
