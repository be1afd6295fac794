"""Progress reports: one at a time, and many in one request."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sixclear.common.errors import DomainError
from sixclear.common.events.log import NewEvent
from sixclear.common.recording import apply, event_of, record
from sixclear.common.use_case import Context
from sixclear.tasks.organisation import repository as organisation_rows
from sixclear.tasks.organisation.service import named_organisations
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.errors import ReferenceAmbiguous, ReferenceUnknown, TaskNotFound
from sixclear.tasks.task.hidden import Hidden, hidden_of
from sixclear.tasks.task.lifecycle import Report
from sixclear.tasks.task.models import ProgressReport, Task
from sixclear.tasks.task.schemas import BulkItemResult, BulkProgressItem, ItemProblem, ProgressEntry
from sixclear.tasks.task.service.assign import NOT_SEEN, TASK, doers, event_data, is_visible, task_data


async def report(ctx: Context, task: Task, entry: ProgressEntry) -> bool:
    """Report progress on one task; the lead and the coordinating bodies may.

    False when the body said the same word for word at the same stated time before: then nothing is written.
    """
    organisation_id = ctx.require_organisation(doers(task), "report on a task of other organisations")
    stated = {entry.occurred_at} if entry.occurred_at else set()
    said = _Said(await rows.list_reports_at(ctx.session, [task.task_id], stated))
    if said.holds(task.task_id, organisation_id, entry):
        return False
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    change = lifecycle.report(task, _command(entry), occurred_at)
    hidden = await hidden_of(ctx.session, [task.task_id]) if entry.percent is None else {}
    public_percent = _public_percent(task, entry, hidden.get(task.task_id))
    await record(ctx, task, change, occurred_at, replace(TASK, data=partial(task_data, public_percent=public_percent)))
    ctx.session.add(_row(task, entry, organisation_id, public_percent, ctx.now))
    return True


def _public_percent(task: Task, entry: ProgressEntry, hidden: Hidden | None) -> int | None:
    """What a report without a percentage says in public, where some of the task is hidden; else None."""
    said_in_public = entry.percent is None and task.classification == "public"
    return hidden.percent if hidden is not None and said_in_public else None


def _command(entry: ProgressEntry) -> Report:
    return Report(entry.percent, entry.text, entry.difficulty, entry.cause, entry.remedy)


def _row(
    task: Task, entry: ProgressEntry, organisation_id: UUID, public_percent: int | None, now: datetime
) -> ProgressReport:
    """The report by which the task has come to where it stands."""
    return ProgressReport(
        task_id=task.task_id,
        task_version=task.version,
        organisation_id=organisation_id,
        percent=task.percent,
        public_percent=public_percent,
        text=entry.text,
        difficulty=entry.difficulty,
        cause=entry.cause,
        remedy=entry.remedy,
        occurred_at=task.occurred_at,
        recorded_at=now,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bulk request: what it says, or why it could not be read."""

    item: BulkProgressItem | None
    problem: ItemProblem | None = None


async def report_many(ctx: Context, lines: Sequence[Line], *, dry_run: bool) -> list[BulkItemResult]:
    """Report progress on many tasks in one transaction: a refused item never fails its neighbours.

    The same rules as for one report. A task may come twice: its items are taken in their order. An item that repeats
    a report of the same body at the same stated time word for word is `unchanged`, so that a machine may send its
    file again. With `dry_run` the answer is the same and nothing is written.
    """
    items = [line.item for line in lines if line.item]
    keys = {(item.source, item.external_id) for item in items if item.source and item.external_id}
    keyed = await rows.task_ids_of_keys(ctx.session, keys, ctx.caller.organisation_id) if keys else {}
    assigners = await named_organisations(
        ctx.session, {item.assigning_organisation for item in items if item.assigning_organisation}
    )
    wanted = {item.task_id for item in items if item.task_id}.union(*keyed.values())
    tasks = await rows.lock_tasks(ctx.session, sorted(wanted))
    stated = {item.occurred_at for item in items if item.occurred_at}
    said = await rows.list_reports_at(ctx.session, list(tasks), stated)
    batch = _Batch(
        ctx, tasks, _Keys(keyed, assigners), _Said(said), await _slugs(ctx, tasks), await hidden_of(ctx.session, tasks)
    )
    results = [batch.take(index, line) for index, line in enumerate(lines)]
    if dry_run:
        ctx.session.expunge_all()
    else:
        await rows.write_reported(ctx.session, batch.reported)
        ctx.session.add_all(batch.reports)
        await ctx.session.flush()
        await ctx.log.publish_many(ctx.session, batch.events, recorded_at=ctx.now)
    return results


