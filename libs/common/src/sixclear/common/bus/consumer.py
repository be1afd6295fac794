"""The loop of a consumer group: fetch, handle and move the position in one transaction; retry, set aside, or halt."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus import dead_letters, positions
from sixclear.common.bus.batching import BatchSize
from sixclear.common.bus.dead_letters import DeadLetterLedger, DeadLetterPolicy, reason_of
from sixclear.common.bus.deadlines import within
from sixclear.common.bus.envelope import Envelope, InvalidEnvelope
from sixclear.common.bus.failures import HandledTooLong, overloaded, passing
from sixclear.common.bus.protocol import Bus, Lag, Message, Position, Subscription, SubscriptionLost
from sixclear.common.bus.tracing import process_spans
from sixclear.common.clock import Clock, seconds_since, utc_now
from sixclear.common.db import Database
from sixclear.common.telemetry import tracer

_log = structlog.get_logger(__name__)

Handle = Callable[[AsyncSession, Sequence[Envelope]], Awaitable[None]]
AfterCommit = Callable[[Sequence[Envelope]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerLimits:
    """Sizes and times of a consumer; the defaults suit a projection on a small machine."""

    batch_size: int = 500
    fetch_seconds: float = 1.0
    fetch_limit_seconds: float = 10.0
    handle_limit_seconds: float = 30.0
    close_limit_seconds: float = 5.0
    retries: int = 3
    first_backoff_seconds: float = 0.1
    last_backoff_seconds: float = 5.0
    stuck_after_seconds: float = 5.0
    halt_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerState:
    """What operators see of a consumer group; `lag` is None while it cannot be known, `lag_known_at` is when it was."""

    group: str
    running: bool
    lag: Lag | None
    lag_known_at: datetime | None
    last_progress_at: datetime | None
    dead_letters: int
    halted_reason: str | None
    last_error: str | None
    rebuilds: int


class ConsumerLoop:
    """Handles every message of some topics, in order per stream, with an exactly-once effect in one database.

    `handle` changes state in the session that it is given; the group's position moves in the same transaction, so a
    crash at any point repeats or keeps both. It may see a message again after a failure of its own, and must be
    indifferent to repeats (versions). `after_commit` is told what was committed; what it raises is only logged.

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
        self._database = database
        self._topics = tuple(topics)
        self._handle = handle
        self._after_commit = after_commit
        self._clock = clock
        self._limits = limits or ConsumerLimits()
        self._ledger = DeadLetterLedger(dead_letter_policy or DeadLetterPolicy())
        self._tracer = tracer(group.split(".")[0])
        self._stopping = asyncio.Event()
        self._resumed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._subscription: Subscription | None = None
        self._stored: dict[str, Position] = {}
        self._in_hand: Sequence[Message] = ()
        self._behind_since: float | None = None
        self._lost: SubscriptionLost | None = None
        self._failures = 0
        self._size = BatchSize(self._limits.batch_size)
        self._state = ConsumerState(
            group=group,
            running=False,
            lag=None,
            lag_known_at=None,
            last_progress_at=None,
            dead_letters=0,
            halted_reason=None,
            last_error=None,
            rebuilds=0,
        )

    async def start(self) -> None:
        """Begin in the background; a bus or database that is away is waited for."""
        self._stopping.clear()
        self._note(running=True)
        self._tasks = [
            asyncio.create_task(self._run(), name=f"consumer {self.group}"),
            asyncio.create_task(self._measure(), name=f"consumer {self.group} lag"),
        ]

    async def stop(self, deadline_seconds: float = 10.0) -> None:
        """Finish the batch in hand or roll it back; returns within the deadline whatever broker and handler do."""
        self._stopping.set()
        began = time.monotonic()
        runner, measurer = self._tasks or (None, None)
        if runner is not None and measurer is not None:
            measurer.cancel()
            await asyncio.wait([runner, measurer], timeout=deadline_seconds / 2)
            for task in (runner, measurer):
                task.cancel()
            left = deadline_seconds - (time.monotonic() - began)
            _, hanging = await asyncio.wait([runner, measurer], timeout=max(0.1, left))
            if hanging:
                _log.error("consumer did not stop", group=self.group, deadline_seconds=deadline_seconds)
        self._tasks = []
        self._note(running=False)

    def resume(self) -> None:
        """Try again at once after a halt, and count dead letters anew."""
        self._ledger.clear()
        self._resumed.set()

    def state(self) -> ConsumerState:
        """The last known state; costs nothing."""
        return self._state

    def _note(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._consume()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self._failures += 1
                if overloaded(error):
                    self._size.halve()
                self._note(last_error=reason_of(error), rebuilds=self._state.rebuilds + 1)
                _log.warning("subscription is rebuilt", group=self.group, error=reason_of(error))
                await self._pause(self._backoff(self._failures))

    async def _consume(self) -> None:
        """One life of a subscription."""
        limits = self._limits
        async with self._database.session() as session:
            self._stored = await positions.load(session, self.group)
            self._note(dead_letters=await dead_letters.count(session, self.group))
        subscription = self._bus.subscribe(self.group, self._topics)
        try:
            async with asyncio.timeout(limits.fetch_limit_seconds * 3):
                await subscription.open(self._stored)
            self._subscription, self._behind_since, self._lost = subscription, None, None
            while not self._stopping.is_set():
                messages = await self._fetch(subscription)
                if messages:
                    await self._process(messages)
                    self._failures = 0
        finally:
            self._subscription = None
            self._note(lag=None)  # what waits now can no longer be said; yesterday's nought would look like peace
            await within(limits.close_limit_seconds, subscription.close())

    async def _fetch(self, subscription: Subscription) -> Sequence[Message]:
        limits = self._limits
        fetching = asyncio.ensure_future(subscription.fetch(self._size.current, limits.fetch_seconds))
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
        lag = self._state.lag
        if progress or lag is None or lag.messages == 0:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = time.monotonic()
        elif time.monotonic() - self._behind_since > self._limits.stuck_after_seconds:
            raise SubscriptionLost(f"nothing came although {lag.messages} messages wait")

    async def _process(self, messages: Sequence[Message]) -> None:
        self._in_hand = messages
        try:
            for invalid, run in groupby(messages, key=lambda message: isinstance(message.envelope, InvalidEnvelope)):
                if invalid:
                    for message in run:
                        await self._one_by_one([message])
                else:
                    await self._in_batches(list(run))
        finally:
            self._in_hand = ()
        self._note(last_progress_at=self._clock())

    async def _in_batches(self, messages: Sequence[Message]) -> None:
        """Handle each batch in one transaction: a smaller one when it took too long; else, at last, one by one."""
        attempt = 0
        while messages and not self._stopping.is_set():
            attempt += 1
            batch = messages[: self._size.current]
            error = await self._try(batch, attempt)
            if error is None:
                self._size.grow(len(batch))
            elif attempt > self._limits.retries and not passing(error):
                await self._one_by_one(batch)
            else:
                if overloaded(error):
                    self._size.halve(len(batch))
                await self._pause(self._backoff(attempt))
                continue
            messages, attempt = messages[len(batch) :], 0

    async def _one_by_one(self, messages: Sequence[Message]) -> None:
        for message in messages:
            attempt = 0
            while not self._stopping.is_set():
                attempt += 1
                error = await self._try([message], attempt)
                if error is None:
                    break
                hopeless = isinstance(error, InvalidEnvelope) or attempt > self._limits.retries
                if hopeless and not passing(error) and await self._bury_or_halt(message, error):
                    break
                await self._pause(self._backoff(attempt))

    async def _try(self, messages: Sequence[Message], attempt: int) -> Exception | None:
        """One attempt in one transaction; the error that rolled it back, or None."""
        envelopes = []
        for message in messages:
            if isinstance(message.envelope, InvalidEnvelope):
                return message.envelope
            envelopes.append(message.envelope)
        try:
            with process_spans(self._tracer, self.group, envelopes, attempt):
                await self._apply(messages, envelopes)
        except positions.PositionConflict as error:
            raise SubscriptionLost(str(error)) from error
        except Exception as error:
            self._note(last_error=reason_of(error))
            _log.warning("messages not handled", group=self.group, attempt=attempt, error=reason_of(error))
            return error
        self._ledger.handled(len(messages))
        self._note(last_error=None, halted_reason=None, last_progress_at=self._clock())
        await self._tell(envelopes)
        return None

    async def _apply(self, messages: Sequence[Message], envelopes: Sequence[Envelope]) -> None:
        last = {message.stream: message for message in messages}
        after = {stream: message.position_after for stream, message in last.items()}  # one hash for each stream
        seconds = self._limits.handle_limit_seconds
        try:
            async with asyncio.timeout(seconds) as limit, self._database.transaction() as session:
                await positions.save(session, self.group, self._stored, after, self._clock())
                await self._handle(session, envelopes)
        except TimeoutError as error:
            if limit.expired():
                raise HandledTooLong(f"{len(messages)} messages were not handled within {seconds} s") from error
            raise
        self._stored |= after

    async def _tell(self, envelopes: Sequence[Envelope]) -> None:
        if self._after_commit is None:
            return
        try:
            await self._after_commit(envelopes)
        except Exception:
            _log.exception("what follows a commit failed", group=self.group)

    async def _bury_or_halt(self, message: Message, error: Exception) -> bool:
        """Set the message aside, or halt for a while; True when the message is done with."""
        refusal = self._ledger.refusal()
        if refusal is not None:
            await self._halt(f"{refusal}; last: {reason_of(error)}")
            return False
        after = {message.stream: message.position_after}
        try:
            async with self._database.transaction() as session:
                await positions.save(session, self.group, self._stored, after, self._clock())
                await dead_letters.store(session, self.group, message, reason_of(error), self._clock())
        except positions.PositionConflict as conflict:
            raise SubscriptionLost(str(conflict)) from conflict
        except Exception as failure:
            self._note(last_error=reason_of(failure))
            return False
        self._stored |= after
        self._ledger.buried()
        self._note(dead_letters=self._state.dead_letters + 1)
        _log.error("message set aside", group=self.group, stream=message.stream, offset=message.offset)
        await within(5.0, self._bus.send_dead_letter(self.group, message, reason_of(error)))
        return True

    async def _halt(self, reason: str) -> None:
        self._note(halted_reason=reason)
        _log.error("consumer halted", group=self.group, reason=reason)
        self._resumed.clear()
        waits = [asyncio.ensure_future(event.wait()) for event in (self._resumed, self._stopping)]
        try:
            await asyncio.wait(waits, timeout=self._limits.halt_seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _measure(self) -> None:
        """Keep the lag known, also while the handler hangs or the consumer is halted."""
        while True:
            if (subscription := self._subscription) is not None:
                try:
                    # Not wait_for: in Python 3.11 it loses a cancellation that comes as its work ends.
                    async with asyncio.timeout(3.0):
                        lag = await subscription.lag()
                    if subscription is self._subscription:
                        self._note(lag=self._with_messages_in_hand(lag), lag_known_at=self._clock())
                except SubscriptionLost as error:
                    self._lost = error
                except Exception as error:
                    self._note(lag=None)
                    _log.debug("lag not known", group=self.group, error=reason_of(error))
            await asyncio.sleep(min(1.0, self._limits.stuck_after_seconds / 4))

    def _with_messages_in_hand(self, lag: Lag) -> Lag:
        waiting = [m for m in self._in_hand if m.offset >= self._offset_of(m.stream)]
        if not waiting:
            return lag
        now = self._clock()
        ages = [seconds_since(m.envelope.recorded_at, now) for m in waiting if isinstance(m.envelope, Envelope)]
        ages += [lag.seconds] if lag.messages else []
        known = [age for age in ages if age is not None]
        seconds = max([0.0, *known]) if len(known) == len(ages) else None
        by_stream = dict(lag.by_stream)
        for message in waiting:
            by_stream[message.stream] = by_stream.get(message.stream, 0) + 1
        return Lag(lag.messages + len(waiting), seconds, by_stream, lag.epoch)

    def _offset_of(self, stream: str) -> int:
        position = self._stored.get(stream)
        return 0 if position is None else position.offset

    def _backoff(self, attempt: int) -> float:
        longest: float = min(
            self._limits.last_backoff_seconds, self._limits.first_backoff_seconds * 2 ** min(attempt, 30)
        )
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 (spreads retries, hides nothing)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for longer than until `stop`."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait([stopping], timeout=seconds)
        stopping.cancel()
