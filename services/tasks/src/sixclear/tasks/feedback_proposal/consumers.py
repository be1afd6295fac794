"""Events in: the ideas that feedback accepted."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.consumer import ConsumerLoop
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.tasks.feedback_proposal.service import take

TOPIC = "sixclear.feedback.proposal.v1"


def proposals_of_feedback(bus: Bus, database: Database, log: EventLog, clock: Clock) -> ConsumerLoop:
    """What opens a proposed task for each accepted idea."""

    async def handle(session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        await take(session, log, clock, envelopes)

    async def tell(_envelopes: Sequence[Envelope]) -> None:
        log.wake()

    return ConsumerLoop(bus, database, "tasks.proposals", (TOPIC,), handle, tell, clock=clock)
