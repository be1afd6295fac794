"""From a proposal to a confirmed result."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.entity import Versioned, next_version
from sixclear.common.folding import fold
from sixclear.common.ids import new_id, stable_id
from sixclear.common.use_case import Context, publish
from sixclear.tasks import lifecycle
from sixclear.tasks.deadlines import check_recurrence, deadline_instant
from sixclear.tasks.errors import (
    ConfirmationByDoer,
    DeadlineNeedsDecision,
    RecurrenceInvalid,
    ReferenceUnknown,
    TaskNotFound,
)
from sixclear.tasks.events import PositionData, TaskData, TaskWithdrawn
from sixclear.tasks.lifecycle import OPEN_STATUSES, Change
from sixclear.tasks.models import Evidence, Programme, Task
from sixclear.tasks.repository import organisations as organisation_rows
from sixclear.tasks.repository import tasks as rows
from sixclear.tasks.schemas import (
    EvidenceEntry,
    EvidenceItem,
    ExtensionEntry,
    Position,
    ReturnEntry,
    Step,
    SubmissionEntry,
    TaskProposal,
)
from sixclear.tasks.service.organisations import referenced, referenced_programme

Expect = Callable[[Versioned], None]


async def get_task(ctx: Context, task_id: UUID, *, lock: bool = False) -> Task:
    """The task, if the caller may see it; raises TaskNotFound, also for a restricted one of other bodies."""
    task = await rows.find_task(ctx.session, task_id, lock=lock)
    if task is None or not is_visible(task, ctx.caller.organisation_id):
        raise TaskNotFound("No task that you may see has this identifier.")
    return task


def is_visible(task: Task, organisation_id: UUID | None) -> bool:
    """Whether a caller of this organisation may know of the task: a restricted one only if it has a part in it."""
    concerned = {task.lead_organisation_id, task.assigning_organisation_id, *task.coordinating_organisation_ids}
    return task.classification == "public" or (organisation_id is not None and organisation_id in concerned)


async def put_task(ctx: Context, proposal: TaskProposal, expect: Expect) -> tuple[Task, bool]:
    """Propose a task, or describe anew the one with the same assigning body, `source` and `external_id`.

    The second part is True when it is new. A proposal that changes nothing publishes nothing. With `assign`, a task
    that is only proposed is assigned at once.
    `expect` is called with a known task before anything changes: it raises when the caller decided on another version.
    """
    programme = await referenced_programme(ctx.session, proposal.programme)
    fields = await _described(ctx, proposal, programme)
    task = await _find_described(ctx, proposal, fields["assigning_organisation_id"])
    if task is None:
        allowed = {fields["assigning_organisation_id"], fields["lead_organisation_id"]}
        ctx.require_organisation(allowed, "propose a task between other organisations")
        task = await _propose(ctx, proposal, fields)
        created = True
    else:
        created = False
        if not is_visible(task, ctx.caller.organisation_id):
            raise TaskNotFound("No task that you may see has this identifier.")
        expect(task)
        await _update(ctx, task, proposal, fields)
    if proposal.assign and task.status in {"draft", "proposed"}:
        await _assign(ctx, task, programme, proposal.occurred_at)
    return task, created


async def _find_described(ctx: Context, proposal: TaskProposal, assigning_organisation_id: UUID) -> Task | None:
    """The task that the proposal describes anew, its row locked.

    A key belongs to its assigning body: another body cannot take it first, nor find out that it is taken.
    """
    if proposal.source and proposal.external_id:
        return await rows.find_keyed_task(ctx.session, assigning_organisation_id, proposal.source, proposal.external_id)
    if proposal.source or proposal.external_id:
        raise ReferenceUnknown(
            "source and external_id are given together or not at all.",
            errors=[{"pointer": "#/external_id", "code": "pair-incomplete", "detail": "Give both or neither."}],
        )
    return None


def keyed_task_id(assigning_organisation_id: UUID, source: str, external_id: str) -> UUID:
    """The identifier that a new task with this key gets: the same on every installation."""
    return stable_id("task", str(assigning_organisation_id), source, external_id)


async def _propose(ctx: Context, proposal: TaskProposal, fields: Mapping[str, Any]) -> Task:
    occurred_at = ctx.fact_time(proposal.occurred_at, None)
    keyed = proposal.source and proposal.external_id
    key = fields["assigning_organisation_id"], fields["source"], fields["external_id"]
    task_id = keyed_task_id(*key) if keyed else new_id()
    task = Task(
        task_id=task_id,
        status="proposed",
        version=0,
        percent=0,
        reports_count=0,
        evidence_count=0,
        original_deadline=fields["current_deadline"],
        **fields,
    )
    task.code = task.code or f"T-{task_id.hex[:12].upper()}"
    ctx.session.add(task)
    await record(ctx, task, Change("proposed", {}), occurred_at)
    return task


async def _update(ctx: Context, task: Task, proposal: TaskProposal, fields: Mapping[str, Any]) -> None:
    """Describe the task anew; a field left out of the proposal is emptied, except the code."""
    wanted = dict(fields) | {"code": fields["code"] or task.code}
    if task.status in OPEN_STATUSES:
        if wanted["current_deadline"] != task.original_deadline:
            raise DeadlineNeedsDecision("Send the original deadline here; an extension moves the current one.")
        wanted["current_deadline"] = task.current_deadline
    changed = {name: value for name, value in wanted.items() if getattr(task, name) != value}
    if not changed:
        await _require_describer(ctx, task, {})
        return
    lifecycle.allow_update(task, changed)
    await _require_describer(ctx, task, changed)
    if "current_deadline" in changed:
        changed["original_deadline"] = changed["current_deadline"]
    withdrawn = changed.get("classification") == "restricted" and task.published_version is not None
    occurred_at = ctx.fact_time(proposal.occurred_at, task.occurred_at)
    await record(ctx, task, Change("withdrawn" if withdrawn else "updated", changed), occurred_at)


async def _require_describer(ctx: Context, task: Task, changed: Mapping[str, Any]) -> None:
    """Who may describe a known task, by what is stored and never by what is proposed.

    The lead body may while the task is only proposed, and may always send it again unchanged. From its assignment on,
    and for its classification at any time, it is the assigning body or the programme's owner.
    """
    programmes = await organisation_rows.get_programmes_by_id(ctx.session, [task.programme_id])
    owner = programmes[task.programme_id].owner_organisation_id
    allowed: set[UUID | None] = {task.assigning_organisation_id, owner}
    if not changed or (task.status not in OPEN_STATUSES and "classification" not in changed):
        allowed.add(task.lead_organisation_id)
    ctx.require_organisation(allowed, "describe this task anew")


async def _described(ctx: Context, proposal: TaskProposal, programme: Programme) -> dict[str, Any]:
    """The columns that a proposal describes, with its references resolved."""
    named = await referenced(ctx.session, _references(proposal))
    ids = {pointer: organisation.organisation_id for pointer, organisation in named.items()}
    await _check_directive(ctx, proposal, programme)
    code = proposal.code or proposal.external_id
    return {
        "programme_id": programme.programme_id,
        "code": code,
        "directive_id": proposal.directive_id,
        "clause": proposal.clause,
        "title": proposal.title,
        "description": proposal.description,
        "search_text": fold(" ".join(filter(None, (code, proposal.title, proposal.description)))),
        "source": proposal.source,
        "external_id": proposal.external_id,
        "classification": proposal.classification,
        "kind": proposal.kind,
        "recurrence": _recurrence(proposal),
        "assigned_by": proposal.assigned_by,
        "assigning_organisation_id": ids["#/assigning_organisation"],
        "lead_organisation_id": ids.get("#/lead_organisation"),
        "coordinating_organisation_ids": sorted(
            {key for pointer, key in ids.items() if pointer.startswith("#/coordinating_organisations/")}
        ),
        "leader_position": _position(proposal.leader_position, ids.get("#/leader_position/organisation")),
        "responsible_position": _position(
            proposal.responsible_position, ids.get("#/responsible_position/organisation")
        ),
        "product": proposal.product,
        "authority": proposal.authority,
        "current_deadline": deadline_instant(proposal.deadline) if proposal.deadline else None,
        "demonstration": proposal.demonstration or programme.demonstration,
    }


def _references(proposal: TaskProposal) -> dict[str, str]:
    """Every organisation that the proposal names, by the field that names it."""
    named = {
        "#/assigning_organisation": proposal.assigning_organisation,
        "#/lead_organisation": proposal.lead_organisation,
        "#/leader_position/organisation": proposal.leader_position and proposal.leader_position.organisation,
        "#/responsible_position/organisation": (
            proposal.responsible_position and proposal.responsible_position.organisation
        ),
    }
    for index, reference in enumerate(proposal.coordinating_organisations):
        named[f"#/coordinating_organisations/{index}"] = reference
    return {pointer: reference for pointer, reference in named.items() if reference}


async def _check_directive(ctx: Context, proposal: TaskProposal, programme: Programme) -> None:
    if proposal.directive_id is None:
        return
    directive = await organisation_rows.find_directive(ctx.session, proposal.directive_id)
    if directive is None or directive.programme_id != programme.programme_id:
        raise ReferenceUnknown(
            "A directive is named that this programme does not have.",
            errors=[{"pointer": "#/directive_id", "code": "directive-unknown", "detail": "No such directive."}],
        )


def _recurrence(proposal: TaskProposal) -> str | None:
    if proposal.kind == "one_off":
        if proposal.recurrence:
            raise RecurrenceInvalid(
                "A one-off task has no recurrence.",
                errors=[{"pointer": "#/recurrence", "code": "not-recurring", "detail": "Leave it out."}],
            )
        return None
    return check_recurrence(proposal.recurrence) if proposal.recurrence else None


def _position(position: Position | None, organisation_id: UUID | None) -> dict[str, Any] | None:
    """A position as it is stored: its identifier follows from organisation and title."""
    if position is None or organisation_id is None:
        return None
    position_id = stable_id("position", str(organisation_id), position.title)
    return {"position_id": str(position_id), "title": position.title, "organisation_id": str(organisation_id)}


async def assign(ctx: Context, task: Task, step: Step) -> None:
    """Assign a proposed task; only the assigning organisation may. Raises SixClearsMissing."""
    programmes = await organisation_rows.get_programmes_by_id(ctx.session, [task.programme_id])
    await _assign(ctx, task, programmes[task.programme_id], step.occurred_at)


async def _assign(ctx: Context, task: Task, programme: Programme, occurred_at: datetime | None) -> None:
    ctx.require_organisation({task.assigning_organisation_id}, "assign a task of another organisation")
    # Otherwise any body could add to the totals of a programme that is not its own.
    ctx.require_organisation({programme.owner_organisation_id}, "assign tasks in a programme of another organisation")
    if "tasks:assign" not in ctx.caller.scopes:
        ctx.require_organisation(set(), "assign tasks with this client: it lacks the scope tasks:assign")
    assigned_at = ctx.fact_time(occurred_at, task.occurred_at)
    change = lifecycle.assign(task, assigned_at, enforced=programme.six_clears_enforced)
    await record(ctx, task, change, assigned_at)


async def add_evidence(ctx: Context, task: Task, entry: EvidenceEntry) -> None:
    """Attach a link to evidence; the lead and the coordinating bodies may."""
    organisation_id = ctx.require_organisation(doers(task), "add evidence to a task of other organisations")
    await _attach(ctx, task, entry, organisation_id, ctx.fact_time(entry.occurred_at, task.occurred_at))


async def _attach(ctx: Context, task: Task, item: EvidenceItem, organisation_id: UUID, occurred_at: datetime) -> None:
    await record(ctx, task, lifecycle.add_evidence(task), occurred_at)
    ctx.session.add(
        Evidence(
            task_id=task.task_id,
            task_version=task.version,
            title=item.title,
            url=item.url,
            sha256=item.sha256,
            organisation_id=organisation_id,
            occurred_at=occurred_at,
            recorded_at=ctx.now,
        )
    )


async def submit(ctx: Context, task: Task, entry: SubmissionEntry) -> None:
    """Hand in the result, with evidence that was not attached before; only the lead body may."""
    organisation_id = ctx.require_organisation({task.lead_organisation_id}, "submit a task of another lead body")
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    for item in entry.evidence:
        await _attach(ctx, task, item, organisation_id, occurred_at)
    await record(ctx, task, lifecycle.submit(task, occurred_at), occurred_at)


async def confirm(ctx: Context, task: Task, step: Step) -> None:
    """Confirm the result: the assigning or the programme's standing body, never the doer (R7)."""
    organisation_id = await _confirming(ctx, task)
    occurred_at = ctx.fact_time(step.occurred_at, task.occurred_at)
    await record(ctx, task, lifecycle.confirm(task, occurred_at, organisation_id), occurred_at)


