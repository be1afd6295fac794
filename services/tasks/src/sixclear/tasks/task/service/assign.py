"""From a proposal to a confirmed result."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.caller import InsufficientScope
from sixclear.common.recording import EntityKind, record
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.tasks.events import PositionData, TaskData, TaskWithdrawn
from sixclear.tasks.organisation import repository as organisation_rows
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.deadlines import deadline_instant
from sixclear.tasks.task.errors import ConfirmationByDoer, DeadlineInPast, TaskNotFound
from sixclear.tasks.task.hidden import Hidden, hidden_of
from sixclear.tasks.task.models import Evidence, Programme, Task
from sixclear.tasks.task.schemas import EvidenceEntry, EvidenceItem, ExtensionEntry, ReturnEntry, Step, SubmissionEntry

NOT_SEEN = "No task that you may see has this identifier."


async def get_task(ctx: Context, task_id: UUID, *, lock: bool = False) -> Task:
    """The task, if the caller may see it; raises TaskNotFound, also for a restricted one of other bodies."""
    task = await rows.find_task(ctx.session, task_id, lock=lock)
    if task is None or not is_visible(task, ctx.caller.organisation_id):
        raise TaskNotFound(NOT_SEEN)
    return task


def is_visible(task: Task, organisation_id: UUID | None) -> bool:
    """Whether a caller of this organisation may know of the task: a restricted one only if it has a part in it."""
    return task.classification == "public" or is_concerned(task, organisation_id)


def is_concerned(task: Task, organisation_id: UUID | None) -> bool:
    """Whether an organisation has a part in the task: as lead, assigning or coordinating body."""
    concerned = {task.lead_organisation_id, task.assigning_organisation_id, *task.coordinating_organisation_ids}
    return organisation_id is not None and organisation_id in concerned


async def assign(ctx: Context, task: Task, step: Step) -> None:
    """Assign a proposed task; only the assigning organisation may. Raises SixClearsMissing."""
    programmes = await organisation_rows.get_programmes_by_id(ctx.session, [task.programme_id])
    await assign_described(ctx, task, programmes[task.programme_id], step.occurred_at)


async def assign_described(ctx: Context, task: Task, programme: Programme, occurred_at: datetime | None) -> None:
    """Assign a task in its programme; as `assign`, for who has described it in the same request."""
    ctx.require_organisation({task.assigning_organisation_id}, "assign a task of another organisation")
    # Otherwise any body could add to the totals of a programme that is not its own.
    ctx.require_organisation({programme.owner_organisation_id}, "assign tasks in a programme of another organisation")
    if "tasks:assign" not in ctx.caller.scopes:
        raise InsufficientScope("tasks:assign")
    await _check_level(ctx, task)
    lifecycle.check_confirmable(task, programme.owner_organisation_id)
    assigned_at = ctx.fact_time(occurred_at, task.occurred_at)
    change = lifecycle.assign(task, assigned_at, enforced=programme.six_clears_enforced)
    await record(ctx, task, change, assigned_at, TASK)


async def _check_level(ctx: Context, task: Task) -> None:
    """The level is the assigning body's, and a body that is not central gives tasks to nobody but its own."""
    level = await organisation_rows.level_of(ctx.session, task.assigning_organisation_id)
    lifecycle.check_level(task.assigned_by, level)
    lead, own = task.lead_organisation_id, task.assigning_organisation_id
    if lead and level != "central" and not await organisation_rows.is_within(ctx.session, lead, own):
        raise OrganisationNotAllowed(
            "A body that is not central assigns tasks only to itself and the organisations below it; "
            "name such a lead_organisation, or have a central body assign the task."
        )


async def add_evidence(ctx: Context, task: Task, entry: EvidenceEntry) -> None:
    """Attach a link to evidence; the lead and the coordinating bodies may."""
    organisation_id = ctx.require_organisation(doers(task), "add evidence to a task of other organisations")
    await _attach(ctx, task, entry, organisation_id, ctx.fact_time(entry.occurred_at, task.occurred_at))


async def _attach(ctx: Context, task: Task, item: EvidenceItem, organisation_id: UUID, occurred_at: datetime) -> None:
    await record(ctx, task, lifecycle.add_evidence(task), occurred_at, TASK)
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
    await record(ctx, task, lifecycle.submit(task, occurred_at), occurred_at, TASK)


