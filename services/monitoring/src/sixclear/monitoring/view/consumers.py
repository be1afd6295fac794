"""Events in: one consumer group per source, so that one that halts stops only itself."""

from collections.abc import Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus.consumer import ConsumerLimits, ConsumerLoop
from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.protocol import Bus
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.catalogue import topic_of
from sixclear.monitoring import metrics
from sixclear.monitoring.errors import LeadershipLost
from sixclear.monitoring.kinds import kinds_of
from sixclear.monitoring.view import census, dimensions
from sixclear.monitoring.view.fold import fold
from sixclear.monitoring.view.sources import group_of

# When so many wait: counters and days are gathered over a batch, and a hundred milliseconds pass unnoticed.
_BATCH = 2_000
# In one process the fold and those who write share a core: under load it folds five times a second, what came together.
_GATHER_SECONDS = 0.2


def topics_of(source: str) -> tuple[str, ...]:
    """What monitoring reads of a source's log."""
    tree = dimensions.TOPICS if source == dimensions.SOURCE else ()
    return (*tree, *(kind.topic for kind in kinds_of(source)), topic_of(source, census.ENTITY_TYPE))


class SourceConsumer:
    """Folds one source's events with the leader's `token`; `on_change` is told when readers can see a difference.

    With a `generation` it replays the log into that one alone, from the first event, as a group of its own.
    """

    def __init__(
        self,
        source: str,
        *,
        bus: Bus,
        database: Database,
        clock: Clock,
        token: int,
        on_change: Callable[[], None],
        on_lost: Callable[[], None],
        generation: int | None = None,
    ) -> None:
        self.source = source
        self.generation = generation
        self._clock = clock
        self._token = token
        self._on_change = on_change
        self._on_lost = on_lost
        self._changed = False
        self.loop = ConsumerLoop(
            bus,
            database,
            group_of(source, generation),
            topics_of(source),
            self._handle,
            self._after_commit,
            clock=clock,
            limits=ConsumerLimits(batch_size=_BATCH, gather_seconds=_GATHER_SECONDS if bus.kind == "memory" else 0.0),
        )

    async def _handle(self, session: AsyncSession, envelopes: Sequence[Envelope]) -> None:
        try:
            with metrics.FOLD_DURATION.labels(self.source).time():
                self._changed = await fold(
                    session, envelopes, token=self._token, now=self._clock(), only=self.generation
                )
        except LeadershipLost:
            self._on_lost()
            raise

    async def _after_commit(self, envelopes: Sequence[Envelope]) -> None:
        if self.generation is not None:
            return  # counted and measured when they came
        metrics.EVENTS_FOLDED.labels(self.source).inc(len(envelopes))
        if self._changed:
            self._on_change()
        now, freshness = self._clock(), metrics.FRESHNESS.labels(self.source)
        for envelope in envelopes:
            freshness.observe(max(0.0, (now - envelope.recorded_at).total_seconds()))
