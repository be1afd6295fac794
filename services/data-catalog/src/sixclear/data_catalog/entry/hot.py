"""Heartbeats in front of the ordinary route: many in one transaction, by the rules of one.

What needs more than the entry's row goes the ordinary way: a stated time, an entry that is not known, a row that
another transaction holds, an `Idempotency-Key` that was used before (docs/decisions/0032).
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from opentelemetry import trace
from opentelemetry.trace import Span
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.batcher.batcher import Batcher
from sixclear.common.batcher.connection import Exchange, OwnConnections
from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.errors import DomainError
from sixclear.common.events.log import EventLog
from sixclear.common.recording import apply, event_of
from sixclear.common.telemetry import batch_span
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.etags import check_version, etag
from sixclear.common.web.hot_front import HotAnswer, HotRequest
from sixclear.common.web.idempotency import Claim
from sixclear.common.web.idempotency_batch import NO_KEY, KeyCleaner, taken_key
from sixclear.data_catalog.entry import hot_rows
from sixclear.data_catalog.entry.access import BEAT
from sixclear.data_catalog.entry.lifecycle import HeartbeatCommand, decide_heartbeat
from sixclear.data_catalog.entry.metrics import HEARTBEATS
from sixclear.data_catalog.entry.models import Entry, state_of
from sixclear.data_catalog.entry.recording import ENTRY, entry_data
from sixclear.data_catalog.entry.responses import derived_state, entry_responses
from sixclear.data_catalog.fields import PREFIX

_METHOD, _PATH = "POST", f"{PREFIX}/entries/{{entry_id}}/heartbeats"
_JSON = (b"content-type", b"application/json")
_MOST_RECORDS = 2**53


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    """`HeartbeatStep` without a stated time, as it is written."""

    records_count: int | UnsetType | None = UNSET


_DECODER = msgspec.json.Decoder(_Step)


def read_step(body: bytes, caller: Caller) -> HeartbeatCommand | None:
    """What a body tells, checked as `HeartbeatStep` checks it; None for all that the ordinary route must judge.

    A member that comes twice shows by its quotation marks.
    """
    try:
        count = _DECODER.decode(body).records_count
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if body.count(b'"') != (0 if count is UNSET else 2):
        return None
    records_count = None if isinstance(count, UnsetType) else count
    if records_count is not None and not 0 <= records_count <= _MOST_RECORDS:
        return None
    return HeartbeatCommand(caller.organisation_id, caller.scopes, records_count)


@dataclass(frozen=True, slots=True, eq=False)
class _Beat:
    """One request as it waits for its batch."""

    entry_id: UUID
    command: HeartbeatCommand
    caller: Caller
    request_id: str
    if_match: str | None
    claim: Claim | None
    span: Span

    def keys(self) -> tuple[Hashable, ...]:
        """Of these only one may stand in a batch."""
        return (self.entry_id,) if self.claim is None else (self.entry_id, (self.claim.client_id, self.claim.key_hash))


# None: the ordinary route must answer.
_Outcome = HotAnswer | DomainError | None


class AddHeartbeat:
    """`addHeartbeat`, answered in front."""

    method, path, access = _METHOD, _PATH, BEAT

    def __init__(self, database: Database, log: EventLog, clock: Clock) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._cleaner = KeyCleaner(database)
        self._connections = OwnConnections(database, f"{database.application_name}-heartbeats")
        self._batcher: Batcher[_Beat, _Outcome] = Batcher(log.service, "heartbeat", self._write, _Beat.keys)

    def require_room(self) -> None:
        """Raises Unavailable when a heartbeat would wait too long."""
        self._batcher.require_room()

    async def answer(self, request: HotRequest) -> HotAnswer | None:
        """The answer to a heartbeat, committed; None when the ordinary route must give it."""
        command = read_step(request.body, request.caller)
        if command is None:
            return None
        client, path = request.caller.client_id, f"{_METHOD} {request.path}"
        claim = None if request.key is None else Claim.made(client, request.key, path, b"", request.body)
        entry_id, span = UUID(request.parameters[0]), trace.get_current_span()
        beat = _Beat(entry_id, command, request.caller, request.request_id, request.if_match, claim, span)
        outcome = await self._batcher.run(beat)
        if isinstance(outcome, DomainError):
            raise outcome
        if outcome is not None:
            HEARTBEATS.labels("taken").inc()
        return outcome

    def configure(self, in_flight: int) -> None:
        """How many batches may be written at a time."""
        self._batcher.in_flight = in_flight

    async def close(self) -> None:
        """Write what was taken, then close the connections."""
        await self._batcher.stop()
        await self._cleaner.stop()
        await self._connections.close()

    async def _write(self, beats: Sequence[_Beat]) -> Sequence[_Outcome]:
        async with self._database.read_session() as session:
            batch = _Batch(self._log, session, beats, self._clock)
            with batch_span(self._log.service, "write heartbeats", [one.span for one in beats]):
                outcomes = await self._connections.exchange(batch.write)
        self._log.wake()
        self._cleaner.begin(batch.claims(), batch.now)
        return outcomes


@dataclass(frozen=True, slots=True)
class _Decided:
    """A heartbeat that counts, with its place in the batch: the entry as it is after it."""

    place: int
    beat: _Beat
    entry: Entry
    change: Change
    occurred_at: datetime
    previous: int | None


class _Batch:
    """Heartbeats of different entries, all at one instant; `write` may be called again when nothing was stored."""

    def __init__(self, log: EventLog, session: AsyncSession, beats: Sequence[_Beat], clock: Clock) -> None:
        self._log = log
        # For names and dossiers: these rows change with the version of their entry, which the write compares.
        self._session = session
        self._beats = beats
        self.now = clock()

    def claims(self) -> Iterator[Claim]:
        """The keys of these heartbeats."""
        return (one.claim for one in self._beats if one.claim is not None)

    async def write(self, exchange: Exchange) -> list[_Outcome]:
        """Decide on each heartbeat by what one statement reads, and store what was decided with another."""
        asked = [(one.entry_id, one.claim) for one in self._beats]
        entries = await hot_rows.read(exchange, asked, self.now)
        outcomes: list[_Outcome] = [None] * len(self._beats)
        decided: list[_Decided] = []
        for place, beat in enumerate(self._beats):
            try:
                decided += self._decide(place, beat, entries)
            except OrganisationNotAllowed:
                continue  # as the ordinary route says it
            except DomainError as refusal:
                outcomes[place] = refusal
        if decided:
            for one, answer in await self._store(exchange, decided):
                outcomes[one.place] = answer
        return outcomes

    def _decide(self, place: int, beat: _Beat, entries: Mapping[UUID, Entry]) -> Iterator[_Decided]:
        entry = entries.get(beat.entry_id)
        if entry is None:
            return
        check_version(beat.if_match, self._log.epoch, entry.version)
        decided = decide_heartbeat(state_of(entry), beat.command, self.now)
        if decided is not None:
            change, occurred_at = decided
            previous = apply(entry, change, occurred_at, self.now, ENTRY)
            yield _Decided(place, beat, entry, change, occurred_at, previous)

    async def _store(self, exchange: Exchange, decided: Sequence[_Decided]) -> Sequence[tuple[_Decided, HotAnswer]]:
        """Store what was decided; the answers to those that were stored."""
        views = await entry_responses(self._context(decided[0].beat), [one.entry for one in decided])
        answers = [self._answer(one, view.model_dump_json().encode()) for one, view in zip(decided, views, strict=True)]
        rows = [
            hot_rows.row_of(one.entry, await self._event(one), self._key(one, answer))
            for one, answer in zip(decided, answers, strict=True)
        ]
        stored = await hot_rows.write(exchange, rows, self.now)
        return [(one, answer) for one, answer in zip(decided, answers, strict=True) if one.entry.entry_id in stored]

    def _context(self, beat: _Beat) -> Context:
        return Context(self._session, self._log, beat.caller, self.now, beat.request_id)

    def _answer(self, one: _Decided, body: bytes) -> HotAnswer:
        tag = etag(self._log.epoch, one.entry.version, derived_state(one.entry, self.now))
        return HotAnswer(201, body, (_JSON, (b"etag", tag.encode())))

    async def _event(self, one: _Decided) -> tuple[object, ...]:
        ctx = self._context(one.beat)
        data = await entry_data(ctx, one.entry, one.change.name)
        event = event_of(ctx, one.entry, one.change.name, data, one.occurred_at, one.previous, ENTRY)
        return self._log.taken(event, one.beat.span)

    @staticmethod
    def _key(one: _Decided, answer: HotAnswer) -> tuple[object, ...]:
        claim = one.beat.claim
        return NO_KEY if claim is None else taken_key(claim, answer.status, answer.headers, answer.body)
