"""Decisions on tasks over HTTP."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.use_case import (
    Context,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.etags import in_letters
from sixclear.common.web.instants import Instant
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, encode_cursor
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.decision import access
from sixclear.tasks.decision.errors import (
    REFUSALS,
    DecisionByAsker,
    DecisionImpossible,
    DecisionInPreparation,
    DecisionNotFound,
    DecisionOpen,
    DecisionReasonMissing,
    DecisionValueWrong,
)
from sixclear.tasks.decision.models import Decision, DecisionOverMany
from sixclear.tasks.decision.parts import PartFilter
from sixclear.tasks.decision.repository import DecisionFilter
from sixclear.tasks.decision.responses import decision_responses, is_awaited, whole_response
from sixclear.tasks.decision.schemas import (
    Acceptance,
    DecisionAnswer,
    DecisionEntry,
    DecisionOverManyEntry,
    DecisionOverManyView,
    DecisionView,
    Declination,
    Kind,
    PartOutcome,
    State,
)
from sixclear.tasks.decision.service import alone, ask, assignment, find, many, take_over
from sixclear.tasks.decision.service import decide as deciding
from sixclear.tasks.decision.service import extend as extending
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.organisation.errors import OrganisationEnded
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.errors import (
    STEP_REFUSALS,
    ConfirmationImpossible,
    DeadlineInPast,
    LevelMismatch,
    RecurrenceInvalid,
    SixClearsMissing,
    TaskNotFound,
)
from sixclear.tasks.task.schemas import ExtensionEntry, Step, TaskView
from sixclear.tasks.task.service.find import derived_state, shown
from sixclear.tasks.task.service.lists import mandated

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(OWN_TASKS)
ASK = Depends(access.ASK)
DECIDE = Depends(access.DECIDE)
WITHDRAW = Depends(access.WITHDRAW)
EXTEND = Depends(access.EXTEND)
ACCEPT = Depends(access.ACCEPT)
TAKE_OVER = Depends(access.TAKE_OVER)
# What giving a task to another body can be refused with.
_GIVING = (DecisionValueWrong, ReferenceUnknown, OrganisationEnded, LevelMismatch, ConfirmationImpossible)
# What assigning the parts of a split can be refused with, too.
_ASSIGNING = (SixClearsMissing, RecurrenceInvalid)
TaskParam = Annotated[UUID | None, Query(alias="task", description="Those on this task.")]
OrganisationParam = Annotated[
    Lookup | None, Query(description="Those on tasks that this body, or one below it, is answerable for.")
]
RoleParam = Annotated[
    Literal["part", "deciding", "mandate"],
    Query(
        description="`part`: on tasks in which your organisation has a part. `deciding`: those that wait for its word, "
        "to be decided by it or, of a granted transfer, to be accepted. `mandate`: on tasks that your token's mandate "
        "names."
    ),
]
SortParam = Annotated[
    Literal["longest", "newest"],
    Query(description="`longest`: the longest asked first; `newest`: the last asked first."),
]
ObjectionParam = Annotated[bool | None, Query(description="`true`: those by which a body does not accept a task.")]
AskedBeforeParam = Annotated[Instant | None, Query(description="Asked for before this instant.")]
# As many as one request may name.
_MOST_PARTS = 500
PartLimitParam = Annotated[
    int, Query(ge=1, le=_MOST_PARTS, description="Of a decision over many tasks: how many of them a page names.")
]
PartOutcomeParam = Annotated[
    PartOutcome | None, Query(description="Of a decision over many tasks: those of them at which it came to this.")
]
_FOLLOWED: dict[int | str, dict[str, Any]] = {202: {"headers": {**TAGGED[200]["headers"], **LOCATED[201]["headers"]}}}
_ASKED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The same was asked before, and is open, or was granted last; nothing changed.",
        "model": DecisionView,
    }
}


@router.get(
    "/decisions",
    operation_id="listDecisions",
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown),
)
async def list_decisions(
    ctx: ContextDep,
    state: State | None = None,
    kind: Kind | None = None,
    organisation: OrganisationParam = None,
    asked_before: AskedBeforeParam = None,
    task_id: TaskParam = None,
    objection: ObjectionParam = None,
    sort: SortParam = "longest",
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[DecisionView]:
    """What was asked for on tasks and what was decided, the longest asked first; `state=asked` is what still waits.

    With `sort=newest` the last asked come first. With `task` it says how many there are in all.
    """
    narrow = DecisionFilter(task_id, kind, state, None, asked_before, None, objection=objection)
    return await _page(ctx, narrow, organisation, sort, cursor, limit)


@router.get(
    "/own/decisions",
    operation_id="listOwnDecisions",
    dependencies=[OWN],
    responses=problem_responses(ReferenceUnknown),
)
async def list_own_decisions(
    ctx: ContextDep,
    state: State | None = None,
    kind: Kind | None = None,
    organisation: OrganisationParam = None,
    asked_before: AskedBeforeParam = None,
    task_id: TaskParam = None,
    role: RoleParam = "part",
    objection: ObjectionParam = None,
    sort: SortParam = "longest",
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[DecisionView]:
    """As `/decisions`, on the tasks in which your organisation has a part, or by mandate; restricted ones included.

    With `role=deciding` those that wait for your organisation, also as the owner of a programme or as a body above.
    """
    narrow = DecisionFilter(task_id, kind, state, None, asked_before, None, objection=objection)
    if role == "mandate":
        narrow = replace(narrow, mandated=await mandated(ctx))
    elif role == "deciding":
        narrow = replace(narrow, decider=await find.decider(ctx))
    else:
        narrow = replace(narrow, concerned=ctx.caller.own_organisation())
    return await _page(ctx, narrow, organisation, sort, cursor, limit)


async def _page(
    ctx: Context, narrow: DecisionFilter, organisation: str | None, sort: str, cursor: str | None, limit: int
) -> Page[DecisionView]:
    newest = sort == "newest"
    context = f"decisions {narrow} {organisation}{' newest' if newest else ''}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    found, total = await find.list_decisions(ctx, narrow, organisation, after, limit + 1, newest_first=newest)
    last = found[limit - 1] if len(found) > limit else None
    following = last and encode_cursor([last.asked_at, last.decision_id], context=context)
    return Page(items=await decision_responses(ctx, found[:limit]), next=following, total=total)


@router.get(
    "/own/decisions/{decision_id}",
    operation_id="getOwnDecision",
    dependencies=[OWN],
    responses=TAGGED | problem_responses(DecisionNotFound),
)
@router.get(
    "/decisions/{decision_id}",
    operation_id="getDecision",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(DecisionNotFound),
)
async def get_decision(
    ctx: ContextDep,
    decision_id: UUID,
    response: Response,
    outcome: PartOutcomeParam = None,
    cursor: CursorParam = None,
    limit: PartLimitParam = _MOST_PARTS,
) -> DecisionView | DecisionOverManyView:
    """One decision, with its version as ETag; of one over many tasks also how far it has come, and what each took.

    `outcome=rejected` names the tasks that could not take it, and why.
    """
    try:
        return await _answer(ctx, await find.get_decision(ctx, decision_id), response)
    except DecisionNotFound:
        told = await many.get(ctx, decision_id)
    return await _answer_parts(ctx, told, response, outcome, cursor, limit)


@router.post(
    "/decisions",
    operation_id="askForDecisionOverMany",
    dependencies=[ASK],
    status_code=202,
    responses=problem_responses(
        TaskNotFound,
        OrganisationNotAllowed,
        DecisionValueWrong,
        ReferenceUnknown,
        OrganisationEnded,
        DeadlineInPast,
        FactsPastNotAllowed,
        FactInFuture,
    )
    | _FOLLOWED,
)
async def ask_over_many(ctx: ContextDep, entry: DecisionOverManyEntry, response: Response) -> DecisionOverManyView:
    """Ask for one decision over many tasks; another body decides, once, or the owner of the work alone, as for one.

    It goes to the tasks in chunks. A task that cannot take it is named, and stops no other.
    """
    whole = await many.ask(ctx, entry)
    locate(response, f"{PREFIX}/decisions/{whole.decision_id}")
    return await _answer_whole(ctx, whole, response)


@router.post(
    "/tasks/{task_id}/decisions",
    operation_id="askForDecision",
    dependencies=[ASK],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, DecisionOpen, DecisionImpossible, *_GIVING, *_ASSIGNING, DeadlineInPast)
    | _ASKED,
)
async def ask_for_decision(ctx: ContextDep, task_id: UUID, entry: DecisionEntry, response: Response) -> DecisionView:
    """Ask for a decision on a task, with the reason; another body decides.

    On the work of a programme of `reach: own` its owner decides alone, where it assigned the task: what it asks for
    with the scope `tasks:assign` is granted in the same act.
    """
    decision, new = await alone.ask(ctx, task_id, entry)
    if not new:
        response.status_code = 200
    return await _answer(ctx, decision, response)


@router.post(
    "/decisions/{decision_id}/decide",
    operation_id="decide",
    dependencies=[DECIDE],
    responses=problem_responses(
        *REFUSALS,
        *(DecisionByAsker, DecisionInPreparation, DecisionReasonMissing, DeadlineInPast),
        *(*_GIVING, *_ASSIGNING),
    ),
)
async def decide(
    ctx: ContextDep, decision_id: UUID, answer: DecisionAnswer, expect: ExpectDep, response: Response
) -> DecisionView | DecisionOverManyView:
    """Grant a request, grant something else in its place, or refuse it; never who asked, unless it decides alone.

    What is granted happens to the task in the same transaction. One over many tasks goes to them in chunks afterwards.
    """
    try:
        return await _answer(ctx, await deciding.decide(ctx, decision_id, answer, expect), response)
    except DecisionNotFound:
        return await _answer_whole(ctx, await many.decide(ctx, decision_id, answer, expect), response)


@router.post(
    "/decisions/{decision_id}/accept",
    operation_id="acceptTransfer",
    dependencies=[TAKE_OVER],
    responses=problem_responses(*REFUSALS, *_GIVING, SixClearsMissing),
)
async def accept(
    ctx: ContextDep, decision_id: UUID, acceptance: Acceptance, expect: ExpectDep, response: Response
) -> DecisionView:
    """Take over a task that a granted transfer gives to your body; until then the former one is answerable."""
    return await _answer(ctx, await take_over.accept(ctx, decision_id, acceptance, expect), response)


@router.post(
    "/decisions/{decision_id}/decline",
    operation_id="declineTransfer",
    dependencies=[TAKE_OVER],
    responses=problem_responses(*REFUSALS),
)
async def decline(
    ctx: ContextDep, decision_id: UUID, declination: Declination, expect: ExpectDep, response: Response
) -> DecisionView:
    """Do not take over a task that a granted transfer gives to your body, with the reason; nothing changes."""
    return await _answer(ctx, await take_over.decline(ctx, decision_id, declination, expect), response)


@router.post(
    "/decisions/{decision_id}/withdraw",
    operation_id="withdrawDecision",
    dependencies=[WITHDRAW],
    responses=problem_responses(*REFUSALS),
)
async def withdraw(
    ctx: ContextDep, decision_id: UUID, step: Step, expect: ExpectDep, response: Response
) -> DecisionView | DecisionOverManyView:
    """Take your own request back before it is decided."""
    try:
        return await _answer(ctx, await ask.withdraw(ctx, decision_id, step, expect), response)
    except DecisionNotFound:
        return await _answer_whole(ctx, await many.withdraw(ctx, decision_id, step, expect), response)


@router.post(
    "/tasks/{task_id}/accept",
    operation_id="acceptTask",
    dependencies=[ACCEPT],
    responses=problem_responses(*STEP_REFUSALS),
)
async def accept_task(ctx: ContextDep, task_id: UUID, step: Step, expect: ExpectDep, response: Response) -> TaskView:
    """Accept what your organisation was given to lead; silence until `accept_by` says the same.

    Object in its place by a decision that you ask for (`objection`). Accepted again it changes nothing.
    """
    task = await assignment.accept(ctx, task_id, step, expect)
    tag(response, ctx.log, task, await derived_state(ctx, task))
    return await shown(ctx, task)


@router.post(
    "/tasks/{task_id}/extend",
    operation_id="extendTask",
    dependencies=[EXTEND],
    responses=problem_responses(*STEP_REFUSALS, DeadlineInPast, DecisionValueWrong),
)
async def extend(
    ctx: ContextDep, task_id: UUID, entry: ExtensionEntry, expect: ExpectDep, response: Response
) -> TaskView:
    """Move the current deadline to a later time by a decision in one act; the original one stays."""
    task = await extending.extend(ctx, task_id, entry, expect)
    tag(response, ctx.log, task, await derived_state(ctx, task))
    return await shown(ctx, task)


async def _answer(ctx: Context, decision: Decision, response: Response) -> DecisionView:
    tag(response, ctx.log, decision, "awaited" if is_awaited(ctx, decision) else None)
    return (await decision_responses(ctx, [decision]))[0]


async def _answer_whole(ctx: Context, whole: DecisionOverMany, response: Response) -> DecisionOverManyView:
    """The answer to a body that asked, or decided."""
    return await _answer_parts(ctx, PartFilter(whole, None, everything=True), response, None, None, _MOST_PARTS)


async def _answer_parts(
    ctx: Context, told: PartFilter, response: Response, outcome: str | None, cursor: str | None, limit: int
) -> DecisionOverManyView:
    whole, context = told.whole, f"tasks of decision {told.whole.decision_id} {outcome}"
    after: UUID | None = decode_cursor(cursor, UUID, context=context)[0] if cursor else None
    found, counted = await many.parts_of(ctx, told, outcome, after, limit + 1)
    following = encode_cursor([found[limit - 1].task_id], context=context) if len(found) > limit else None
    view = await whole_response(ctx, whole, found[:limit], counted, following)
    told_beside = f"waiting{in_letters(view.waiting)}rejected{in_letters(view.rejected)}"
    tag(response, ctx.log, whole, told_beside + ("listing" if view.listing else ""))
    return view
