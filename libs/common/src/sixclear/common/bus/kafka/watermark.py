"""Hearing what a relay says of itself."""

import asyncio

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from sixclear.common.bus.dead_letters import reason_of
from sixclear.common.bus.envelope import Record
from sixclear.common.bus.kafka.connection import connect, disconnect, pace_metadata
from sixclear.common.bus.kafka.security import Security
from sixclear.common.bus.watermark import TOPIC, Statement, decode
from sixclear.common.clock import Clock

_log = structlog.get_logger(__name__)

_REQUEST_SECONDS = 5.0
_POLL_MILLISECONDS = 500
_RETRY_MILLISECONDS = 200
_RETRY_SECONDS = 1.0
# So many of the last statements are read at the beginning: every service of an installation is among them.
_LAST = 50
# A client that hears nothing for so long is made again: a topic that was deleted under it raises nothing.
_SILENT_SECONDS = 10.0
_STOP_SECONDS = 2.0


class KafkaWatermark:
    """The last statement of one service's relay. It grows old by itself: nothing that fails here makes it younger."""

    def __init__(self, bootstrap_servers: str, security: Security, service: str, clock: Clock) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._security = security
        self._service = service
        self._clock = clock
        self._last: Statement | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """See `Watermark.start`; a broker that is away is waited for."""
        self._task = asyncio.create_task(self._run(), name=f"watermark of {self._service}")

    async def stop(self) -> None:
        """See `Watermark.stop`."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task], timeout=_STOP_SECONDS * 2)

    def behind_seconds(self) -> float | None:
        """See `Watermark.behind_seconds`."""
        return None if self._last is None else self._last.behind_seconds(self._clock())

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:
                _log.debug("watermark not heard", service=self._service, error=reason_of(error))
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        """One life of a client; returns when nothing was heard for too long."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap_servers,
            client_id=f"sixclear-watermark-{self._service}",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="latest",
            request_timeout_ms=int(_REQUEST_SECONDS * 1000),
            retry_backoff_ms=_RETRY_MILLISECONDS,
            **self._security.options(),
        )
        pace_metadata(consumer._client, _RETRY_MILLISECONDS / 1000)
        try:
            await connect(consumer.start(), _REQUEST_SECONDS)
            async with asyncio.timeout(_REQUEST_SECONDS * 2):
                if not await self._begin(consumer):
                    return
            await self._hear(consumer)
        finally:
            await disconnect(consumer.stop(), consumer._client, _STOP_SECONDS)

    async def _begin(self, consumer: AIOKafkaConsumer) -> bool:
        """Stand a little before the end; False while no relay has made the topic yet."""
        cluster = await consumer._client.fetch_all_metadata()
        if not cluster.partitions_for_topic(TOPIC):
            return False
        partition = TopicPartition(TOPIC, 0)
        consumer.assign([partition])
        start = (await consumer.beginning_offsets([partition]))[partition]
        end = (await consumer.end_offsets([partition]))[partition]
        consumer.seek(partition, max(start, end - _LAST))
        return True

    async def _hear(self, consumer: AIOKafkaConsumer) -> None:
        loop = asyncio.get_running_loop()
        heard = loop.time()
        while loop.time() - heard < _SILENT_SECONDS:
            for records in (await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)).values():
                for one in records:
                    statement = decode(Record(one.key, one.value, list(one.headers)))
                    if statement is not None and statement.service == self._service:
                        self._last, heard = statement, loop.time()
