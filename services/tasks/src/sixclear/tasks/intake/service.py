"""Describing and assigning many tasks in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.bulk.files import Files, Part
from sixclear.common.bulk.items import Line
from sixclear.common.db import wait_to_create
from sixclear.common.entity import HasVersion
from sixclear.common.errors import DomainError
from sixclear.common.events.append import RowChanges
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.use_case import Context
from sixclear.common.web.etags import check_version, etag
from sixclear.tasks.intake import repository as rows
from sixclear.tasks.intake.metrics import BULK_TASKS
from sixclear.tasks.intake.schemas import FieldProblem, TaskBulkResult, TaskItem, TaskItemProblem, TaskItemResult
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import known_organisations
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.service import known_programmes, require_programme
from sixclear.tasks.settings import Settings
from sixclear.tasks.task.access import NOT_SEEN, is_visible
from sixclear.tasks.task.errors import ReferenceAmbiguous, TaskNotFound
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.service import describe, proposal
from sixclear.tasks.task.service.upper import named_uppers

Lines = Sequence[Line[TaskItem]]


class Gathered(EventLog):
    """The service's log as use cases see it; what they publish waits, and is appended with one statement.

    An event that is appended holds back every reader of the log until the transaction ends. Here that is the last
    statement of it, not the time of a whole file. The rows are locked before, so each entity's order stays.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.catalogue, self.service, self.epoch = log.catalogue, log.service, log.epoch
        self.events: list[NewEvent] = []

    async def publish(self, session: AsyncSession, event: NewEvent, *, recorded_at: datetime) -> int:
        """Keep the event; its number is not known yet."""
        self.events.append(event)
        return 0

    async def publish_many(
        self,
        session: AsyncSession,
        events: Sequence[NewEvent],
        *,
        recorded_at: datetime,
        rows: RowChanges | None = None,
    ) -> list[int]:
        """Keep the events; those that go with rows are appended now, with the statement that writes the rows."""
        if rows is not None:
            return await self._log.publish_many(session, events, recorded_at=recorded_at, rows=rows)
        self.events.extend(events)
        return [0] * len(events)


async def put_many(ctx: Context, part: Part, dry_run: bool, own: Settings) -> TaskBulkResult:
    """Propose, describe again and assign tasks in one transaction: a refused item never fails its neighbours.

    The same rules as for one task, in the order of the file; an item that changes nothing is `unchanged`, so that a
    machine may send its file again. Of an assigned task, what was decided stays, and the result says what needs a
    decision. With `dry_run` the answer is the same and nothing is written. Each item costs a savepoint and its writes.
    """
    lines: Lines = part.lines
    gathered = Gathered(ctx.log)
    whole = await rows.begin_item(ctx.session)
    batch = await _batch(replace(ctx, log=gathered), lines, own.open_proposals, gathered)
    results = [await batch.take(index, line) for index, line in enumerate(lines)]
    answer = TaskBulkResult.of(results, dry_run=dry_run, assigned=batch.assigned)
    if dry_run:
        await rows.undo(ctx.session, whole, None)
    else:
        await whole.commit()
        await ctx.log.publish_many(ctx.session, gathered.events, recorded_at=ctx.now)
    return answer


FILES = Files(
    operation="putTasksInBulk",
    item=TaskItem,
    result=TaskBulkResult,
    apply=put_many,
    most=lambda own: own.bulk_tasks,
    items_total=BULK_TASKS,
)


async def _batch(ctx: Context, lines: Lines, most_open: int, gathered: Gathered) -> "_Batch":
    items = [line.item for line in lines if line.item]
    own = ctx.caller.organisation_id
    keys = {(item.source, item.external_id) for item in items if item.source and item.external_id}
    task_ids = {item.task_id for item in items if item.task_id}
    known = _Known(await rows.lock_named(ctx.session, own, keys, task_ids))
    new = {key for key in keys if own is not None and not known.has_key(own, key)}
    if new and own is not None:
        await wait_to_create(ctx.session, *(describe.lock_of_key(own, key) for key in new))
        known = _Known([*known.tasks, *await rows.lock_named(ctx.session, own, new, ())])
    programmes = await known_programmes(ctx.session, {item.programme for item in items})
    await _lock_open_proposals(ctx, programmes.values())
    references: set[str] = set().union(*(describe.references(item) for item in items))
    organisations = await known_organisations(ctx.session, references, hold=True) if references else {}
    uppers = await named_uppers(ctx.session, [item.upper_task_id for item in items])
    return _Batch(ctx, known, programmes, organisations, uppers, most_open, gathered)


async def _lock_open_proposals(ctx: Context, programmes: Collection[Programme]) -> None:
    """Lock what items lock that propose in programmes of others: all of it now, in one order.

    Item by item, two files that name the same programmes in another order would wait for each other.
    """
    own = ctx.caller.organisation_id
    of_others = [one.programme_id for one in programmes if one.owner_organisation_id != own]
    if own is not None and of_others:
        await wait_to_create(ctx.session, *(proposal.lock_of_open(programme_id, own) for programme_id in of_others))


