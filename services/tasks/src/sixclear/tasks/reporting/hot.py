"""Progress reports in front of the ordinary route: many in one transaction, by the rules of one.

What needs more than the task's row goes the ordinary way: a stated time, a difficulty that is no open obstacle yet, a
task of which something is hidden, a row that another transaction holds, an `Idempotency-Key` that was used before
(docs/decisions/0032).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.batcher.connection import Exchange
from sixclear.common.caller import Caller
from sixclear.common.clock import civil_date, civil_day_start
from sixclear.common.entity import HasVersion
from sixclear.common.errors import DomainError
from sixclear.common.events.append import NO_EVENT
from sixclear.common.events.log import EventLog
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.etags import check_version, etag
from sixclear.common.web.hot_batches import BatchedRoute, HotCommand, HotOutcome
from sixclear.common.web.hot_front import HotAnswer
from sixclear.common.web.texts import TEXT
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.obstacle.lifecycle import key_of
from sixclear.tasks.programme.service import facts_of
from sixclear.tasks.reporting import hot_rows
from sixclear.tasks.reporting.rules import Decision, ReportCommand, ReportingState, decide, needs
from sixclear.tasks.reporting.service.report import event_of
from sixclear.tasks.task import access
from sixclear.tasks.task.service.find import admitted, shown_to_concerned

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


_Report: TypeAlias = HotCommand[ReportCommand]


def _obstacle_key(one: _Report) -> UUID | None:
    """Of the obstacle that the report's difficulty is, if it states one."""
    difficulty = one.command.difficulty
    return key_of(one.entity_id, difficulty) if difficulty else None


class ReportProgress(BatchedRoute[ReportCommand]):
    """`reportProgress`, answered in front."""

    path, access = f"{PREFIX}/tasks/{{task_id}}/progress", access.REPORT
    word, plural = "progress", "reports"

    def read(self, body: bytes, caller: Caller) -> ReportCommand | None:
        """See `read_entry`."""
        return read_entry(body, caller)

    def make_batch(self, session: AsyncSession, waiting: Sequence[_Report], now: datetime) -> "_Batch":
        """A batch of reports on different tasks."""
        return _Batch(self._log, session, waiting, now)


class _Batch:
    """Reports on different tasks, all at one instant; `write` may be called again when nothing was stored."""

    def __init__(self, log: EventLog, session: AsyncSession, reports: Sequence[_Report], now: datetime) -> None:
        self._log = log
        # For names that the process does not remember.
        self._session = session
        self._reports = reports
        self._now = now

    async def write(self, exchange: Exchange) -> list[HotOutcome]:
        """Decide on each report by what one statement reads, and store what was decided with another."""
        states = await self._read(exchange)
        outcomes: list[HotOutcome] = []
        decided: list[tuple[int, _Report, Decision]] = []
        for one in self._reports:
            state, hides = states.get(one.entity_id, (None, False))
            outcomes.append(None)
            if state is None:
                continue
            try:
                admitted(state.task, one.caller.organisation_id, partial(self._expect, one.if_match))
                decision = decide(state, one.command, self._now)
                if decision.report is None and hides:
                    continue  # no event tells of it: the ordinary route notes who was shown the task
                decided.append((len(outcomes) - 1, one, decision))
            except OrganisationNotAllowed:
                continue  # the ordinary route also tells operators of bodies that are not registered
            except DomainError as refusal:
                outcomes[-1] = refusal
        for place, answer in await self._store(exchange, decided):
            outcomes[place] = answer
        return outcomes

    async def _read(self, exchange: Exchange) -> Mapping[UUID, tuple[ReportingState, bool]]:
        """What to decide on, by task, and whether not everyone may read it.

        Those with a used key are left out, those of which something is hidden that the decision needs, and those whose
        report opens an obstacle.
        """
        found = await hot_rows.read(
            exchange,
            [one.entity_id for one in self._reports],
            [one.claim for one in self._reports],
            [_obstacle_key(one) for one in self._reports],
            civil_day_start(civil_date(self._now)),
            self._now,
        )
        programmes = await facts_of(self._session, {one.programme_id for one in found})
        commands = {one.entity_id: one.command for one in self._reports}
        states: dict[UUID, tuple[ReportingState, bool]] = {}
        for one in found:
            task = one.record(programmes)
            if task.kind == "recurring":
                continue  # its periods are rows and events of their own
            wanted = needs(task, commands[task.task_id], self._now)
            if one.known and not (one.used or (one.hiding and wanted.hidden)):
                hides = one.hiding or task.classification != "public" or bool(task.inside_fields)
                states[task.task_id] = ReportingState(task, [one.said] if wanted.said and one.said else ()), hides
        return states

    def _expect(self, if_match: str | None, task: HasVersion | None) -> None:
        check_version(if_match, self._log.epoch, None if task is None else task.version)

    async def _store(
        self, exchange: Exchange, decided: Sequence[tuple[int, _Report, Decision]]
    ) -> Sequence[tuple[int, HotAnswer]]:
        """Store what was decided; the answers to those that were stored, with their places."""
        told = await shown_to_concerned(self._session, [decision.task for *_, decision in decided], self._now)
        answers = [self._answer(decision, *one) for (*_, decision), one in zip(decided, told, strict=True)]
        rows = [
            hot_rows.row_of(decision, self._event(one, decision), self._key(one, decision, answer))
            for (_, one, decision), answer in zip(decided, answers, strict=True)
            if decision.report is not None or one.claim is not None
        ]
        stored = await hot_rows.write(exchange, rows, self._now) if rows else ()
        return [
            (place, answer)
            for (place, one, decision), answer in zip(decided, answers, strict=True)
            if decision.task.task_id in stored or (decision.report is None and one.claim is None)
        ]

    def _answer(self, decision: Decision, body: bytes, derived: str | None) -> HotAnswer:
        tag = etag(self._log.epoch, decision.task.version, derived)
        return HotAnswer(201 if decision.report else 200, body, (_JSON, (b"etag", tag.encode())))

    def _event(self, one: _Report, decision: Decision) -> tuple[object, ...]:
        if decision.report is None:
            return NO_EVENT
        ctx = Context(self._session, self._log, one.caller, self._now, one.request_id)
        return self._log.taken(event_of(decision, ctx.meta()), one.span)

    @staticmethod
    def _key(one: _Report, decision: Decision, answer: HotAnswer) -> tuple[object, ...]:
        # The event of a report of here says all that its answer says; of a repetition that one it does not know.
        return one.key(answer, is_made_again=decision.report is not None)
