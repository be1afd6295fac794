"""Which bodies see a task, work on it and decide on it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.caller import Caller
from sixclear.common.use_case import Context
from sixclear.common.web.access import Access, OrganisationRule
from sixclear.tasks.organisation import service as organisations
from sixclear.tasks.task.errors import ConfirmationByDoer
from sixclear.tasks.task.lifecycle import TaskState
from sixclear.tasks.task.mandate import SCOPES as MANDATE_SCOPES
from sixclear.tasks.task.mandate import Mandate, mandate_of
from sixclear.tasks.task.models import AnyTask, Task, state_of

# Only proposed: no decision has given it to a body.
_UNDECIDED = frozenset({"draft", "proposed"})
NOT_SEEN = "No task that you may see has this identifier."
PUBLIC = Access.public("Progress, responsibility and results are published to everyone.")


def is_visible(task: TaskState, organisation_id: UUID | None) -> bool:
    """Whether a caller of this organisation may know of the task: a restricted one only if it has a part in it."""
    return task.classification == "public" or is_concerned(task, organisation_id)


def is_concerned(task: TaskState, organisation_id: UUID | None) -> bool:
    """Whether an organisation has a part in the task: as lead, assigning or coordinating body."""
    concerned = {task.lead_organisation_id, task.assigning_organisation_id, *task.coordinating_organisation_ids}
    return organisation_id is not None and organisation_id in concerned


@dataclass(frozen=True, slots=True)
class OwnOrMandate(Access):
    """A client that takes a step on its tasks reads them, restricted ones too; so does one whose mandate names them.

    A client with a mandate need not act for a body: an outside supervisor is none that tasks are given to.
    """

    def require(self, caller: Caller) -> None:
        """As `Access.require`; raises OrganisationRequired for a client with neither body nor mandate."""
        Access.require(self, caller)
        if mandate_of(caller) is None:
            caller.own_organisation()


_OWN_OR_MANDATE = OrganisationRule(
    "own_or_mandate",
    "an organisation, and gets that organisation's own records; by mandate, those that its token names",
    is_concerned,
)
OWN = OwnOrMandate(("tasks:report", "tasks:assign", "tasks:confirm", "tasks:write", *MANDATE_SCOPES), _OWN_OR_MANDATE)


async def read_whole(session: AsyncSession, caller: Caller, tasks: Collection[AnyTask]) -> set[UUID]:
    """Those of these tasks of which the caller reads what is not public: it has a part in them, or a mandate."""
    own = caller.organisation_id
    found = {task.task_id for task in tasks if is_concerned(state_of(task), own)}
    mandate = mandate_of(caller)
    if mandate is None or len(found) == len(tasks):
        return found
    below = await within(session, mandate)
    return found | {task.task_id for task in tasks if _is_named(mandate, below, task)}


async def is_mandated(session: AsyncSession, caller: Caller, task: AnyTask) -> bool:
    """Whether the mandate of the caller's token names the task, whatever part its body has in it."""
    mandate = mandate_of(caller)
    return mandate is not None and _is_named(mandate, await within(session, mandate), task)


def _is_named(mandate: Mandate, below: Collection[UUID], task: AnyTask) -> bool:
    # A restricted proposal is not for the owner of its programme either, before it is assigned.
    if task.assigned_at is not None and mandate.names(task.programme.slug, task.work_group):
        return True
    return any(is_concerned(state_of(task), organisation_id) for organisation_id in below)


async def reads_whole(session: AsyncSession, caller: Caller, task: AnyTask) -> bool:
    """As `read_whole`, of one task."""
    return bool(await read_whole(session, caller, [task]))


async def within(session: AsyncSession, mandate: Mandate) -> set[UUID]:
    """The bodies of a mandate with all that stand below them."""
    return await organisations.within(session, sorted(mandate.organisation_ids))


def is_waiting_for(task: Task, organisation_id: UUID | None) -> bool:
    """Whether it is a proposal that the organisation decides on: it is in its programme.

    Of a restricted one it knows that it is there, since when and from which body, and nothing that it says.
    """
    return task.status == "proposed" and task.programme.owner_organisation_id == organisation_id


def doers(task: TaskState) -> set[UUID | None]:
    """The lead and the coordinating bodies."""
    return {task.lead_organisation_id, *task.coordinating_organisation_ids}


def confirming_body(task: AnyTask) -> UUID | None:
    """The body whose confirmation is asked for: the assigning one, or the programme's owner where that is a doer.

    None for a recurring task, which is never handed in.
    """
    if task.kind == "recurring":
        return None
    own = task.assigning_organisation_id
    return task.programme.owner_organisation_id if own in doers(state_of(task)) else own


