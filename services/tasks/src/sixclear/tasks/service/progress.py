"""Progress reports: one at a time, and many in one request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.event_log import NewEvent
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context
from sixclear.common.web.problems import DomainError
from sixclear.tasks import lifecycle
from sixclear.tasks.errors import ReferenceUnknown, TaskNotFound
from sixclear.tasks.lifecycle import Report
from sixclear.tasks.models import ProgressReport, Task
from sixclear.tasks.repository import organisations as organisation_rows
from sixclear.tasks.repository import tasks as rows
from sixclear.tasks.schemas import BulkItemResult, BulkProgressItem, ItemProblem, ProgressEntry
from sixclear.tasks.service.tasks import apply, doers, event_data, is_published, is_visible, record


async def report(ctx: Context, task: Task, entry: ProgressEntry) -> None:
    """Report progress on one task; the lead and the coordinating bodies may."""
    organisation_id = ctx.require_organisation(doers(task), "report on a task of other organisations")
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    change = lifecycle.report(task, _command(entry), occurred_at)
    await record(ctx, task, change, occurred_at)
    ctx.session.add(_row(task, entry, organisation_id, occurred_at, ctx.now))


def _command(entry: ProgressEntry) -> Report:
    return Report(entry.percent, entry.text, entry.difficulty, entry.cause, entry.remedy)


def _row(
    task: Task, entry: ProgressEntry, organisation_id: UUID, occurred_at: datetime, now: datetime
) -> ProgressReport:
    return ProgressReport(
        task_id=task.task_id,
        task_version=task.version,
        organisation_id=organisation_id,
        percent=task.percent,
        text=entry.text,
        difficulty=entry.difficulty,
        cause=entry.cause,
        remedy=entry.remedy,
        occurred_at=occurred_at,
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
    the task's last report at the same stated time is `unchanged`, so that a machine may send its file again. With
    `dry_run` the answer is the same and nothing is written.
    """
    ids = [_task_id(line.item) if line.item else None for line in lines]
    tasks = await rows.lock_tasks(ctx.session, sorted({task_id for task_id in ids if task_id}))
    batch = _Batch(ctx, tasks, await rows.latest_reports(ctx.session, list(tasks)), await _slugs(ctx, tasks))
    results = [batch.take(index, task_id, line) for index, (task_id, line) in enumerate(zip(ids, lines, strict=True))]
    if dry_run:
        ctx.session.expunge_all()
    else:
        await rows.write_reported(ctx.session, batch.reported)
        ctx.session.add_all(batch.reports)
        await ctx.session.flush()
        await ctx.log.publish_many(ctx.session, batch.events, recorded_at=ctx.now)
    return results


def _task_id(item: BulkProgressItem) -> UUID | None:
    if item.task_id is None and item.source and item.external_id:
        return stable_id("task", item.source, item.external_id)
    return item.task_id


async def _slugs(ctx: Context, tasks: Mapping[UUID, Task]) -> dict[UUID, str]:
    programmes = await organisation_rows.get_programmes_by_id(
        ctx.session, {task.programme_id for task in tasks.values()}
    )
    return {programme_id: programme.slug for programme_id, programme in programmes.items()}


class _Batch:
    """The items of one bulk request as they are taken, in order, against locked tasks."""

    def __init__(
        self,
        ctx: Context,
        tasks: Mapping[UUID, Task],
        latest: dict[UUID, ProgressReport],
        slugs: Mapping[UUID, str],
    ) -> None:
        self._ctx = ctx
        self._tasks = tasks
        self._latest = latest
        self._slugs = slugs
        self.reported: set[Task] = set()
        self.reports: list[ProgressReport] = []
        self.events: list[NewEvent] = []

    def take(self, index: int, task_id: UUID | None, line: Line) -> BulkItemResult:
        """Apply one item, or answer why it is refused."""
        if line.item is None:
            return BulkItemResult(index=index, outcome="rejected", problem=line.problem)
        try:
            return self._report(index, task_id, line.item)
        except DomainError as error:
            problem = ItemProblem(code=error.code, detail=error.detail)
            return BulkItemResult(index=index, outcome="rejected", task_id=task_id, problem=problem)

    def _report(self, index: int, task_id: UUID | None, item: BulkProgressItem) -> BulkItemResult:
        if task_id is None:
            raise ReferenceUnknown("Name the task by task_id, or by source and external_id.")
        task = self._tasks.get(task_id)
        ctx = self._ctx
        if task is None or not is_visible(task, ctx.caller.organisation_id):
            raise TaskNotFound("No task that you may see has this identifier.")
        organisation_id = ctx.require_organisation(doers(task), "report on a task of other organisations")
        if self._repeats_last(task_id, item):
            return BulkItemResult(index=index, outcome="unchanged", task_id=task_id, version=task.version)
        occurred_at = ctx.fact_time(item.occurred_at, task.occurred_at)
        change = lifecycle.report(task, _command(item), occurred_at)
        previous = apply(task, change, occurred_at, ctx.now)
        report = _row(task, item, organisation_id, occurred_at, ctx.now)
        self._latest[task_id] = report
        self.reported.add(task)
        self.reports.append(report)
        self.events.append(self._event(task, change.name, previous))
        return BulkItemResult(index=index, outcome="reported", task_id=task_id, version=task.version)

    def _repeats_last(self, task_id: UUID, item: BulkProgressItem) -> bool:
        last = self._latest.get(task_id)
        if last is None or item.occurred_at is None:
            return False
        percent = last.percent if item.percent is None else item.percent
        return (last.occurred_at, last.text, last.percent) == (item.occurred_at, item.text, percent)

    def _event(self, task: Task, change: str, previous: int | None) -> NewEvent:
        return NewEvent(
            entity_type="task",
            entity_id=task.task_id,
            version=task.version,
            previous_version=previous,
            change=change,
            data=event_data(task, self._slugs[task.programme_id], change).model_dump(mode="json"),
            occurred_at=task.occurred_at,
            meta=self._ctx.meta(),
            published=is_published(task, change),
        )
