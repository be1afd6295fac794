"""Reporting progress on many tasks in one transaction."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sixclear.common.bulk.files import Files, Later, Part
from sixclear.common.bulk.items import Line
from sixclear.common.bulk.results import ItemProblem
from sixclear.common.clock import civil_date, civil_day_start
from sixclear.common.errors import DomainError
from sixclear.common.events.log import NewEvent
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.etags import check_version, etag
from sixclear.tasks.obstacle.service.open import open_reported
from sixclear.tasks.organisation.service import end_of
from sixclear.tasks.period.lifecycle import PeriodRecord, Step
from sixclear.tasks.period.service.passing import open_for_reports, store
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.metrics import BULK_ITEMS
from sixclear.tasks.reporting.rules import (
    REPORT_OF_OTHERS,
    Decision,
    ReportCommand,
    ReportingState,
    SaidReport,
    StatedPercent,
    decide,
    stated_percent,
)
from sixclear.tasks.reporting.schemas import BulkItemResult, BulkProgressItem, BulkResult, Outcome
from sixclear.tasks.reporting.service.keys import Keys, keys_of
from sixclear.tasks.reporting.service.repeat import ReportsSeen
from sixclear.tasks.reporting.service.report import after, command_of, difficulties, event_of, named_by, period_of
from sixclear.tasks.settings import Settings
from sixclear.tasks.task.access import NOT_SEEN, is_visible, require_doer
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.hidden import hidden_of
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.public import Hidden
from sixclear.tasks.task.service.find import lock_records

# What is decided without a pause, and what is written with one statement while the next items are decided.
_DECIDED_AT_ONCE, _WRITTEN_AT_ONCE = 100, 500
# So many reports of a task may later parts of a file say again.
_LOOKED_BACK = 50
# The place of a line that is not taken here: of a later part, or taken before under a key of its own.
_NO_PLACE = -1

# By task and the body that reports on it: the places of lines, and what they say.
_Told = dict[tuple[UUID, UUID], list[tuple[int, ReportCommand]]]


async def report_many(ctx: Context, part: Part, dry_run: bool, _own: Settings) -> BulkResult:
    """Report progress on many tasks in one transaction: a refused item never fails its neighbours.

    The same rules as for one report. A task may come twice: its items are taken in their order. Items that repeat what
    the body said last word for word are `unchanged`, so that a machine may send its file again. With `dry_run` the
    answer is the same and nothing is written.
    """
    lines: Sequence[Line[BulkProgressItem]] = part.lines
    items = [line.item for line in part.said if line.item]
    names = await keys_of(ctx, items)
    wanted = {item.task_id for item in items if item.task_id}.union(*names.keyed.values())
    tasks = await lock_records(ctx, wanted)
    commands = (command_of(ctx, line.item) for line in lines if line.item)
    periods, steps = await open_for_reports(ctx, tasks, *named_by(commands, ctx.now))
    batch = _Batch(
        ctx,
        tasks,
        periods,
        steps,
        names,
        await _reports_seen(ctx, tasks, items, names, _LOOKED_BACK if part.later else 0),
        await hidden_of(ctx.session, tasks),
        await rows.list_percents(ctx.session, tasks if any(_may_be_late(item) for item in items) else ()),
    )
    await batch.name(part)
    results: list[BulkItemResult] = []
    writing = _Writing(ctx)
    try:
        for begin in range(0, len(lines), _DECIDED_AT_ONCE):
            results += batch.take(begin, lines[begin : begin + _DECIDED_AT_ONCE])
            if not dry_run and len(batch.events) >= _WRITTEN_AT_ONCE:
                await writing.go_on_with(batch.drain())
            await asyncio.sleep(0)  # what is being written goes on, and so do other requests
        if not dry_run:
            await writing.go_on_with(batch.drain())
    finally:
        await writing.end()
    return BulkResult.of(await _naming_successor(ctx, results), dry_run=dry_run)


async def _naming_successor(ctx: Context, results: list[BulkItemResult]) -> list[BulkItemResult]:
    """The results; where the caller's organisation has ended, refusals for that name the one that took its place."""
    refused = [index for index, one in enumerate(results) if one.problem and one.problem.code in _MAY_BE_FORMER]
    told = await end_of(ctx.session, ctx.caller.organisation_id) if refused else None
    for index in refused if told else ():
        problem = results[index].problem
        assert problem is not None
        named = problem.model_copy(update={"detail": f"{problem.detail} {told}"})
        results[index] = results[index].model_copy(update={"problem": named})
    return results


# Its tasks are the successor's: it may not report on them, and its keys name none of its own.
_MAY_BE_FORMER = frozenset({OrganisationNotAllowed.code, TaskNotFound.code})


FILES = Files(
    operation="reportProgressInBulk",
    item=BulkProgressItem,
    result=BulkResult,
    apply=report_many,
    most=lambda own: own.bulk_items,
    items_total=BULK_ITEMS,
)


