"""What a request proposes or an answer grants, and whether it could be granted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from uuid import UUID

from sixclear.common.errors import DomainError
from sixclear.common.use_case import Context
from sixclear.tasks.decision import effects
from sixclear.tasks.decision.effects import Value
from sixclear.tasks.decision.errors import DecisionValueWrong
from sixclear.tasks.decision.schemas import DecisionAnswer, DecisionEntry
from sixclear.tasks.organisation.service import referenced, refuse_ended
from sixclear.tasks.programme.rules import group_codes
from sixclear.tasks.task import lifecycle as tasks
from sixclear.tasks.task.access import is_visible
from sixclear.tasks.task.deadlines import check_to_come, deadline_instant
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.service.assign import check_chain
from sixclear.tasks.task.service.find import get_task


async def stated_value(ctx: Context, entry: DecisionEntry | DecisionAnswer, closes: time) -> Value:
    """The value that a request or an answer states; a bare date ends when its programme's days do.

    Raises ReferenceUnknown for a body that is not known, OrganisationEnded for one that is no more.
    """
    body = None
    if entry.organisation is not None:
        named = await referenced(ctx.session, {"#/organisation": entry.organisation}, hold=True)
        await refuse_ended(ctx.session, named, ())
        body = named["#/organisation"]
    return Value(
        deadline=None if entry.deadline is None else deadline_instant(entry.deadline, closes),
        organisation=None if body is None else body.organisation_id,
        work_group=entry.work_group,
        replaced_by=None if entry.replaced_by is None else tuple(entry.replaced_by),
    )


@contextmanager
def told_at(pointer: str, before: str = "") -> Iterator[None]:
    """Inside the block a refusal names this place of the request, with `before` in front of what is wrong.

    A rule of the task names the task's own field, or one of the proposal, which this request does not have.
    """
    try:
        yield
    except DomainError as error:
        error.errors = [{**one, "pointer": pointer, "detail": before + one["detail"]} for one in error.errors]
        raise


@contextmanager
def proposal_told(outcome: str | None) -> Iterator[None]:
    """Inside the block what was asked before is granted, unless it is granted otherwise: that states the value."""
    if outcome == "granted":
        with told_at("#/outcome", "What was asked cannot be granted: "):
            yield
    else:
        yield


async def check_grantable(
    ctx: Context, task: Task, kind: str, value: Value, occurred_at: datetime, *, lock: bool = False
) -> None:
    """Raises what forbids to grant it: the task's state, a deadline that is over, a body that cannot be given the task.

    The deadline that the task has may be over: an overdue task is resumed with it. With `lock`, what would take the
    task's place stays as it is found until the transaction ends.
    """
    if value.deadline is not None and value.deadline != task.current_deadline:
        check_to_come(value.deadline, ctx.now, tells_past="facts:past" in ctx.caller.scopes)
    if kind == "regrouping":
        _check_group(task, value.work_group)
    change = effects.effect(kind, state_of(task), value, occurred_at)
    for index, task_id in enumerate(value.replaced_by or ()):
        await _check_successor(ctx, task, kind, task_id, f"#/replaced_by/{index}", lock=lock)
    if kind == "transfer":
        with told_at("#/organisation"):
            await check_chain(ctx, task, value.organisation)
            given = state_of(task).changed(change.fields)
            tasks.check_confirmable(given, task.programme.owner_organisation_id)


def _check_group(task: Task, work_group: str | None) -> None:
    """A programme that says which groups of work it has is asked for no other one."""
    groups = group_codes(task.programme.work_groups)
    if groups and work_group not in groups:
        raise DecisionValueWrong(
            "The programme has no such group of work.",
            errors=[{"pointer": "#/work_group", "code": "group-unknown", "detail": "See its `work_groups`."}],
        )


async def _check_successor(ctx: Context, task: Task, kind: str, task_id: UUID, pointer: str, *, lock: bool) -> None:
    """What replaces a task is in its programme and as public as it is; a part is a proposal, a merged task may be open.

    Otherwise a public decision would name a restricted task. Who reads one by mandate alone names it in no step.
    """
    other: Task | None
    try:
        other = await get_task(ctx, task_id, lock=lock)
    except TaskNotFound:
        other = None
    if other is not None and not is_visible(state_of(other), ctx.caller.organisation_id):
        other = None
    may_be = {"proposed"} if kind == "split" else {"proposed", *tasks.OPEN_STATUSES}
    if other is None or other is task or other.status not in may_be or _place(other) != _place(task):
        raise DecisionValueWrong(
            "A task is replaced by others of its programme, assigning body and classification.",
            errors=[
                {"pointer": pointer, "code": "no-successor", "detail": f"Name one that is {', '.join(sorted(may_be))}."}
            ],
        )


def _place(task: Task) -> tuple[UUID, UUID, str]:
    return task.programme_id, task.assigning_organisation_id, task.classification
