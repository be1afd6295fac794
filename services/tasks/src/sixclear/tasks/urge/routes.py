"""Urges on tasks and ladders of programmes over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import Context, OrganisationNotAllowed, ReferenceUnknown
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.instants import Day
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, encode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup, Slug
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.programme.errors import LadderRefused, ProgrammeNotFound
from sixclear.tasks.programme.ladder import Addressee, Ladder, Rung
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.service.lists import mandated
from sixclear.tasks.urge import access
from sixclear.tasks.urge.errors import REFUSALS, UrgeNotFound
from sixclear.tasks.urge.models import Urge
from sixclear.tasks.urge.repository import Role, UrgeFilter
from sixclear.tasks.urge.responses import day_responses, is_late, ladder_response, urge_responses
from sixclear.tasks.urge.schemas import (
    LadderEntry,
    LadderView,
    UrgeAnswer,
    UrgeDay,
    UrgeEntry,
    UrgeKind,
    UrgeStateName,
    UrgeView,
)
from sixclear.tasks.urge.service import find, ladder, say

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
LADDER = Depends(access.LADDER)
OWN = Depends(OWN_TASKS)
URGE = Depends(access.URGE)
ANSWER = Depends(access.ANSWER)
KEEP_LADDER = Depends(access.KEEP_LADDER)
TaskParam = Annotated[UUID | None, Query(alias="task", description="Those on this task.")]
ProgrammeParam = Annotated[Slug | None, Query(description="Those on tasks of this programme.")]
OrganisationParam = Annotated[
    Lookup | None, Query(description="Those on tasks that this body, or one below it, is answerable for.")
]
ToParam = Annotated[Addressee | None, Query(description="`late_list`: the entries of the official list of late tasks.")]
FromParam = Annotated[Day | None, Query(alias="from", description="Said on this civil day or later.")]
UntilParam = Annotated[Day | None, Query(alias="to_day", description="Said on this civil day or before.")]
SortParam = Annotated[
    Literal["newest", "longest"],
    Query(description="`newest`: said last first; `longest`: the longest waiting first."),
]
RoleParam = Annotated[
    Role,
    Query(
        description="On tasks in which your organisation has a part, said to it (`addressed`), said by it (`sent`), or "
        "on those that your token's mandate names."
    ),
]
_SAID: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Your body said the same last, and was not answered; nothing changed.",
        "model": UrgeView,
        **TAGGED[200],
    },
    201: TAGGED[200],
}


@router.get(
    "/urges",
    operation_id="listUrges",
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown),
)
async def list_urges(
    ctx: ContextDep,
    state: UrgeStateName | None = None,
    kind: UrgeKind | None = None,
    to: ToParam = None,
    organisation: OrganisationParam = None,
    programme: ProgrammeParam = None,
    task_id: TaskParam = None,
    first: FromParam = None,
    last: UntilParam = None,
    sort: SortParam = "newest",
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[UrgeView]:
    """What was said to the bodies that do tasks, said last first; `state=open` is what still waits for an answer.

    Everyone reads that it was said, by which body, and whether it was answered; not the words. The official list of
    late tasks of a month is `to=late_list` with `from` and `to_day`.
    """
    narrow = UrgeFilter(task_id, state, kind, to, programme, None, first, last)
    return await _page(ctx, narrow, organisation, sort, cursor, limit)


@router.get(
    "/own/urges",
    operation_id="listOwnUrges",
    dependencies=[OWN],
    responses=problem_responses(ReferenceUnknown),
)
async def list_own_urges(
    ctx: ContextDep,
    state: UrgeStateName | None = None,
    kind: UrgeKind | None = None,
    to: ToParam = None,
    organisation: OrganisationParam = None,
    programme: ProgrammeParam = None,
    task_id: TaskParam = None,
    first: FromParam = None,
    last: UntilParam = None,
    role: RoleParam = "part",
    sort: SortParam = "newest",
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[UrgeView]:
    """As `/urges`, of your organisation or by mandate, with the words; restricted tasks included."""
    named = await mandated(ctx) if role == "mandate" else None
    own = ctx.caller.own_organisation() if named is None else None
    narrow = UrgeFilter(task_id, state, kind, to, programme, None, first, last, own, role, named)
    return await _page(ctx, narrow, organisation, sort, cursor, limit)


@router.get("/own/urges/days", operation_id="listUrgeDays", dependencies=[OWN])
async def list_urge_days(ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50) -> Page[UrgeDay]:
    """What your organisation was told, by civil day, the newest first: one message a day, not one for each task.

    The tasks of a day are `/own/urges?role=addressed` with `from` and `to_day`.
    """
    own = ctx.caller.own_organisation()
    context = f"urge days {own}"
    before = decode_cursor(cursor, date, context=context)[0] if cursor else None
    shown = await day_responses(ctx, own, await find.list_days(ctx, before, limit + 1))
    return page_of(shown, limit, item=lambda view: view, key=lambda view: (view.day,), context=context)


@router.get(
    "/own/urges/{urge_id}",
    operation_id="getOwnUrge",
    dependencies=[OWN],
    responses=TAGGED | problem_responses(UrgeNotFound),
)
@router.get(
    "/urges/{urge_id}",
    operation_id="getUrge",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(UrgeNotFound),
)
async def get_urge(ctx: ContextDep, urge_id: UUID, response: Response) -> UrgeView:
    """One urge, with its version as ETag; its words only at `/own`."""
    urge, whole = await find.get_urge(ctx, urge_id)
    return await _answer(ctx, urge, response, whole=whole)


@router.post(
    "/tasks/{task_id}/urges",
    operation_id="urgeTask",
    dependencies=[URGE],
    status_code=201,
    responses=problem_responses(TaskNotFound, OrganisationNotAllowed, TransitionNotAllowed) | _SAID,
)
async def urge_task(ctx: ContextDep, task_id: UUID, entry: UrgeEntry, response: Response) -> UrgeView:
    """Urge the body that does a task, or leave a leader's remark on it. It stands on the task and wants an answer."""
    urge, new = await say.say(ctx, task_id, entry)
    response.status_code = 201 if new else 200
    return await _answer(ctx, urge, response, whole=True)