# Each of these returns the caller's organisation, or raises OrganisationNotAllowed. `step` completes "Your organisation
# may not …".


def require_doer(ctx: Context, task: TaskState, step: str) -> UUID:
    """The lead and the coordinating bodies may."""
    return ctx.require_organisation(doers(task), step)


def require_lead(ctx: Context, task: TaskState, step: str) -> UUID:
    """The lead body may."""
    return ctx.require_organisation({task.lead_organisation_id}, step)


def require_assigning_body(ctx: Context, task: TaskState, step: str) -> UUID:
    """The assigning body may."""
    return ctx.require_organisation({task.assigning_organisation_id}, step)


def require_owner_to_assign(ctx: Context, task: Task) -> None:
    """The assigning body may, in its own programme.

    Otherwise any body could add to the totals of a programme that is not its own.
    """
    ctx.require_organisation({task.assigning_organisation_id}, "assign a task of another organisation")
    owner = task.programme.owner_organisation_id
    ctx.require_organisation({owner}, "assign tasks in a programme of another organisation")


def require_proposer(ctx: Context, fields: Mapping[str, Any]) -> None:
    """The assigning and the lead body may that the proposal names."""
    allowed = {fields["assigning_organisation_id"], fields["lead_organisation_id"]}
    ctx.require_organisation(allowed, "propose a task between other organisations")


def require_refusing_body(ctx: Context, task: Task) -> UUID:
    """The owner of the programme may that the proposal is in."""
    return ctx.require_organisation({task.programme.owner_organisation_id}, "refuse a proposal in this programme")


def require_proposing_body(ctx: Context, task: Task) -> UUID:
    """The body may that made the proposal."""
    return ctx.require_organisation({_made_by(task)}, "withdraw a proposal of another organisation")


def _made_by(task: Task) -> UUID | None:
    # The release before writes only whose key it has.
    return task.proposed_by_organisation_id or task.key_organisation_id


def require_describer(ctx: Context, task: Task, changed: Mapping[str, Any]) -> None:
    """What is stored decides who may describe a known task, never what is proposed.

    A proposal is described by the body that made it, or by the programme's owner. From its assignment on, and for its
    classification at any time, it is the assigning body or the programme's owner. The lead body may always send the
    task again unchanged.
    """
    owner, made_by = task.programme.owner_organisation_id, _made_by(task)
    allowed: set[UUID | None] = {task.assigning_organisation_id, owner}
    if not changed:
        # Also the body whose key it is: it may have ended since, and its system sends its file again.
        allowed |= {task.lead_organisation_id, made_by, task.key_organisation_id}
    elif task.status in _UNDECIDED and set(changed) != {"classification"} and made_by is not None:
        allowed = allowed & {owner, made_by} if "classification" in changed else {owner, made_by}
    ctx.require_organisation(allowed, "describe this task again")


def require_confirming_body(ctx: Context, task: Task) -> UUID:
    """The assigning body and the programme's owner may; raises ConfirmationByDoer for one that works on the task."""
    if ctx.caller.organisation_id is not None and ctx.caller.organisation_id in doers(state_of(task)):
        raise ConfirmationByDoer("The assigning body or the owner of the programme confirms; the doer never does.")
    allowed: set[UUID | None] = {task.assigning_organisation_id, task.programme.owner_organisation_id}
    return ctx.require_organisation(allowed, "confirm this task")


DOING = OrganisationRule("doing_body", "the lead or a coordinating body of the task", require_doer)
LEAD = OrganisationRule("lead_body", "the lead body of the task", require_lead)
ASSIGNING = OrganisationRule("assigning_body", "the assigning body of the task", require_assigning_body)
OWNER = OrganisationRule(
    "programme_owner", "the assigning body of the task, which owns the programme", require_owner_to_assign
)
PROPOSING = OrganisationRule(
    "assigning_or_lead_body", "the assigning or the lead body that the task names", require_proposer
)
REFUSING = OrganisationRule(
    "refusing_body", "the owner of the programme that the proposal is in", require_refusing_body
)
PROPOSER = OrganisationRule("proposing_body", "the body that made the proposal", require_proposing_body)
CONFIRMING = OrganisationRule(
    "confirming_body",
    "the assigning body of the task or the owner of the programme, which does not work on the task",
    require_confirming_body,
)
REPORT = Access.scope("tasks:report", organisation=DOING)
