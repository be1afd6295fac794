"""Progress reports in front of the ordinary route: many in one transaction, by the rules of one.

What needs more than the task's row goes the ordinary way: a stated time, a task of which something is hidden, a row
that another transaction holds, an `Idempotency-Key` that was used before (docs/decisions/0032).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from opentelemetry import trace
from opentelemetry.trace import Span
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.batcher.batcher import Batcher
from sixclear.common.batcher.connection import OwnConnections
from sixclear.common.batcher.statements import Connection
from sixclear.common.caller import Caller
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.entity import HasVersion
from sixclear.common.errors import DomainError
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.etags import check_version, etag
from sixclear.common.web.hot_front import HotAnswer, HotRequest
from sixclear.common.web.idempotency import Claim
from sixclear.common.web.idempotency_batch import Kept, keep, used_before
from sixclear.common.web.texts import TEXT
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.programme.service import facts_of
from sixclear.tasks.reporting import hot_rows
from sixclear.tasks.reporting.repository import reported
from sixclear.tasks.reporting.rules import Decision, ReportCommand, ReportingState, decide, needs
from sixclear.tasks.reporting.service.report import event_of
from sixclear.tasks.task import access
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.schemas import TaskView
from sixclear.tasks.task.service.find import admitted, derived_state, shown

_METHOD, _PATH = "POST", f"{PREFIX}/tasks/{{task_id}}/progress"
_JSON = (b"content-type", b"application/json")
_VIEW = TypeAdapter(TaskView)


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
        await self._connections.close()

    async def _write(self, reports: Sequence[_Report]) -> Sequence[_Outcome]:
        async with self._database.read_session() as session:
            batch = _Batch(self._log, session, reports, self._clock)
            outcomes = await self._connections.transaction(batch.write)
        self._log.wake()
        return outcomes


class _Batch:
    """Reports on different tasks, all at one instant; `write` may be called again when nothing was stored."""

    def __init__(self, log: EventLog, session: AsyncSession, reports: Sequence[_Report], clock: Clock) -> None:
        self._log = log
        # For names that the process does not remember.
        self._session = session
        self._reports = reports
        self._now = clock()

    async def write(self, connection: Connection) -> list[_Outcome]:
        """Decide on each report and store what was decided, with one statement for each kind of row."""
        tasks = await self._lock(connection)
        claims = [one.claim for one in self._reports if one.claim is not None]
        used = await used_before(connection, claims, self._now)
        states = await self._read(connection, tasks)
        taken: list[tuple[_Report, Context, Decision]] = []
        outcomes: list[_Outcome] = []
        kept: list[Kept] = []
        for one in self._reports:
            state = states.get(one.task_id)
            if state is None or (one.claim is not None and (one.claim.client_id, one.claim.key_hash) in used):
                outcomes.append(None)
                continue
            ctx = self._context(one)
            try:
                admitted(state.task, one.caller.organisation_id, partial(self._expect, one.if_match))
                decision = decide(state, one.command, self._now)
            except OrganisationNotAllowed:
                outcomes.append(None)  # the ordinary route also tells operators of bodies that are not registered
                continue
            except DomainError as refusal:
                outcomes.append(refusal)
                continue
            answer = await self._answer(ctx, decision)
            outcomes.append(answer)
            if decision.report is not None:
                taken.append((one, ctx, decision))
            if one.claim is not None:
                kept.append(Kept(one.claim, answer.status, answer.headers, answer.body))
        await self._store(connection, taken)
        await keep(connection, kept, self._now)
        return outcomes

    async def _lock(self, connection: Connection) -> list[TaskRecord]:
        rows = await hot_rows.lock(connection, [one.task_id for one in self._reports])
        programmes = await facts_of(self._session, {row["programme_id"] for row in rows})
        return [TaskRecord(programme=programmes[row["programme_id"]], **row) for row in rows]

    async def _read(self, connection: Connection, tasks: Sequence[TaskRecord]) -> Mapping[UUID, ReportingState]:
        """What to decide on, by task; those of which something is hidden are left out."""
        commands = {one.task_id: one.command for one in self._reports}
        wanted = {task.task_id: needs(task, commands[task.task_id], self._now) for task in tasks}
        said = await hot_rows.last_said(connection, [task for task in tasks if wanted[task.task_id].said])
        hiding = await hot_rows.hiding_among(connection, [one for one, need in wanted.items() if need.hidden])
        return {
            task.task_id: ReportingState(task, [said[task.task_id]] if task.task_id in said else ())
            for task in tasks
            if task.task_id not in hiding
        }

    def _context(self, one: _Report) -> Context:
        return Context(self._session, self._log, one.caller, self._now, one.request_id)

    def _expect(self, if_match: str | None, task: HasVersion | None) -> None:
        check_version(if_match, self._log.epoch, None if task is None else task.version)

    async def _answer(self, ctx: Context, decision: Decision) -> HotAnswer:
        tag = etag(self._log.epoch, decision.task.version, derived_state(ctx, decision.task))
        body = _VIEW.dump_json(await shown(ctx, decision.task), by_alias=True)
        return HotAnswer(201 if decision.report else 200, body, (_JSON, (b"etag", tag.encode())))

    async def _store(self, connection: Connection, taken: Sequence[tuple[_Report, Context, Decision]]) -> None:
        if not taken:
            return
        rows = reported(
            [decision.task for *_, decision in taken],
            [decision.report for *_, decision in taken if decision.report is not None],
        )
        events = [event_of(ctx, decision) for _, ctx, decision in taken]
        spans = [one.span for one, *_ in taken]
        await self._log.publish_directly(connection, events, spans, recorded_at=self._now, rows=rows)
