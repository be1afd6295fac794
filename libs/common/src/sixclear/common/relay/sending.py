"""What a relay sends: each partition in order, all partitions at a time, and how far the broker has acknowledged it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from opentelemetry import trace

from sixclear.common.bus.envelope import encode_stored
from sixclear.common.bus.kafka import BatchProducer, BrokerView, Sent
from sixclear.common.bus.kafka.producer import partition_of
from sixclear.common.bus.tracing import send_span
from sixclear.common.events.log import EventLog, StoredEvent
from sixclear.common.relay.cursor import Cursor
from sixclear.common.relay.proof import LogEmptied

Stream = tuple[str, int]


class Sending:
    """Sends rows and moves the cursor in memory: the contiguous prefix of what was acknowledged."""

    def __init__(
        self,
        event_log: EventLog,
        producer: BatchProducer,
        view: BrokerView,
        cursor: Cursor,
        partitions: int,
        installation: str,
        tracer: trace.Tracer,
    ) -> None:
        self.cursor = cursor
        self._event_log = event_log
        self._producer = producer
        self._view = view
        self._partitions = partitions
        self._installation = installation
        self._tracer = tracer
        self._topics: dict[str, int] = {}

    async def send(self, rows: Sequence[StoredEvent]) -> None:
        """Send the published ones of contiguous `rows`. Raises after moving the cursor as far as was acknowledged.

        Partitions are sent side by side, so a late event may be acknowledged while an earlier one of another partition
        is not. The cursor is the prefix, which ends before the first event of the first partition that failed; the last
        acknowledged event as cursor would lose the others at the next start. Cost: what was acknowledged behind the
        prefix is sent again. `test_writes_go_on_while_the_broker_is_away_and_arrive_in_order_afterwards`.
        """
        failed = await self._send_all(rows)
        position = rows[-1].event_id if failed is None else min(rows[-1].event_id, failed.first_unsent - 1)
        self.cursor = replace(self.cursor, position=max(self.cursor.position, position))
        if failed is not None:
            raise failed.error

    async def send_again(self, rows: Sequence[StoredEvent]) -> None:
        """Send rows from behind the cursor once more, without moving it."""
        failed = await self._send_all(rows)
        if failed is not None:
            raise failed.error

    async def _send_all(self, rows: Sequence[StoredEvent]) -> "_Failed | None":
        """Each partition in order, all partitions at a time; the first event that was not acknowledged, if any."""
        streams: dict[Stream, list[StoredEvent]] = defaultdict(list)
        await self._make_topics({self._event_log.topic(row.entity_type) for row in rows if row.published})
        for row in rows:
            if row.published:
                topic = self._event_log.topic(row.entity_type)
                partition = partition_of(str(row.entity_id).encode(), self._topics[topic])
                streams[topic, partition].append(row)
        outcomes = await asyncio.gather(
            *(self._send_stream(stream, several) for stream, several in streams.items()), return_exceptions=True
        )
        failed = [
            _Failed(several[0].event_id, outcome)
            for several, outcome in zip(streams.values(), outcomes, strict=True)
            if isinstance(outcome, BaseException)
        ]
        # An emptied log must be told before a mere failure, or the cursor would move on.
        return min(failed, key=lambda one: (not isinstance(one.error, LogEmptied), one.first_unsent), default=None)

    async def _send_stream(self, stream: Stream, rows: Sequence[StoredEvent]) -> None:
        topic, partition = stream
        service, epoch = self._event_log.service, self.cursor.epoch
        records = [encode_stored(row, service, epoch, self._installation) for row in rows]
        with send_span(self._tracer, topic, partition, [row.traceparent for row in rows]):
            sent = await self._producer.send(topic, partition, records)
        self._acknowledge(stream, sent)

    def _acknowledge(self, stream: Stream, sent: Sequence[Sent]) -> None:
        last = self.cursor.offsets.get(stream, -1)
        for one in sent:
            if one.first_offset <= last:
                raise LogEmptied(f"{stream[0]}/{stream[1]} gave offset {one.first_offset} after {last}")
            last = one.last_offset
        self.cursor = replace(self.cursor, offsets={**self.cursor.offsets, stream: last})

    async def _make_topics(self, wanted: set[str]) -> None:
        missing = wanted - set(self._topics)
        if not missing:
            return
        existing = await self._view.partitions()
        if missing - set(existing):
            await self._view.create(sorted(missing - set(existing)), partitions=self._partitions)
        self._topics |= {topic: existing.get(topic, self._partitions) for topic in missing}


@dataclass(frozen=True, slots=True)
class _Failed:
    first_unsent: int
    error: BaseException
