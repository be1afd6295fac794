"""The loop of a consumer group: fetch, handle and move the position in one transaction; retry, set aside, or halt."""

import asyncio
import time
from collections.abc import Sequence

import structlog

from sixclear.common.bus.consumer_state import ConsumerLimits, ConsumerState, ConsumerStatus
from sixclear.common.bus.dead_letters import DeadLetterPolicy, reason_of
from sixclear.common.bus.deadlines import end_tasks, first_of, run_with_deadline
from sixclear.common.bus.failures import overloaded
from sixclear.common.bus.handling import AfterCommit, Handle, MessageHandler
from sixclear.common.bus.protocol import Bus, Message, Subscription, SubscriptionLost
from sixclear.common.clock import Clock, utc_now
from sixclear.common.db import Database

__all__ = ["AfterCommit", "ConsumerLimits", "ConsumerLoop", "ConsumerState", "Handle"]

_log = structlog.get_logger(__name__)


class ConsumerLoop:
    """Handles every message of some topics, in order per stream, with an exactly-once effect in one database.

    `handle` changes state in the session that it is given; the group's position moves in the same transaction, so a
    crash at any point repeats or keeps both. It may see a message again after a failure of its own, and must be
    indifferent to repeats (versions). A consumer may begin again from the first event at any time, after a restore of
    either side or a new epoch: what `handle` leaves behind for good is therefore keyed by the entity that caused it,
    and made once. `after_commit` is told what was committed; what it raises is only logged.

    A batch that takes too long is halved, and grows again; a message that takes too long alone is tried again for as
    long as it does. A batch that fails otherwise is retried, then taken message by message. A message that fails on its
    own is set aside, unless the policy says that there are too many: then the consumer halts, and tries again by itself
    once a minute or on `resume`. While the database is away it waits. A subscription that brings nothing although
    something waits is rebuilt.
    """

    def __init__(
        self,
        bus: Bus,
        database: Database,
        group: str,
        topics: Sequence[str],
        handle: Handle,
        after_commit: AfterCommit | None = None,
        *,
        dead_letter_policy: DeadLetterPolicy | None = None,
        clock: Clock = utc_now,
        limits: ConsumerLimits | None = None,
    ) -> None:
        self.group = group
        self._bus = bus
        self._topics = tuple(topics)
        self._clock = clock
        self._limits = limits = limits or ConsumerLimits()
        self._status = ConsumerStatus(group)
        self._stopping = asyncio.Event()
        policy = dead_letter_policy or DeadLetterPolicy()
        self._handler = MessageHandler(
            bus, database, handle, after_commit, policy, clock, limits, self._status, self._stopping
        )
        self._tasks: tuple[asyncio.Task[None], asyncio.Task[None]] | None = None
        self._subscription: Subscription | None = None
        self._ahead: asyncio.Task[Sequence[Message]] | None = None
        self._behind_since: float | None = None
        self._lost: SubscriptionLost | None = None
        self._failures = 0

    async def start(self) -> None:
        """Begin in the background; a bus or database that is away is waited for."""
        self._stopping.clear()
        self._status.note(running=True)
        self._tasks = (
            asyncio.create_task(self._run(), name=f"consumer {self.group}"),
            asyncio.create_task(self._measure(), name=f"consumer {self.group} lag"),
        )

    async def stop(self, deadline_seconds: float = 10.0) -> None:
        """Finish the batch in hand or roll it back; returns within the deadline whatever broker and handler do."""
        self._stopping.set()
        if self._tasks and not await end_tasks(*self._tasks, deadline_seconds):
            _log.error("consumer did not stop", group=self.group, deadline_seconds=deadline_seconds)
        self._tasks = None
        self._status.note(running=False)

    def reaches(self) -> bool:
        """Whether the bus joins this process with every service whose events it reads."""
        return all(self._bus.carries(topic.split(".")[1]) for topic in self._topics)

    def resume(self) -> None:
        """Try again immediately after a halt, and count dead letters from zero."""
        self._handler.resume()

    def state(self) -> ConsumerState:
        """The last known state; costs nothing."""
        return self._status.state

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._consume()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self._failures += 1
                if overloaded(error):
                    self._handler.size.halve()
                self._status.note(last_error=reason_of(error), rebuilds=self._status.state.rebuilds + 1)
                _log.warning("subscription is rebuilt", group=self.group, error=reason_of(error))
                await first_of([self._stopping.wait()], self._limits.backoff(self._failures))

    async def _consume(self) -> None:
        """One life of a subscription."""
        limits = self._limits
        stored = await self._handler.load_positions()
        subscription = self._bus.subscribe(self.group, self._topics)
        try:
            async with asyncio.timeout(limits.fetch_limit_seconds * 3):
                await subscription.open(stored)
            self._subscription, self._behind_since, self._lost = subscription, None, None
            while not self._stopping.is_set():
                messages = await (self._ahead or self._fetch(subscription))
                # Where as many came as a batch takes, more wait: they are read while these are handled.
                full = len(messages) >= self._handler.size.current
                self._ahead = asyncio.create_task(self._fetch(subscription)) if full else None
                if messages:
                    began = time.monotonic()
                    await self._handler.process(messages)
                    self._failures, self._behind_since = 0, None
                    if not full:
                        await self._let_gather(len(messages), time.monotonic() - began)
        finally:
            self._subscription = None
            await self._forget_ahead()
            self._status.note(lag=None)  # not known from here on: a stale zero would look healthy
            await run_with_deadline(limits.close_limit_seconds, subscription.close())

    async def _let_gather(self, handled: int, spent_seconds: float) -> None:
        pause = self._limits.pause_after(handled, spent_seconds)
        if pause:
            await first_of([self._stopping.wait()], pause)

    async def _forget_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    def _read_ahead(self) -> Sequence[Message]:
        """What was read while the messages before are handled."""
        ahead = self._ahead
        known = ahead is not None and ahead.done() and not ahead.cancelled() and ahead.exception() is None
        return ahead.result() if ahead is not None and known else ()

    async def _fetch(self, subscription: Subscription) -> Sequence[Message]:
        limits = self._limits
        fetching = asyncio.ensure_future(subscription.fetch(self._handler.size.current, limits.fetch_seconds))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait(
                [fetching, stopping], timeout=limits.fetch_limit_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if fetching.done():
                messages = fetching.result()
                self._watch(bool(messages))
                return messages
            if self._stopping.is_set():
                return ()
            raise SubscriptionLost(f"fetch did not return within {limits.fetch_limit_seconds} s")
        finally:
            stopping.cancel()
            fetching.cancel()

    def _watch(self, progress: bool) -> None:
        """Raise when nothing comes for too long although something waits, or when the subscription was lost."""
        if self._lost is not None and not progress:
            raise self._lost
        lag = self._status.state.lag
        if progress or lag is None or lag.messages == 0:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = time.monotonic()
        elif time.monotonic() - self._behind_since > self._limits.stuck_after_seconds:
            raise SubscriptionLost(f"nothing came although {lag.messages} messages wait")

    async def _measure(self) -> None:
        """Keep the lag known, also while the handler hangs or the consumer is halted."""
        while True:
            if (subscription := self._subscription) is not None:
                try:
                    # Not wait_for: in Python 3.11 it loses a cancellation that comes as its work ends.
                    async with asyncio.timeout(3.0):
                        lag = await subscription.lag()
                    if subscription is self._subscription:
                        now = self._clock()
                        in_hand = [*self._handler.waiting(), *self._read_ahead()]
                        self._status.note(lag=lag.plus(in_hand, now), lag_known_at=now)
                except SubscriptionLost as error:
                    self._lost = error
                except Exception as error:
                    self._status.note(lag=None)
                    _log.debug("lag not known", group=self.group, error=reason_of(error))
            await asyncio.sleep(min(1.0, self._limits.stuck_after_seconds / 4))