async def _reports_seen(
    ctx: Context, tasks: Mapping[UUID, TaskRecord], items: Sequence[BulkProgressItem], keys: Keys, back: int
) -> ReportsSeen:
    """The reports of these locked tasks that the items may repeat.

    Items that state no time repeat what was said last, and each of them one report: more are not read, but for `back`
    reports of a task that items of a later part may repeat.
    """
    today = civil_day_start(civil_date(ctx.now))
    stated = {item.occurred_at for item in items if item.occurred_at}
    # Most tasks were not reported on today: of these nothing is read.
    told = {one.task_id for one in tasks.values() if stated or (one.last_report_at and one.last_report_at >= today)}
    if not told:
        return ReportsSeen((), ctx.now)
    seen = ReportsSeen(await rows.list_said(ctx.session, told, stated, today) if stated else (), ctx.now)
    if back or not stated:
        times = Counter(task_id for item in items for task_id in keys.candidates(item))
        last = {task_id: tasks[task_id].version - times[task_id] - back for task_id in told}
        for one in await rows.list_last_said(ctx.session, last):
            seen.add(one)
    return seen


class _Writing:
    """Writes what was decided, one statement after the other, while the next items are decided."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._task: asyncio.Task[None] | None = None

    async def go_on_with(self, part: "_Part") -> None:
        """Begin to write this part once the one before is written."""
        await self.end()
        if part.events or part.steps:
            self._task = asyncio.create_task(self._write(part), name="bulk reports")

    async def end(self) -> None:
        """Wait for what is being written; raises what it raised."""
        if self._task is not None:
            task, self._task = self._task, None
            await task

    async def _write(self, part: "_Part") -> None:
        changes = rows.reported(part.tasks, part.reports)
        await self._ctx.log.publish_many(self._ctx.session, part.events, recorded_at=self._ctx.now, rows=changes)
        await store(self._ctx, part.steps)
        await open_reported(self._ctx, difficulties(part.tasks, part.reports))


@dataclass(frozen=True, slots=True)
class _Part:
    """What was decided of some items: tasks that have moved, as they are now, with their reports and events."""

    tasks: Sequence[TaskRecord]
    reports: Sequence[SaidReport]
    events: Sequence[NewEvent]
    steps: Sequence[Step]


def _may_be_late(item: BulkProgressItem) -> bool:
    """Whether the percentage may be that of an earlier time."""
    return item.occurred_at is not None and item.percent is None


def _result(index: int, line: Line[BulkProgressItem], outcome: Outcome, **told: Any) -> BulkItemResult:
    # Nothing of it was sent by others but the key, which was checked with the item. To copy one takes a third of the
    # time in which one is made.
    return _RESULT.model_copy(update={"index": index, "outcome": outcome, **line.named, **told})


_RESULT = BulkItemResult(index=0, outcome="rejected")


@dataclass(frozen=True, slots=True)
class _Found:
    """What an item names: its task, the body that reports on it, and what that says; or why the item is refused."""

    task_id: UUID | None
    named: tuple[UUID, UUID, ReportCommand] | None = None
    refusal: DomainError | None = None


class _Batch:
    """The items of one bulk request as they are taken, in order, against locked tasks."""

    def __init__(
        self,
        ctx: Context,
        tasks: dict[UUID, TaskRecord],
        periods: dict[UUID, list[PeriodRecord]],
        steps: list[Step],
        keys: Keys,
        seen: ReportsSeen,
        hidden: dict[UUID, Hidden],
        stated: dict[UUID, list[StatedPercent]],
    ) -> None:
        self._ctx = ctx
        self._meta = ctx.meta()
        self._tasks = tasks
        self._periods = periods
        self._steps = steps
        self._keys = keys
        self._hidden = hidden
        self._seen = seen
        self._stated = stated
        self._moved: set[UUID] = set()
        self._found: list[_Found | None] = []
        self._repeated: set[int] = set()
        self.reports: list[SaidReport] = []
        self.events: list[NewEvent] = []

    def drain(self) -> _Part:
        """What was decided since the last time."""
        part = _Part([self._tasks[task_id] for task_id in self._moved], self.reports, self.events, self._steps)
        self._moved, self.reports, self.events, self._steps = set(), [], [], []
        return part

    async def name(self, part: Part) -> None:
        """Find out what each line names, and which say of their tasks what was said of them last.

        An earlier request had those.
        """
        told: _Told = defaultdict(list)
        for line in part.said:
            found = None if line.item is None else self._find(line.item, self._keys)
            place = _NO_PLACE
            if len(self._found) < len(part.lines) and line is part.lines[len(self._found)]:
                place = len(self._found)
                self._found.append(found)
            if found is not None and found.named is not None:
                task_id, organisation_id, command = found.named
                told[task_id, organisation_id].append((place, command))
        known = {named: of_task for named, of_task in told.items() if self._seen.of(named[0])}
        if part.later is not None:
            await self._look_ahead(part.later, known)
        for (task_id, organisation_id), of_task in known.items():
            places = self._seen.repeated(self._tasks[task_id], organisation_id, [item for _, item in of_task])
            self._repeated.update(of_task[place][0] for place in places)

    async def _look_ahead(self, later: Later, told: "_Told") -> None:
        """Add what later parts say of tasks where this part alone does not show whether it says the last things again.

        Their places are those of no line here. Nothing is read where it is plain, and no more than until it is.
        """
        open_tasks = self._undecided(told, told)
        if not open_tasks:
            return
        async with aclosing(later()) as parts:
            async for lines in parts:
                items = [line.item for line in lines if line.item]
                keys, wanted = await keys_of(self._ctx, items), {task_id for task_id, _ in open_tasks}
                for item in items:
                    found = None if wanted.isdisjoint(keys.candidates(item)) else self._find(item, keys)
                    if found is not None and found.named is not None and found.named[:2] in open_tasks:
                        told[found.named[:2]].append((_NO_PLACE, found.named[2]))
                open_tasks = self._undecided(told, open_tasks)
                if not open_tasks:
                    return

    def _undecided(self, told: "_Told", among: Iterable[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
        return {
            (task_id, organisation_id)
            for task_id, organisation_id in among
            if self._seen.goes_on(
                self._tasks[task_id], organisation_id, [item for _, item in told[task_id, organisation_id]]
            )
        }

    def _find(self, item: BulkProgressItem, keys: Keys) -> "_Found":
        task_id = item.task_id
        try:
            task_id = keys.task_id(item)
            return _Found(task_id, (task_id, self._named(task_id, item, keys), command_of(self._ctx, item)))
        except DomainError as error:
            return _Found(task_id, refusal=error)

    def take(self, first: int, lines: Sequence[Line[BulkProgressItem]]) -> list[BulkItemResult]:
        """What became of these lines, in order; `first` is the place of the first of them."""
        return [self._take(index, line) for index, line in enumerate(lines, first)]

    def _named(self, task_id: UUID, item: BulkProgressItem, keys: Keys) -> UUID:
        """The body that reports on the task that the item names; raises what the item is refused with."""
        task = self._tasks.get(task_id)
        if task is None or not is_visible(task, self._ctx.caller.organisation_id):
            raise TaskNotFound(NOT_SEEN)
        organisation_id = require_doer(self._ctx, task, REPORT_OF_OTHERS)
        keys.check(task, item)
        return organisation_id

    def _take(self, index: int, line: Line[BulkProgressItem]) -> BulkItemResult:
        """Apply one item, or answer why it is refused."""
        found = self._found[index]
        if line.item is None or found is None:
            return _result(index, line, "rejected", problem=line.problem)
        try:
            outcome, task, said = self._report(line.item, found, repeated=index in self._repeated)
            tag = etag(self._ctx.log.epoch, task.version)
            told: dict[str, Any] = {"task_id": found.task_id, "version": task.version, "etag": tag}
            if period := period_of(task, self._periods.get(task.task_id, ()), said):
                told |= {"period": period.key, "missed": period.missed}
            return _result(index, line, outcome, **told)
        except DomainError as error:
            pointer = error.errors[0]["pointer"] if error.errors else None
            problem = ItemProblem(code=error.code, detail=error.detail, pointer=pointer)
            current = error.headers.get("ETag")
            return _result(index, line, "rejected", task_id=found.task_id, etag=current, problem=problem)

    def _report(
        self, item: BulkProgressItem, found: "_Found", *, repeated: bool
    ) -> tuple[Outcome, TaskRecord, SaidReport | None]:
        if found.named is None:
            assert found.refusal is not None
            raise found.refusal
        task_id, _, command = found.named
        task = self._tasks[task_id]
        check_version(item.if_match, self._ctx.log.epoch, task.version)
        if repeated:
            return "unchanged", task, None
        stated = self._stated.get(task_id, ())
        state = ReportingState(
            task, self._seen.of(task_id), self._hidden.get(task_id), stated, self._periods.get(task_id, ())
        )
        decision = decide(state, command, self._ctx.now)
        if decision.report is None:
            return "unchanged", task, None
        self._keep(decision, decision.report)
        return "reported", decision.task, decision.report

    def _keep(self, decision: Decision, report: SaidReport) -> None:
        task = decision.task
        self._tasks[task.task_id] = task
        self._moved.add(task.task_id)
        self._seen.add(report)
        self.reports.append(report)
        self.events.append(event_of(decision, self._meta))
        if decision.step is not None:
            self._steps += after(self._periods[task.task_id], decision)
        if decision.hidden is not None:
            self._hidden[task.task_id] = decision.hidden
        if task.task_id in self._stated:
            self._stated[task.task_id].append(stated_percent(report, published=task.classification == "public"))