async def send_back(ctx: Context, task: Task, entry: ReturnEntry) -> None:
    """Ask the lead body for more, with the reason."""
    await _confirming(ctx, task)
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    await record(ctx, task, lifecycle.send_back(task), occurred_at, reason=entry.reason)


async def extend(ctx: Context, task: Task, entry: ExtensionEntry) -> None:
    """Move the current deadline by a decision of the assigning body, with the reason (R8)."""
    ctx.require_organisation({task.assigning_organisation_id}, "extend a task of another assigning body")
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    change = lifecycle.extend(task, deadline_instant(entry.deadline))
    await record(ctx, task, change, occurred_at, reason=entry.reason)


async def _confirming(ctx: Context, task: Task) -> UUID:
    if ctx.caller.organisation_id is not None and ctx.caller.organisation_id in doers(task):
        raise ConfirmationByDoer("The assigning body or the standing body confirms; the doer never does.")
    programmes = await organisation_rows.get_programmes_by_id(ctx.session, [task.programme_id])
    standing = programmes[task.programme_id].owner_organisation_id
    return ctx.require_organisation({task.assigning_organisation_id, standing}, "confirm this task")


def doers(task: Task) -> set[UUID | None]:
    """The lead and the coordinating bodies."""
    return {task.lead_organisation_id, *task.coordinating_organisation_ids}