async def confirm(ctx: Context, task: Task, step: Step) -> None:
    """Confirm the result: the assigning or the programme's standing body, never the doer (R7)."""
    organisation_id = await _confirming(ctx, task)
    occurred_at = ctx.fact_time(step.occurred_at, task.occurred_at)
    await record(ctx, task, lifecycle.confirm(task, occurred_at, organisation_id), occurred_at, TASK)


async def send_back(ctx: Context, task: Task, entry: ReturnEntry) -> None:
    """Ask the lead body for more, with the reason."""
    await _confirming(ctx, task)
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    await record(ctx, task, lifecycle.send_back(task), occurred_at, TASK, reason=entry.reason)


async def extend(ctx: Context, task: Task, entry: ExtensionEntry) -> None:
    """Move the current deadline by a decision of the assigning body, with the reason (R8)."""
    ctx.require_organisation({task.assigning_organisation_id}, "extend a task of another assigning body")
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    deadline = deadline_instant(entry.deadline)
    if deadline < ctx.now and "facts:past" not in ctx.caller.scopes:
        raise DeadlineInPast(
            "An extension gives a deadline that is still to come; one of the past needs the scope facts:past.",
            errors=[{"pointer": "#/deadline", "code": "in-past", "detail": "Give a time from now on."}],
        )
    change = lifecycle.extend(task, deadline)
    await record(ctx, task, change, occurred_at, TASK, reason=entry.reason)


async def _confirming(ctx: Context, task: Task) -> UUID:
    if ctx.caller.organisation_id is not None and ctx.caller.organisation_id in doers(task):
        raise ConfirmationByDoer("The assigning body or the standing body confirms; the doer never does.")
    programmes = await organisation_rows.get_programmes_by_id(ctx.session, [task.programme_id])
    standing = programmes[task.programme_id].owner_organisation_id
    return ctx.require_organisation({task.assigning_organisation_id, standing}, "confirm this task")


def doers(task: Task) -> set[UUID | None]:
    """The lead and the coordinating bodies."""
    return {task.lead_organisation_id, *task.coordinating_organisation_ids}


def is_published(task: Task, change: str) -> bool:
    """Whether an event goes out: always for a public task, once more when a task is withdrawn."""
    return task.classification == "public" or change == "withdrawn"


async def task_data(
    ctx: Context, task: Task, change: str, public_percent: int | None = None
) -> TaskData | TaskWithdrawn:
    """The public state of a task; of a withdrawn one nothing but the identifier is left."""
    if change == "withdrawn":
        return TaskWithdrawn(change=change, task_id=task.task_id)
    programmes = await organisation_rows.get_programmes_by_id(ctx.session, [task.programme_id])
    hidden = (await hidden_of(ctx.session, [task.task_id])).get(task.task_id) if task.published_version else None
    return event_data(task, programmes[task.programme_id].slug, change, hidden, public_percent)


def event_data(
    task: Task, programme: str, change: str, hidden: Hidden | None, public_percent: int | None = None
) -> TaskData:
    """The public state of a task after `change`, as events carry it; of a restricted one the whole state."""
    own = {name: getattr(task, name) for name in TaskData.model_fields if name not in _NOT_COLUMNS}
    if hidden is not None and task.classification == "public":
        own |= public_numbers(task, hidden, change, public_percent)
    return TaskData(
        change=change,
        programme=programme,
        leader_position=_as_position(task.leader_position),
        responsible_position=_as_position(task.responsible_position),
        **own,
    )


def public_numbers(task: Task, hidden: Hidden, change: str = "", public_percent: int | None = None) -> dict[str, Any]:
    """A public task's numbers without what is hidden. `change` is one in public that `hidden` does not know yet.

    The percentage is that of the last public report that stated one: a report that states none brings with it as
    `public_percent` what was stated in public before. Who hands a result in says in public that it is there.
    """
    stated = task.percent if public_percent is None else public_percent
    said = change == "progress_reported" or task.status in HANDED_IN
    return {
        "percent": stated if said else hidden.percent,
        "last_report_at": task.last_report_at if change == "progress_reported" else hidden.last_report_at,
        "reports_count": task.reports_count - hidden.reports,
        "evidence_count": task.evidence_count - hidden.evidence,
    }


# What is in one of these is at 100 for everyone.
HANDED_IN = frozenset({"submitted", "completed"})
_NOT_COLUMNS = {"change", "programme", "leader_position", "responsible_position"}


def _as_position(stored: Mapping[str, Any] | None) -> PositionData | None:
    return PositionData.model_validate(stored) if stored else None


TASK = EntityKind[Task]("task", lambda task: task.task_id, task_data, is_published)