class _Known:
    """The tasks that a file names, by identifier and by key."""

    def __init__(self, tasks: Collection[Task]) -> None:
        self.tasks: list[Task] = []
        self._by_id: dict[UUID, Task] = {}
        self._by_key: dict[str, list[Task]] = {}
        for task in tasks:
            self.add(task)

    def add(self, task: Task) -> None:
        """One more task, unless it is known."""
        if task.task_id in self._by_id:
            return
        self.tasks.append(task)
        self._by_id[task.task_id] = task
        for form in {task.folded_key, _form(task)} - {None}:
            self._by_key.setdefault(str(form), []).append(task)

    def of_id(self, task_id: UUID) -> Task | None:
        """The task with this identifier."""
        return self._by_id.get(task_id)

    def of_key(self, own: UUID, key: tuple[str, str]) -> Task | None:
        """The task that a body's own system knows by this key; raises ReferenceAmbiguous, see `describe.of_key`."""
        return describe.of_key(self._by_key.get(describe.form_of(*key) or "", ()), own, key)

    def has_key(self, own: UUID, key: tuple[str, str]) -> bool:
        """Whether a body's own system knows a task by this key, or several."""
        try:
            return self.of_key(own, key) is not None
        except ReferenceAmbiguous:
            return True


def _form(task: Task) -> str | None:
    return describe.form_of(task.source, task.external_id)


@dataclass
class _Batch:
    """The items of one file as they are taken, in order, against locked tasks."""

    ctx: Context
    known: _Known
    programmes: Mapping[str, Programme]
    organisations: Mapping[str, Organisation]
    uppers: Mapping[UUID, str]
    most_open: int
    gathered: Gathered
    assigned: int = 0

    async def take(self, index: int, line: Line[TaskItem]) -> TaskItemResult:
        """Apply one item, or answer why it is refused; then nothing of it is left."""
        if line.item is None:
            told = line.problem.model_dump() if line.problem else {"code": "invalid", "detail": ""}
            return _refused(index, line, None, TaskItemProblem(**told))
        before, task = len(self.gathered.events), None
        savepoint = await rows.begin_item(self.ctx.session)
        try:
            task = self._find(line.item)
            version, status = (task.version, task.status) if task else (0, None)
            described = await self._put(line.item)
        except DomainError as error:
            del self.gathered.events[before:]
            task_id = task.task_id if task else line.item.task_id
            await rows.undo(self.ctx.session, savepoint, task)
            return _refused(index, line, task_id, _problem(error), error.headers.get("ETag"))
        await savepoint.commit()
        put = described.task
        self.known.add(put)
        self.assigned += put.status == "assigned" and status in (None, "draft", "proposed")
        changed = "created" if described.created else "updated"
        return TaskItemResult(
            index=index,
            **line.named,
            outcome="unchanged" if put.version == version else changed,
            task_id=put.task_id,
            version=put.version,
            etag=etag(self.ctx.log.epoch, put.version),
            status=put.status,
            needs_decision=[FieldProblem(**one.as_error()) for one in described.undecided],
        )

    async def _put(self, item: TaskItem) -> describe.Described:
        programme = require_programme(self.programmes.get(item.programme))
        named = describe.Named(programme, self.organisations, self.uppers)

        def expect(task: HasVersion | None) -> None:
            check_version(item.if_match, self.ctx.log.epoch, None if task is None else task.version)

        return await describe.put_found(
            self.ctx, item, named, lambda: self._find(item), expect, most_open=self.most_open
        )

    def _find(self, item: TaskItem) -> Task | None:
        """The task that the item describes again; raises TaskNotFound for one that is not visible."""
        key = describe.key_of(item)
        if item.task_id is not None:
            task = self.known.of_id(item.task_id)
            return describe.with_its_own_key(self._seen(task), item.source, item.external_id)
        if key is None:
            return None
        task = self.known.of_key(self.ctx.caller.own_organisation(), key)
        return None if task is None else self._seen(task)

    def _seen(self, task: Task | None) -> Task:
        if task is None or not is_visible(state_of(task), self.ctx.caller.organisation_id):
            raise TaskNotFound(NOT_SEEN)
        return task


def _refused(
    index: int, line: Line[TaskItem], task_id: UUID | None, problem: TaskItemProblem, tag: str | None = None
) -> TaskItemResult:
    return TaskItemResult(index=index, **line.named, outcome="rejected", task_id=task_id, etag=tag, problem=problem)


def _problem(error: DomainError) -> TaskItemProblem:
    errors = [FieldProblem(**{name: one[name] for name in FieldProblem.model_fields}) for one in error.errors]
    pointer = errors[0].pointer if errors else None
    return TaskItemProblem(code=error.code, detail=error.detail, pointer=pointer, errors=errors)
