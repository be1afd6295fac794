"""Progress reports in front of the ordinary route: many in one transaction, by the rules of one.

What needs more than the task's row goes the ordinary way: a stated time, a task of which something is hidden, a row
that another transaction holds, an `Idempotency-Key` that was used before (docs/decisions/0032).
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from opentelemetry import trace
from opentelemetry.trace import Span
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.batcher.batcher import Batcher
from sixclear.common.batcher.connection import Exchange, OwnConnections
from sixclear.common.caller import Caller
from sixclear.common.clock import Clock, civil_date, civil_day_start
from sixclear.common.db import Database
from sixclear.common.entity import HasVersion
from sixclear.common.errors import DomainError
from sixclear.common.events.append import NO_EVENT
from sixclear.common.events.log import EventLog
from sixclear.common.telemetry import batch_span
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.etags import check_version, etag
from sixclear.common.web.hot_front import HotAnswer, HotRequest
from sixclear.common.web.idempotency import Claim
from sixclear.common.web.idempotency_batch import NO_KEY, KeyCleaner, taken_key
from sixclear.common.web.texts import TEXT
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.programme.service import facts_of
from sixclear.tasks.reporting import hot_rows
from sixclear.tasks.reporting.rules import Decision, ReportCommand, ReportingState, decide, needs
from sixclear.tasks.reporting.service.report import event_of
from sixclear.tasks.task import access
from sixclear.tasks.task.service.find import admitted, derived_at, shown_to_concerned

_METHOD, _PATH = "POST", f"{PREFIX}/tasks/{{task_id}}/progress"
_JSON = (b"content-type", b"application/json")


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """`ProgressEntry` without a stated time, as it is written."""

    text: str
    percent: int | UnsetType | None = UNSET
    difficulty: str | UnsetType | None = UNSET
    cause: str | UnsetType | None = UNSET
    remedy: str | UnsetType | None = UNSET


_DECODER = msgspec.json.Decoder(_Entry)


def read_entry(body: bytes, caller: Caller) -> ReportCommand | None:
    """What a body reports, checked as `ProgressEntry` checks it; None for all that the ordinary route must judge.

    A member that comes twice shows by its quotation marks: each member has two, and two more where it is text. One
    that is escaped cannot be told from them, so such a body is left to the ordinary route as well.
    """
    if b'\\"' in body:
        return None
    try:
        entry = _DECODER.decode(body)
        given = [entry.text, entry.percent, entry.difficulty, entry.cause, entry.remedy]
        members = sum(value is not UNSET for value in given)
        texts = sum(isinstance(value, str) for value in given)
        percent = None if entry.percent is UNSET else entry.percent
        if body.count(b'"') != 2 * (members + texts) or not (percent is None or 0 <= percent <= 100):
            return None
        return ReportCommand(
            organisation_id=caller.organisation_id,
            scopes=caller.scopes,
            percent=percent,
            text=TEXT.passed(entry.text),
            difficulty=_passed(entry.difficulty),
            cause=_passed(entry.cause),
            remedy=_passed(entry.remedy),
            occurred_at=None,
        )
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _passed(text: str | UnsetType | None) -> str | None:
    return TEXT.passed(text) if isinstance(text, str) else None


@dataclass(frozen=True, slots=True, eq=False)
class _Report:
    """One request as it waits for its batch."""

    task_id: UUID
    command: ReportCommand
    caller: Caller
    request_id: str
    if_match: str | None
    claim: Claim | None
    span: Span

    def keys(self) -> tuple[Hashable, ...]:
        """Of these only one may stand in a batch."""
        return (self.task_id,) if self.claim is None else (self.task_id, (self.claim.client_id, self.claim.key_hash))


# None: the ordinary route must answer.
_Outcome = HotAnswer | DomainError | None


class ReportProgress:
    """`reportProgress`, answered in front."""

    method, path, access = _METHOD, _PATH, access.REPORT

    def __init__(self, database: Database, log: EventLog, clock: Clock) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._cleaner = KeyCleaner(database)
        self._connections = OwnConnections(database, f"{database.application_name}-reports")
        self._batcher: Batcher[_Report, _Outcome] = Batcher(log.service, "progress", self._write, _Report.keys)

    def require_room(self) -> None:
        """Raises Unavailable when a report would wait too long."""
        self._batcher.require_room()

    async def answer(self, request: HotRequest) -> HotAnswer | None:
        """The answer to a report, committed; None when the ordinary route must give it."""
        command = read_entry(request.body, request.caller)
        if command is None:
            return None
        client, path = request.caller.client_id, f"{_METHOD} {request.path}"
        claim = None if request.key is None else Claim.made(client, request.key, path, b"", request.body)
        task_id, span = UUID(request.parameters[0]), trace.get_current_span()
        outcome = await self._batcher.run(
            _Report(task_id, command, request.caller, request.request_id, request.if_match, claim, span)
        )
        if isinstance(outcome, DomainError):
            raise outcome
        return outcome

    def configure(self, in_flight: int) -> None:
        """How many batches may be written at a time."""
        self._batcher.in_flight = in_flight

    async def close(self) -> None:
        """Write what was taken, then close the connections."""
        await self._batcher.stop()
        await self._cleaner.stop()
        await self._connections.close()

    async def _write(self, reports: Sequence[_Report]) -> Sequence[_Outcome]:
        async with self._database.read_session() as session:
            batch = _Batch(self._log, session, reports, self._clock)
            with batch_span(self._log.service, "write reports", [one.span for one in reports]):
                outcomes = await self._connections.exchange(batch.write)
        self._log.wake()
        self._cleaner.begin(batch.claims(), batch.now)
        return outcomes


class _Batch:
    """Reports on different tasks, all at one instant; `write` may be called again when nothing was stored."""

    def __init__(self, log: EventLog, session: AsyncSession, reports: Sequence[_Report], clock: Clock) -> None:
        self._log = log
        # For names that the process does not remember.
        self._session = session
        self._reports = reports
        self.now = clock()

    def claims(self) -> Iterator[Claim]:
        """The keys of these reports."""
        return (one.claim for one in self._reports if one.claim is not None)

    async def write(self, exchange: Exchange) -> list[_Outcome]:
        """Decide on each report by what one statement reads, and store what was decided with another."""
        states = await self._read(exchange)
        outcomes: list[_Outcome] = []
        decided: list[tuple[int, _Report, Decision]] = []
        for one in self._reports:
            state = states.get(one.task_id)
            outcomes.append(None)
            if state is None:
                continue
            try:
                admitted(state.task, one.caller.organisation_id, partial(self._expect, one.if_match))
                decided.append((len(outcomes) - 1, one, decide(state, one.command, self.now)))
            except OrganisationNotAllowed:
                continue  # the ordinary route also tells operators of bodies that are not registered
            except DomainError as refusal:
                outcomes[-1] = refusal
        for place, answer in await self._store(exchange, decided):
            outcomes[place] = answer
        return outcomes

    async def _read(self, exchange: Exchange) -> Mapping[UUID, ReportingState]:
        """What to decide on, by task; those of which something is hidden and those with a used key are left out."""
        found = await hot_rows.read(
            exchange,
            [one.task_id for one in self._reports],
            [one.claim for one in self._reports],
            civil_day_start(civil_date(self.now)),
            self.now,
        )
        programmes = await facts_of(self._session, {one.programme_id for one in found})
        commands = {one.task_id: one.command for one in self._reports}
        states = {}
        for one in found:
            task = one.record(programmes)
            if task.kind == "recurring":
                continue  # its periods are rows and events of their own
            wanted = needs(task, commands[task.task_id], self.now)
            if not (one.used or (one.hiding and wanted.hidden)):
                states[task.task_id] = ReportingState(task, [one.said] if wanted.said and one.said else ())
        return states

    def _expect(self, if_match: str | None, task: HasVersion | None) -> None:
        check_version(if_match, self._log.epoch, None if task is None else task.version)

    async def _store(
        self, exchange: Exchange, decided: Sequence[tuple[int, _Report, Decision]]
    ) -> Sequence[tuple[int, HotAnswer]]:
        """Store what was decided; the answers to those that were stored, with their places."""
        bodies = await shown_to_concerned(self._session, [decision.task for *_, decision in decided], self.now)
        answers = [self._answer(decision, body) for (*_, decision), body in zip(decided, bodies, strict=True)]
        rows = [
            hot_rows.row_of(decision, self._event(one, decision), self._key(one, decision, answer))
            for (_, one, decision), answer in zip(decided, answers, strict=True)
            if decision.report is not None or one.claim is not None
        ]
        stored = await hot_rows.write(exchange, rows, self.now) if rows else ()
        return [
            (place, answer)
            for (place, one, decision), answer in zip(decided, answers, strict=True)
            if decision.task.task_id in stored or (decision.report is None and one.claim is None)
        ]

    def _answer(self, decision: Decision, body: bytes) -> HotAnswer:
        tag = etag(self._log.epoch, decision.task.version, derived_at(decision.task, self.now))
        return HotAnswer(201 if decision.report else 200, body, (_JSON, (b"etag", tag.encode())))

    def _event(self, one: _Report, decision: Decision) -> tuple[object, ...]:
        if decision.report is None:
            return NO_EVENT
        ctx = Context(self._session, self._log, one.caller, self.now, one.request_id)
        return self._log.taken(event_of(decision, ctx.meta()), one.span)

    @staticmethod
    def _key(one: _Report, decision: Decision, answer: HotAnswer) -> tuple[object, ...]:
        if one.claim is None:
            return NO_KEY
        # The event of a report of here says all that its answer says; of a repetition that one it does not know.
        is_made_again = decision.report is not None
        return taken_key(one.claim, answer.status, answer.headers, answer.body, is_made_again=is_made_again)
