"""Reporting progress on many tasks in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sixclear.common.bulk.files import Files
from sixclear.common.bulk.items import Line
from sixclear.common.bulk.results import ItemProblem
from sixclear.common.clock import civil_date, civil_day_start
from sixclear.common.errors import DomainError
from sixclear.common.events.log import NewEvent
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.etags import check_version, etag
from sixclear.tasks.organisation.service import named_organisations
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
from sixclear.tasks.reporting.service.repeat import ReportsSeen
from sixclear.tasks.reporting.service.report import command_of, event_of
from sixclear.tasks.settings import Settings
from sixclear.tasks.task.access import NOT_SEEN, is_visible, require_doer
from sixclear.tasks.task.errors import ReferenceAmbiguous, TaskNotFound
from sixclear.tasks.task.hidden import hidden_of
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.public import Hidden
from sixclear.tasks.task.service.describe import pair_incomplete, with_its_own_key
from sixclear.tasks.task.service.find import lock_records


async def report_many(
    ctx: Context, lines: Sequence[Line[BulkProgressItem]], dry_run: bool, _own: Settings
) -> BulkResult:
    """Report progress on many tasks in one transaction: a refused item never fails its neighbours.

    The same rules as for one report. A task may come twice: its items are taken in their order. Items that repeat what
    the body said last word for word are `unchanged`, so that a machine may send its file again. With `dry_run` the
    answer is the same and nothing is written.
    """
    items = [line.item for line in lines if line.item]
    keys = {(item.source, item.external_id) for item in items if item.source and item.external_id}
    keyed = await rows.task_ids_of_keys(ctx.session, keys, ctx.caller.organisation_id) if keys else {}
    assigners = await named_organisations(
        ctx.session, {item.assigning_organisation for item in items if item.assigning_organisation}
    )
    wanted = {item.task_id for item in items if item.task_id}.union(*keyed.values())
    tasks = await lock_records(ctx, wanted)
    batch = _Batch(
        ctx,
        tasks,
        _Keys(keyed, assigners),
        await _reports_seen(ctx, tasks.values(), items),
        await hidden_of(ctx.session, tasks),
        await rows.list_percents(ctx.session, tasks if any(_may_be_late(item) for item in items) else ()),
    )
    results = batch.take_all(lines)
    if not dry_run:
        changes = rows.reported(batch.reported, batch.reports)
        await ctx.log.publish_many(ctx.session, batch.events, recorded_at=ctx.now, rows=changes)
    return BulkResult.of(results, dry_run=dry_run)


FILES = Files(
    operation="reportProgressInBulk",
    item=BulkProgressItem,
    result=BulkResult,
    apply=report_many,
    most=lambda own: own.bulk_items,
    items_total=BULK_ITEMS,
)


async def _reports_seen(ctx: Context, tasks: Iterable[TaskRecord], items: Iterable[BulkProgressItem]) -> ReportsSeen:
    """The reports of these locked tasks that the items may repeat."""
    today = civil_day_start(civil_date(ctx.now))
    stated = {item.occurred_at for item in items if item.occurred_at}
    # Most tasks were not reported on today: of these nothing is read.
    told = [task.task_id for task in tasks if stated or (task.last_report_at and task.last_report_at >= today)]
    return ReportsSeen(await rows.list_said(ctx.session, told, stated, today) if told else (), ctx.now)


@dataclass(frozen=True, slots=True)
class _Keys:
    """Which tasks the keys of a bulk request name: by key, then by assigning body as the request writes it."""

    keyed: Mapping[tuple[str, str], Mapping[UUID, UUID]]
    assigners: Mapping[str, UUID]

    def task_id(self, item: BulkProgressItem) -> UUID:
        """The one task that the item names; raises when it names none or several."""
        if bool(item.source) != bool(item.external_id):
            raise pair_incomplete()
        if item.assigning_organisation is not None and item.assigning_organisation not in self.assigners:
            raise ReferenceUnknown(
                "assigning_organisation names no organisation that is known; find it with GET /organisations?q=.",
                errors=[_error("assigning_organisation", "organisation-unknown", "No such organisation.")],
            )
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

    def check(self, task: TaskRecord, item: BulkProgressItem) -> None:
        """Raises ReferenceAmbiguous when the item says of its task what another one has."""
        if item.task_id is None:
            return
        with_its_own_key(task, item.source, item.external_id)
        if item.assigning_organisation is None:
            return
        if self.assigners[item.assigning_organisation] != task.assigning_organisation_id:
            raise ReferenceAmbiguous(
                "task_id names a task of another assigning body: leave out assigning_organisation.",
                errors=[_error("assigning_organisation", "assigner-of-another", "Leave it out.")],
            )


def _error(field: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": f"#/{field}", "code": code, "detail": detail}


def _may_be_late(item: BulkProgressItem) -> bool:
    """Whether the percentage may be that of an earlier time."""
    return item.occurred_at is not None and item.percent is None


def _result(index: int, line: Line[BulkProgressItem], outcome: Outcome, **told: Any) -> BulkItemResult:
    return BulkItemResult(index=index, outcome=outcome, **line.named, **told)


class _Batch:
    """The items of one bulk request as they are taken, in order, against locked tasks."""

    def __init__(
        self,
        ctx: Context,
        tasks: dict[UUID, TaskRecord],
        keys: _Keys,
        seen: ReportsSeen,
        hidden: dict[UUID, Hidden],
        stated: dict[UUID, list[StatedPercent]],
    ) -> None:
        self._ctx = ctx
        self._tasks = tasks
        self._keys = keys
        self._hidden = hidden
        self._seen = seen
        self._stated = stated
        self._moved: set[UUID] = set()
        self.reports: list[SaidReport] = []
        self.events: list[NewEvent] = []

    @property
    def reported(self) -> list[TaskRecord]:
        """The tasks that have moved, as they are now."""
        return [self._tasks[task_id] for task_id in self._moved]

    def take_all(self, lines: Sequence[Line[BulkProgressItem]]) -> list[BulkItemResult]:
        """What became of each line, in order."""
        repeated = self._repeated(lines)
        return [self._take(index, line, repeated=index in repeated) for index, line in enumerate(lines)]

    def _repeated(self, lines: Sequence[Line[BulkProgressItem]]) -> set[int]:
        """The lines that say of their tasks what was said of them last: an earlier request had them."""
        told: dict[tuple[UUID, UUID], list[tuple[int, ReportCommand]]] = defaultdict(list)
        for index, line in enumerate(lines):
            with suppress(DomainError):
                if line.item is not None:
                    task, organisation_id = self._named(line.item)
                    told[task.task_id, organisation_id].append((index, command_of(self._ctx, line.item)))
        repeated: set[int] = set()
        for (task_id, organisation_id), of_task in told.items():
            places = self._seen.repeated(self._tasks[task_id], organisation_id, [item for _, item in of_task])
            repeated.update(of_task[place][0] for place in places)
        return repeated

    def _named(self, item: BulkProgressItem) -> tuple[TaskRecord, UUID]:
        """The task that the item names, and the body that reports on it; raises what the item is refused with."""
        task = self._tasks.get(self._keys.task_id(item))
        if task is None or not is_visible(task, self._ctx.caller.organisation_id):
            raise TaskNotFound(NOT_SEEN)
        organisation_id = require_doer(self._ctx, task, REPORT_OF_OTHERS)
        self._keys.check(task, item)
        return task, organisation_id

    def _take(self, index: int, line: Line[BulkProgressItem], *, repeated: bool) -> BulkItemResult:
        """Apply one item, or answer why it is refused."""
        if line.item is None:
            return _result(index, line, "rejected", problem=line.problem)
        task_id = line.item.task_id
        try:
            task_id = self._keys.task_id(line.item)
            outcome, version = self._report(line.item, repeated=repeated)
            tag = etag(self._ctx.log.epoch, version)
            return _result(index, line, outcome, task_id=task_id, version=version, etag=tag)
        except DomainError as error:
            pointer = error.errors[0]["pointer"] if error.errors else None
            problem = ItemProblem(code=error.code, detail=error.detail, pointer=pointer)
            return _result(index, line, "rejected", task_id=task_id, problem=problem)

    def _report(self, item: BulkProgressItem, *, repeated: bool) -> tuple[Outcome, int]:
        task, _ = self._named(item)
        check_version(item.if_match, self._ctx.log.epoch, task.version)
        if repeated:
            return "unchanged", task.version
        task_id = task.task_id
        stated = self._stated.get(task_id, ())
        state = ReportingState(task, self._seen.of(task_id), self._hidden.get(task_id), stated)
        decision = decide(state, command_of(self._ctx, item), self._ctx.now)
        if decision.report is None:
            return "unchanged", task.version
        self._keep(decision, decision.report)
        return "reported", decision.task.version

    def _keep(self, decision: Decision, report: SaidReport) -> None:
        task = decision.task
        self._tasks[task.task_id] = task
        self._moved.add(task.task_id)
        self._seen.add(report)
        self.reports.append(report)
        self.events.append(event_of(self._ctx, decision))
        if decision.hidden is not None:
            self._hidden[task.task_id] = decision.hidden
        if task.task_id in self._stated:
            self._stated[task.task_id].append(stated_percent(report, published=task.classification == "public"))
