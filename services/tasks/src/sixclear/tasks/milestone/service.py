"""Milestones: planned, moved, reached. Their task is locked first: what hangs on it follows its classification.

What is not reached when the task ends lapses in the same transaction, and holds again when the task is reopened. What
was due while it was paused moves when it is resumed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.events.log import EventLog
from sixclear.common.ids import stable_id
from sixclear.common.recording import record, record_many
from sixclear.common.use_case import Context, Expect, ReferenceUnknown
from sixclear.tasks.evidence.service import states_of
from sixclear.tasks.milestone import lifecycle
from sixclear.tasks.milestone import repository as rows
from sixclear.tasks.milestone.access import require_planner
from sixclear.tasks.milestone.errors import MilestoneNotFound, TooManyMilestones
from sixclear.tasks.milestone.lifecycle import MilestoneState
from sixclear.tasks.milestone.models import Milestone
from sixclear.tasks.milestone.recording import MILESTONE
from sixclear.tasks.milestone.responses import milestone_list, milestone_response
from sixclear.tasks.milestone.schemas import (
    MilestoneCompletion,
    MilestoneEntry,
    MilestoneList,
    MilestoneMove,
    MilestoneView,
)
from sixclear.tasks.task.access import require_doer
from sixclear.tasks.task.deadlines import check_to_come, deadline_instant
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import AnyTask, Task, state_of
from sixclear.tasks.task.service.children import Children, dimensions
from sixclear.tasks.task.service.find import get_task, lock_records
from sixclear.tasks.task.service.find import shown as task_shown

# Whom the events of the past name.
_PAST = Caller("past")
# Why a milestone moves with the resume of its task; the decision has the reason of that.
_RESUMED = "It was due while its task was paused."
# Of a milestone that was not reached no evidence is looked at.
_NOT_ASKED: Mapping[UUID, str] = {}


async def list_milestones(ctx: Context, task_id: UUID) -> MilestoneList:
    """The milestones of a task that the caller may see; raises TaskNotFound."""
    task = await get_task(ctx, task_id)
    found = await rows.list_milestones(ctx.session, task_id)
    named = {one.evidence_id for one in found if one.evidence_id is not None}
    states = await states_of(ctx, task, named)
    return milestone_list(found, task, states, (await task_shown(ctx, task)).percent, ctx.now)


async def shown(ctx: Context, milestone: Milestone, task: Task) -> MilestoneView:
    """A milestone of a task as it is answered."""
    return milestone_response(milestone, task, await _evidence_states(ctx, milestone, task), ctx.now)


async def _evidence_states(ctx: Context, milestone: Milestone, task: Task) -> dict[UUID, str]:
    """Whether the evidence was accepted by which a milestone is reached."""
    return {} if milestone.evidence_id is None else await states_of(ctx, task, [milestone.evidence_id])


async def get_milestone(ctx: Context, milestone_id: UUID) -> tuple[Milestone, Task]:
    """A milestone and its task, which the caller may see; raises MilestoneNotFound."""
    milestone = await rows.find_milestone(ctx.session, milestone_id)
    if milestone is None:
        raise MilestoneNotFound
    return milestone, await _task_of(ctx, milestone)


async def locked(ctx: Context, milestone_id: UUID, expect: Expect) -> tuple[Milestone, Task]:
    """The milestone and its task, both rows locked until the transaction ends, the task's first.

    Raises MilestoneNotFound, then what `expect` raises.
    """
    found = await rows.find_milestone(ctx.session, milestone_id)
    if found is None:
        raise MilestoneNotFound
    task = await _task_of(ctx, found, lock=True)
    milestone = await rows.lock_milestone(ctx.session, milestone_id)
    assert milestone is not None, "milestones are never deleted"
    expect(milestone)
    return milestone, task


async def plan(ctx: Context, task_id: UUID, entry: MilestoneEntry) -> tuple[Milestone, Task, bool]:
    """Plan a milestone of a task; the same title and deadline again is the same one (False).

    The lead and the assigning body may. Raises TransitionNotAllowed for a task that is over, TooManyMilestones.
    """
    task = await get_task(ctx, task_id, lock=True)
    require_planner(ctx, state_of(task), "plan the milestones of a task of other organisations")
    deadline = deadline_instant(entry.deadline, task.programme.terms.closes)
    known = await rows.list_milestones(ctx.session, task_id)
    same = (one for one in known if (one.title, one.original_deadline) == (entry.title, deadline))
    if (found := next(same, None)) is not None:
        return found, task, False
    lifecycle.check_plannable(state_of(task))
    if len(known) >= lifecycle.MOST:
        raise TooManyMilestones
    check_to_come(deadline, ctx.now, tells_past="facts:past" in ctx.caller.scopes)
    occurred_at = ctx.fact_time(entry.occurred_at, None)
    milestone_id = stable_id("milestone", str(task_id), entry.title, deadline.isoformat())
    milestone = Milestone(milestone_id=milestone_id, version=0, **dimensions(task))
    ctx.session.add(milestone)
    described = {"title": entry.title, "weight": entry.weight}
    planned = described | {"original_deadline": deadline, "current_deadline": deadline}
    await record(ctx, milestone, Change("planned", planned), occurred_at, MILESTONE)
    return milestone, task, True


async def move(ctx: Context, milestone_id: UUID, entry: MilestoneMove, expect: Expect) -> tuple[Milestone, Task]:
    """Give a milestone another deadline, with the reason; the deadline that it has already changes nothing."""
    milestone, task = await locked(ctx, milestone_id, expect)
    require_planner(ctx, state_of(task), "move a milestone of a task of other organisations")
    deadline = deadline_instant(entry.deadline, task.programme.terms.closes)
    if milestone.current_deadline == deadline:
        return milestone, task
    lifecycle.check_plannable(state_of(task))
    check_to_come(deadline, ctx.now, tells_past="facts:past" in ctx.caller.scopes)
    occurred_at = ctx.fact_time(entry.occurred_at, milestone.occurred_at)
    change = lifecycle.move(_state(milestone, await _evidence_states(ctx, milestone, task)), deadline)
    await record(ctx, milestone, change, occurred_at, MILESTONE, reason=entry.reason)
    return milestone, task


async def complete(
    ctx: Context, milestone_id: UUID, entry: MilestoneCompletion, expect: Expect
) -> tuple[Milestone, Task]:
    """Say that a milestone is reached; those who work on the task may. The same evidence again changes nothing.

    One whose evidence was refused is reached by another piece. Raises ReferenceUnknown for evidence of another task,
    TransitionNotAllowed for evidence that was refused.
    """
    milestone, task = await locked(ctx, milestone_id, expect)
    require_doer(ctx, state_of(task), "complete a milestone of a task of other organisations")
    if milestone.evidence_id == entry.evidence_id:
        return milestone, task
    if not await rows.has_evidence(ctx.session, task.task_id, entry.evidence_id):
        raise ReferenceUnknown(
            "evidence_id names no evidence of this task.",
            errors=[{"pointer": "#/evidence_id", "code": "evidence-unknown", "detail": "Add the evidence first."}],
        )
    lifecycle.check_plannable(state_of(task))
    before = () if milestone.evidence_id is None else (milestone.evidence_id,)
    states = await states_of(ctx, task, [entry.evidence_id, *before])
    if states[entry.evidence_id] == "refused":
        raise TransitionNotAllowed("This evidence was refused; a milestone is reached by another piece.")
    occurred_at = ctx.fact_time(entry.occurred_at, milestone.occurred_at)
    change = lifecycle.reach(_state(milestone, states), occurred_at, entry.evidence_id)
    await record(ctx, milestone, change, occurred_at, MILESTONE)
    return milestone, task


async def follow_task(ctx: Context, task: Task, change: Change, occurred_at: datetime) -> None:
    """What the end, the reopening or the resume of a locked task makes of its milestones, in the same transaction."""
    if lifecycle.ends(task.status, change.fields):
        left = await rows.list_unreached(ctx.session, [task.task_id], lapsed=False)
        await _lapse(ctx, [(milestone, occurred_at) for milestone in left])
    elif change.name == "reopened":
        lapsed = await rows.list_unreached(ctx.session, [task.task_id], lapsed=True)
        carried = dimensions(task)
        held = [(one, lifecycle.hold_again(_state(one), carried), max(occurred_at, one.occurred_at)) for one in lapsed]
        await record_many(ctx, held, MILESTONE)
    elif change.name == "resumed":
        await _move_after_pause(ctx, task, occurred_at)


async def _move_after_pause(ctx: Context, task: Task, resumed_at: datetime) -> None:
    left = await rows.list_unreached(ctx.session, [task.task_id], lapsed=False)
    paused_at = await _paused_at(ctx, task) if left else None
    if paused_at is None:
        return
    moved = []
    for one in left:
        later = lifecycle.after_pause(one.current_deadline, paused_at, resumed_at, task.current_deadline)
        if later is not None:
            moved.append((one, lifecycle.move(_state(one), later), max(resumed_at, one.occurred_at)))
    await record_many(ctx, moved, MILESTONE, reason=_RESUMED)


async def _paused_at(ctx: Context, task: Task) -> datetime | None:
    """When the pause began that has just ended: the row does not say it any more."""
    before: int | None = None
    while events := await ctx.log.history(ctx.session, "task", task.task_id, limit=20, before=before):
        for event in events:
            if event.change == "paused":
                return event.occurred_at
        before = events[-1].version
    return None


CHILDREN = Children(Milestone, MILESTONE, follow=follow_task)


async def publish_past(database: Database, log: EventLog, clock: Clock, *, at_a_time: int = 500) -> int:
    """Let milestones lapse that an earlier release left open when their tasks ended, in chunks; answers how many.

    `occurred_at` is that of the end, `recorded_at` is now. Run twice, or after it was stopped, it publishes only what
    it has not. No task changes.
    """
    told = 0
    after: UUID | None = None
    while True:
        async with database.transaction() as session:
            ctx = Context(session, log, _PAST, clock())
            found = await rows.list_left_open(session, after, at_a_time)
            tasks = await lock_records(ctx, {task_id for _, task_id in found})
            # Another process may have told some of them until their tasks were locked, or reopened a task.
            ended = {task_id: _ended_at(task) for task_id, task in tasks.items() if task.status in lifecycle.OVER}
            among = {milestone_id for milestone_id, _ in found}
            left = [
                milestone
                for milestone in await rows.list_unreached(session, ended, lapsed=False)
                if milestone.milestone_id in among
            ]
            await _lapse(ctx, [(milestone, ended[milestone.task_id]) for milestone in left])
        if not found:
            return told
        log.wake()
        told, after = told + len(left), found[-1][0]


def _ended_at(task: AnyTask) -> datetime:
    """When a task that is over ended. Of a proposal nothing but the classification changes afterwards."""
    ended_at = task.completed_at or task.cancelled_at or task.occurred_at
    assert ended_at is not None, "each recorded change has its instant"
    return ended_at


async def _lapse(ctx: Context, ended: Sequence[tuple[Milestone, datetime]]) -> None:
    """Let open milestones of locked tasks lapse, each at its instant, with two statements for all."""
    instants = [(milestone, max(at, milestone.occurred_at)) for milestone, at in ended]
    changes = [(milestone, lifecycle.lapse(_state(milestone), at), at) for milestone, at in instants]
    await record_many(ctx, changes, MILESTONE)


async def _task_of(ctx: Context, milestone: Milestone, *, lock: bool = False) -> Task:
    try:
        return await get_task(ctx, milestone.task_id, lock=lock)
    except TaskNotFound:
        raise MilestoneNotFound from None


def _state(milestone: Milestone, states: Mapping[UUID, str] = _NOT_ASKED) -> MilestoneState:
    refused = milestone.evidence_id is not None and states.get(milestone.evidence_id) == "refused"
    return MilestoneState(milestone.current_deadline, milestone.reached_at, milestone.lapsed_at, refused)
