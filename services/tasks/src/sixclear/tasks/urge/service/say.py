"""What bodies say: urging and remarks, which want an answer, and the answer."""

from uuid import UUID

from sixclear.common.calendar import calendar
from sixclear.common.change import Change
from sixclear.common.clock import civil_date, close_of_day
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.programme.ladder import ladder_of
from sixclear.tasks.task.access import require_lead
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.service.children import dimensions
from sixclear.tasks.task.service.describe import position_at
from sixclear.tasks.task.service.find import get_task
from sixclear.tasks.urge import lifecycle
from sixclear.tasks.urge import repository as rows
from sixclear.tasks.urge.access import require_urging_body
from sixclear.tasks.urge.models import Urge, urge_state
from sixclear.tasks.urge.recording import URGE
from sixclear.tasks.urge.schemas import UrgeAnswer, UrgeEntry
from sixclear.tasks.urge.service.find import locked

_CHANGES = {"urging": "urged", "remark": "remarked"}


async def say(ctx: Context, task_id: UUID, entry: UrgeEntry) -> tuple[Urge, bool]:
    """Urge a task, or remark on it; what the body said last of it, unanswered, is the same (False).

    Raises TaskNotFound, OrganisationNotAllowed, TransitionNotAllowed. The task and its version stay as they are.
    """
    task = await get_task(ctx, task_id, lock=True)
    organisation_id = await require_urging_body(ctx, task, entry.kind)
    newest = await rows.newest_of(ctx.session, task_id, organisation_id)
    if newest is not None and lifecycle.is_repetition(urge_state(newest), entry.kind, entry.text):
        return newest, False
    lifecycle.check_urgeable(state_of(task), entry.kind)
    urge = await _new(ctx, task, entry, organisation_id)
    ctx.session.add(urge)
    await record(ctx, urge, Change(_CHANGES[entry.kind], {}), urge.urged_at, URGE)
    return urge, True


async def answer(ctx: Context, urge_id: UUID, entry: UrgeAnswer, expect: Expect) -> Urge:
    """Answer an urge; the lead body of the task may. The same answer again changes nothing.

    Raises UrgeNotFound, OrganisationNotAllowed, and TransitionNotAllowed for one that wants no answer, or has one.
    """
    urge, task = await locked(ctx, urge_id, expect)
    organisation_id = require_lead(ctx, state_of(task), "answer for the lead body of this task")
    state = urge_state(urge)
    if lifecycle.is_answered_so(state, organisation_id, entry.text):
        return urge
    occurred_at = ctx.fact_time(None, urge.occurred_at)
    change = lifecycle.answer(state, organisation_id, entry.text, occurred_at)
    urge.hidden = urge.hidden or task.classification != "public"
    await record(ctx, urge, change, occurred_at, URGE)
    return urge


async def _new(ctx: Context, task: Task, entry: UrgeEntry, organisation_id: UUID) -> Urge:
    programme, today = task.programme, civil_date(ctx.now)
    days = entry.answer_days or ladder_of(programme.ladder).answer_days
    number = str(await rows.count_said(ctx.session, task.task_id) + 1)
    return Urge(
        urge_id=stable_id("urge", str(task.task_id), number),
        version=0,
        kind=entry.kind,
        state="open",
        to="doer",
        addressee_organisation_id=task.lead_organisation_id,
        addressee_position=task.responsible_position,
        author_organisation_id=organisation_id,
        author_position=None if entry.position is None else position_at(entry.position, organisation_id),
        urged_at=ctx.now,
        day=today,
        answer_by=close_of_day(calendar().after(today, days), programme.terms.closes),
        text=entry.text,
        hidden=task.classification != "public",
        **dimensions(task),
    )
