"""Heartbeats in front of the ordinary route: many in one transaction, by the rules of one.

What needs more than the entry's row goes the ordinary way: a stated time, an entry that is not known, a row that
another transaction holds, an `Idempotency-Key` that was used before (docs/decisions/0032).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.batcher.connection import Exchange
from sixclear.common.caller import Caller
from sixclear.common.change import Change
from sixclear.common.errors import DomainError
from sixclear.common.events.log import EventLog
from sixclear.common.recording import apply, event_of
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.etags import check_version, etag
from sixclear.common.web.hot_batches import BatchedRoute, HotCommand, HotOutcome
from sixclear.common.web.hot_front import HotAnswer, HotRequest
from sixclear.data_catalog.entry import hot_rows
from sixclear.data_catalog.entry.access import BEAT
from sixclear.data_catalog.entry.lifecycle import HeartbeatCommand, decide_heartbeat
from sixclear.data_catalog.entry.metrics import HEARTBEATS
from sixclear.data_catalog.entry.models import Entry, state_of
from sixclear.data_catalog.entry.recording import ENTRY, entry_data
from sixclear.data_catalog.entry.responses import derived_state, entry_responses
from sixclear.data_catalog.entry.schemas import EntryView
from sixclear.data_catalog.fields import PREFIX

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


_Beat: TypeAlias = HotCommand[HeartbeatCommand]


class AddHeartbeat(BatchedRoute[HeartbeatCommand]):
    """`addHeartbeat`, answered in front."""

    path, access = f"{PREFIX}/entries/{{entry_id}}/heartbeats", BEAT
    word, plural = "heartbeat", "heartbeats"

    def read(self, body: bytes, caller: Caller) -> HeartbeatCommand | None:
        """See `read_step`."""
        return read_step(body, caller)

    def make_batch(self, session: AsyncSession, waiting: Sequence[_Beat], now: datetime) -> "_Batch":
        """A batch of heartbeats of different entries."""
        return _Batch(self._log, session, waiting, now)

    async def answer(self, request: HotRequest) -> HotAnswer | None:
        """The answer to a heartbeat, committed and counted; None when the ordinary route must give it."""
        answer = await super().answer(request)
        if answer is not None:
            HEARTBEATS.labels("taken").inc()
        return answer


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

    def __init__(self, log: EventLog, session: AsyncSession, beats: Sequence[_Beat], now: datetime) -> None:
        self._log = log
        # For names and dossiers: these rows change with the version of their entry, which the write compares.
        self._session = session
        self._beats = beats
        self._now = now

    async def write(self, exchange: Exchange) -> list[HotOutcome]:
        """Decide on each heartbeat by what one statement reads, and store what was decided with another."""
        asked = [(one.entity_id, one.claim) for one in self._beats]
        entries = await hot_rows.read(exchange, asked, self._now)
        outcomes: list[HotOutcome] = [None] * len(self._beats)
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
        entry = entries.get(beat.entity_id)
        if entry is None or entry.owner_organisation_id != beat.command.organisation_id:
            # The ordinary route says it, which also knows whether this caller may hear of the entry at all.
            return
        check_version(beat.if_match, self._log.epoch, entry.version)
        decided = decide_heartbeat(state_of(entry), beat.command, self._now)
        if decided is not None:
            change, occurred_at = decided
            previous = apply(entry, change, occurred_at, self._now, ENTRY)
            yield _Decided(place, beat, entry, change, occurred_at, previous)

    async def _store(self, exchange: Exchange, decided: Sequence[_Decided]) -> Sequence[tuple[_Decided, HotAnswer]]:
        """Store what was decided; the answers to those that were stored."""
        # All of them of owners, who read their entries whole.
        entries = [one.entry for one in decided]
        views = await entry_responses(self._context(decided[0].beat), entries, inside=True)
        answers = [self._answer(one, view) for one, view in zip(decided, views, strict=True)]
        rows = [
            hot_rows.row_of(one.entry, await self._event(one), one.beat.key(answer))
            for one, answer in zip(decided, answers, strict=True)
        ]
        stored = await hot_rows.write(exchange, rows, self._now)
        return [(one, answer) for one, answer in zip(decided, answers, strict=True) if one.entry.entry_id in stored]

    def _context(self, beat: _Beat) -> Context:
        return Context(self._session, self._log, beat.caller, self._now, beat.request_id)

    def _answer(self, one: _Decided, view: EntryView) -> HotAnswer:
        tag = etag(self._log.epoch, one.entry.version, derived_state(one.entry, self._now, view.owner))
        return HotAnswer(201, view.model_dump_json().encode(), (_JSON, (b"etag", tag.encode())))

    async def _event(self, one: _Decided) -> tuple[object, ...]:
        ctx = self._context(one.beat)
        data = await entry_data(ctx, one.entry, one.change.name)
        event = event_of(ctx, one.entry, one.change.name, data, one.occurred_at, one.previous, ENTRY)
        return self._log.taken(event, one.beat.span)