@router.post(
    "/urges/{urge_id}/answer",
    operation_id="answerUrge",
    dependencies=[ANSWER],
    responses=problem_responses(*REFUSALS),
)
async def answer_urge(
    ctx: ContextDep, urge_id: UUID, entry: UrgeAnswer, expect: ExpectDep, response: Response
) -> UrgeView:
    """Answer what was said to your organisation on a task that it leads, once; the same again changes nothing."""
    return await _answer(ctx, await say.answer(ctx, urge_id, entry, expect), response, whole=True)


@router.get(
    "/programmes/{slug}/ladder",
    operation_id="getLadder",
    dependencies=[LADDER],
    responses=TAGGED | problem_responses(ProgrammeNotFound),
)
async def get_ladder(ctx: ContextDep, slug: Lookup, response: Response) -> LadderView:
    """When the tasks of a programme are told to whom, with the version of the programme as ETag."""
    return _answer_ladder(ctx, await ladder.get_programme(ctx, slug), response)


@router.put(
    "/programmes/{slug}/ladder",
    operation_id="putLadder",
    dependencies=[KEEP_LADDER],
    responses=TAGGED | problem_responses(ProgrammeNotFound, OrganisationNotAllowed, LadderRefused, StaleVersion),
)
async def put_ladder(
    ctx: ContextDep, slug: Lookup, entry: LadderEntry, expect: ExpectDep, response: Response
) -> LadderView:
    """Give a programme another ladder; its owner may. What was told stays told; without rungs nothing is sent.

    It holds for running deadlines, too: a new rung that is due is sent, the highest one of several.
    """
    rungs = tuple(Rung(rung.days, rung.working, rung.to) for rung in entry.rungs)
    wanted = Ladder(rungs, entry.sent_from, entry.sent_until, entry.answer_days)
    return _answer_ladder(ctx, await ladder.put_ladder(ctx, slug, wanted, expect), response)


async def _page(
    ctx: Context, narrow: UrgeFilter, organisation: str | None, sort: str, cursor: str | None, limit: int
) -> Page[UrgeView]:
    newest = sort == "newest"
    context = f"urges {narrow} {organisation} {sort}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    found = await find.list_urges(ctx, narrow, organisation, after, limit + 1, newest_first=newest)
    last = found[limit - 1] if len(found) > limit else None
    following = last and encode_cursor([last.urged_at, last.urge_id], context=context)
    concerned = narrow.own is not None or narrow.mandated is not None
    whole = {one.urge_id for one in found} if concerned else set()
    return Page(items=await urge_responses(ctx, found[:limit], whole), next=following)


async def _answer(ctx: Context, urge: Urge, response: Response, *, whole: bool) -> UrgeView:
    # That an answer is late is told by time, and moves no version.
    tag(response, ctx.log, urge, "late" if is_late(ctx, urge) else None)
    return (await urge_responses(ctx, [urge], {urge.urge_id} if whole else set()))[0]


def _answer_ladder(ctx: Context, programme: Programme, response: Response) -> LadderView:
    tag(response, ctx.log, programme)
    return ladder_response(programme)
