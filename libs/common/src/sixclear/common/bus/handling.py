"""Handling messages: each batch in one transaction that also moves the position; retried, set aside, or halted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bus import dead_letters, positions
from sixclear.common.bus.batching import BatchSize
from sixclear.common.bus.consumer_state import ConsumerLimits, ConsumerStatus
from sixclear.common.bus.dead_letters import DeadLetterLedger, DeadLetterPolicy, reason_of
from sixclear.common.bus.deadlines import first_of, run_with_deadline
from sixclear.common.bus.envelope import Envelope, InvalidEnvelope
from sixclear.common.bus.failures import HandledTooLong, overloaded, passing
from sixclear.common.bus.protocol import Bus, Message, Position, SubscriptionLost
from sixclear.common.bus.tracing import process_spans
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.telemetry import tracer

_log = structlog.get_logger(__name__)

Handle = Callable[[AsyncSession, Sequence[Envelope]], Awaitable[None]]
AfterCommit = Callable[[Sequence[Envelope]], Awaitable[None]]


class MessageHandler:
    """Gives messages to `handle` and moves the group's position, both in one transaction, so that both last or neither.

    A batch that takes too long is halved; a batch that fails otherwise is retried, then taken message by message. A
    message that fails on its own is set aside, unless the policy says that there are too many: then this waits for
    `resume` or a minute. Raises SubscriptionLost when another process of the group has moved the position.
    """

    def __init__(
        self,
        bus: Bus,
        database: Database,
        handle: Handle,
        after_commit: AfterCommit | None,
        policy: DeadLetterPolicy,
        clock: Clock,
        limits: ConsumerLimits,
        status: ConsumerStatus,
        stopping: asyncio.Event,
    ) -> None:
        self.group = status.state.group
        self.size = BatchSize(limits.batch_size)
        self._bus = bus
        self._database = database
        self._handle = handle
        self._after_commit = after_commit
        self._ledger = DeadLetterLedger(policy)
        self._clock = clock
        self._limits = limits
        self._status = status
        self._stopping = stopping
        self._resumed = asyncio.Event()
        self._tracer = tracer(self.group.split(".")[0])
        self._stored: dict[str, Position] = {}
        self._in_hand: Sequence[Message] = ()

    async def load_positions(self) -> dict[str, Position]:
        """Where the group stands in every stream, as it is stored; the next messages are expected to follow."""
        async with self._database.session() as session:
            self._stored = await positions.load(session, self.group)
            self._status.note(dead_letters=await dead_letters.count(session, self.group))
        return self._stored

    def resume(self) -> None:
        """Try again immediately after a halt, and count dead letters from zero."""
        self._ledger.clear()
        self._resumed.set()

    def waiting(self) -> Sequence[Message]:
        """The messages in hand that are not done yet."""
        return [message for message in self._in_hand if message.offset >= self._offset_of(message.stream)]

    def _offset_of(self, stream: str) -> int:
        position = self._stored.get(stream)
        return 0 if position is None else position.offset

    async def process(self, messages: Sequence[Message]) -> None:
        """Handle fetched messages in their order; returns early when `stopping` is set."""
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
        self._status.note(last_progress_at=self._clock())

    async def _in_batches(self, messages: Sequence[Message]) -> None:
        """Handle each batch in one transaction: a smaller one when it took too long; else, at last, one by one."""
        attempt = 0
        while messages and not self._stopping.is_set():
            attempt += 1
            batch = messages[: self.size.current]
            error = await self._try(batch, attempt)
            if error is None:
                self.size.grow(len(batch))
            elif attempt > self._limits.retries and not passing(error):
                await self._one_by_one(batch)
            else:
                if overloaded(error):
                    self.size.halve(len(batch))
                await self._pause(self._limits.backoff(attempt))
                continue
            messages, attempt = messages[len(batch) :], 0

    async def _one_by_one(self, messages: Sequence[Message]) -> None:
        """Handle each message in a transaction of its own; set aside what fails by itself.

        One bad event would else roll back the whole batch for ever, and hold back all that follow. Costs a commit for
        each message, so it comes after the batch has failed more often than `retries`. What passes (a database that is
        away, a time limit) is never a reason to set a message aside: figures would lack what was acknowledged, and no
        lag would show it. Such a message is tried again for as long as it takes, and the group stands still meanwhile
        (decision 0016; `test_a_single_event_that_runs_out_of_time_is_tried_again_and_neither_set_aside_nor_skipped`).
        """
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
                await self._pause(self._limits.backoff(attempt))

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
            self._status.note(last_error=reason_of(error))
            _log.warning("messages not handled", group=self.group, attempt=attempt, error=reason_of(error))
            return error
        self._ledger.handled(len(messages))
        self._status.note(last_error=None, halted_reason=None, last_progress_at=self._clock())
        await self._tell(envelopes)
        return None

    async def _apply(self, messages: Sequence[Message], envelopes: Sequence[Envelope]) -> None:
        """Move the position and handle the messages, in one transaction.

        Offsets in Kafka and state in PostgreSQL would be two truths: a crash between them folds twice or never. The
        position is moved first, which locks its row: of two processes of a group the second waits there and then finds
        it moved, before it has handled anything. When time runs out during the commit, it is not known whether it took
        place: the retry finds out in the same way. Costs one statement for each stream of the batch (decision 0003;
        `test_two_processes_of_one_group_never_handle_a_message_twice`,
        `test_kill_9_of_a_consumer_loses_and_doubles_nothing`).
        """
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
            self._status.note(last_error=reason_of(failure))
            return False
        self._stored |= after
        self._ledger.buried()
        self._status.note(dead_letters=self._status.state.dead_letters + 1)
        _log.error("message set aside", group=self.group, stream=message.stream, offset=message.offset)
        await run_with_deadline(5.0, self._bus.send_dead_letter(self.group, message, reason_of(error)))
        return True

    async def _halt(self, reason: str) -> None:
        self._status.note(halted_reason=reason)
        _log.error("consumer halted", group=self.group, reason=reason)
        self._resumed.clear()
        await first_of([self._resumed.wait(), self._stopping.wait()], self._limits.halt_seconds)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for longer than until `stop`."""
        await first_of([self._stopping.wait()], seconds)