async def record(ctx: Context, task: Task, change: Change, occurred_at: datetime, *, reason: str | None = None) -> None:
    """Apply a change to the task, which is locked or new, and append its event; a restricted one is not published."""
    previous = apply(task, change, occurred_at, ctx.now)
    await publish(
        ctx,
        task,
        entity_type="task",
        entity_id=task.task_id,
        data=await task_data(ctx, task, change.name),
        change=change.name,
        previous=previous,
        published=is_published(task, change.name),
        reason=reason,
    )


def apply(task: Task, change: Change, occurred_at: datetime, now: datetime) -> int | None:
    """Set what the change sets and move the task to its next version; answers the previous published version."""
    for name, value in change.fields.items():
        setattr(task, name, value)
    return next_version(task, occurred_at, now, published=is_published(task, change.name))


def is_published(task: Task, change: str) -> bool:
    """Whether an event goes out: always for a public task, once more when a task is withdrawn."""
    return task.classification == "public" or change == "withdrawn"


async def task_data(ctx: Context, task: Task, change: str) -> TaskData | TaskWithdrawn:
    """The public state of a task; of a withdrawn one nothing but the identifier is left."""
    if change == "withdrawn":
        return TaskWithdrawn(change=change, task_id=task.task_id)
    programmes = await organisation_rows.get_programmes_by_id(ctx.session, [task.programme_id])
    return event_data(task, programmes[task.programme_id].slug, change)


def event_data(task: Task, programme: str, change: str) -> TaskData:
    """The public state of a task after `change`, as events carry it."""
    own = {name: getattr(task, name) for name in TaskData.model_fields if name not in _NOT_COLUMNS}
    return TaskData(
        change=change,
        programme=programme,
        leader_position=_as_position(task.leader_position),
        responsible_position=_as_position(task.responsible_position),
        **own,
    )


_NOT_COLUMNS = {"change", "programme", "leader_position", "responsible_position"}


def _as_position(stored: Mapping[str, Any] | None) -> PositionData | None:
    return PositionData.model_validate(stored) if stored else None