async def _slugs(ctx: Context, tasks: Mapping[UUID, Task]) -> dict[UUID, str]:
    programmes = await organisation_rows.get_programmes_by_id(
        ctx.session, {task.programme_id for task in tasks.values()}
    )
    return {programme_id: programme.slug for programme_id, programme in programmes.items()}


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which tasks the keys of a bulk request name: by key, then by assigning body as the request writes it."""

    keyed: Mapping[tuple[str, str], Mapping[UUID, UUID]]
    assigners: Mapping[str, UUID]

    def task_id(self, item: BulkProgressItem) -> UUID:
        """The one task that the item names; raises when it names none or several."""
        if item.task_id is not None:
            return item.task_id
        if item.source is None or item.external_id is None:
            raise ReferenceUnknown("Name the task by task_id, or by source and external_id.")
        found = self.keyed.get((item.source, item.external_id), {})
        if item.assigning_organisation is not None:
            wanted = self.assigners.get(item.assigning_organisation)
            found = {task_id: assigner for task_id, assigner in found.items() if assigner == wanted}
        if not found:
            raise TaskNotFound("No assigned task that you lead or work on has this key of this assigning body.")
        if len(found) > 1:
            raise ReferenceAmbiguous("Several tasks have this key: add assigning_organisation, or name it by task_id.")
        return next(iter(found))


class _Said:
    """What was reported before, so that a machine may say the same again."""

    def __init__(self, reports: Iterable[ProgressReport]) -> None:
        self._percents: dict[tuple[Any, ...], set[int]] = defaultdict(set)
        for report in reports:
            self.add(report)

    def add(self, report: ProgressReport) -> None:
        """One more report."""
        self._percents[_words(report.task_id, report.organisation_id, report)].add(report.percent)

    def holds(self, task_id: UUID, organisation_id: UUID, entry: ProgressEntry) -> bool:
        """Whether the body said so before; an entry without a percentage kept the one of its time."""
        percents = self._percents.get(_words(task_id, organisation_id, entry))
        return percents is not None and (entry.percent is None or entry.percent in percents)


class _Batch:
    """The items of one bulk request as they are taken, in order, against locked tasks."""

    def __init__(
        self,
        ctx: Context,
        tasks: Mapping[UUID, Task],
        keys: _Keys,
        said: _Said,
        slugs: Mapping[UUID, str],
        hidden: dict[UUID, Hidden],
    ) -> None:
        self._ctx = ctx
        self._tasks = tasks
        self._keys = keys
        self._slugs = slugs
        self._hidden = hidden
        self._said = said
        self.reported: set[Task] = set()
        self.reports: list[ProgressReport] = []
        self.events: list[NewEvent] = []

    def take(self, index: int, line: Line) -> BulkItemResult:
        """Apply one item, or answer why it is refused."""
        if line.item is None:
            return BulkItemResult(index=index, outcome="rejected", problem=line.problem)
        task_id = line.item.task_id
        try:
            task_id = self._keys.task_id(line.item)
            return self._report(index, task_id, line.item)
        except DomainError as error:
            problem = ItemProblem(code=error.code, detail=error.detail)
            return BulkItemResult(index=index, outcome="rejected", task_id=task_id, problem=problem)

    def _report(self, index: int, task_id: UUID, item: BulkProgressItem) -> BulkItemResult:
        task = self._tasks.get(task_id)
        ctx = self._ctx
        if task is None or not is_visible(task, ctx.caller.organisation_id):
            raise TaskNotFound(NOT_SEEN)
        organisation_id = ctx.require_organisation(doers(task), "report on a task of other organisations")
        if self._said.holds(task_id, organisation_id, item):
            return BulkItemResult(index=index, outcome="unchanged", task_id=task_id, version=task.version)
        occurred_at = ctx.fact_time(item.occurred_at, task.occurred_at)
        change = lifecycle.report(task, _command(item), occurred_at)
        public_percent = _public_percent(task, item, self._hidden.get(task_id))
        previous = apply(task, change, occurred_at, ctx.now, TASK)
        report = _row(task, item, organisation_id, public_percent, ctx.now)
        self._said.add(report)
        self.reported.add(task)
        self.reports.append(report)
        self.events.append(self._event(task, change.name, previous, public_percent))
        return BulkItemResult(index=index, outcome="reported", task_id=task_id, version=task.version)

    def _event(self, task: Task, change: str, previous: int | None, public_percent: int | None) -> NewEvent:
        data = event_data(task, self._slugs[task.programme_id], change, self._hidden.get(task.task_id), public_percent)
        if task.task_id in self._hidden and task.classification == "public":
            self._hidden[task.task_id] = replace(self._hidden[task.task_id], percent=data.percent)
        return event_of(self._ctx, task, change, data, previous, TASK)


def _words(task_id: UUID, organisation_id: UUID | None, said: ProgressReport | ProgressEntry) -> tuple[Any, ...]:
    """What makes two reports the same but for the percentage; one without a stated time is never a repetition."""
    return task_id, organisation_id, said.occurred_at, said.text, said.difficulty, said.cause, said.remedy
