"""Replays: a source's log read again, from its first event, into the generation that is folded beside the view."""

from collections.abc import Callable, Mapping

from sixclear.common.bus import positions
from sixclear.common.bus.protocol import Lag
from sixclear.common.db import Database
from sixclear.monitoring.view.consumers import SourceConsumer
from sixclear.monitoring.view.sources import SourceState, group_of

_STOP_SECONDS = 2.0


class Replays:
    """Runs a consumer group of its own for each generation that is replayed, beside the one that follows the log.

    `make` gives the consumer of a source and a generation. A leader that takes over goes on where the one before was.
    """

    def __init__(self, database: Database, make: Callable[[str, int], SourceConsumer]) -> None:
        self._database = database
        self._make = make
        self._running: dict[str, SourceConsumer] = {}
        self._tidied: set[str] = set()

    async def follow(self, known: Mapping[str, SourceState]) -> None:
        """Start the replays that are needed and end those that are not, whose positions nothing needs any more."""
        for source, view in known.items():
            wanted = view.next_epoch if view.next_replayed else None
            await self._forget_others(source, wanted)
            running = self._running.get(source)
            if running is not None and running.generation != wanted:
                del self._running[source]
                await running.loop.stop(_STOP_SECONDS)
                async with self._database.transaction() as session:
                    await positions.forget(session, running.loop.group)
            if wanted is not None and source not in self._running:
                self._running[source] = consumer = self._make(source, wanted)
                await consumer.loop.start()

    async def _forget_others(self, source: str, wanted: int | None) -> None:
        """Once for each source: a leader that died during a swap left the positions of its replay."""
        if source in self._tidied:
            return
        kept = None if wanted is None else group_of(source, wanted)
        async with self._database.transaction() as session:
            await positions.forget_others(session, f"{group_of(source)}.", kept)
        self._tidied.add(source)

    def lag(self, source: str) -> Lag | None:
        """What a replay has not handled yet; None while that is not known."""
        running = self._running.get(source)
        return None if running is None else running.loop.state().lag

    def consumers(self) -> tuple[SourceConsumer, ...]:
        """Those that run now."""
        return tuple(self._running.values())

    async def stop(self) -> None:
        """End all; their positions stay for the next leader."""
        running, self._running = self.consumers(), {}
        self._tidied.clear()
        for consumer in running:
            await consumer.loop.stop(_STOP_SECONDS)
