"""Comments of supervisors on tasks over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import Context, OrganisationNotAllowed
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.comment import access, service
from sixclear.tasks.comment.errors import REFUSALS
from sixclear.tasks.comment.models import Comment
from sixclear.tasks.comment.responses import comment_responses
from sixclear.tasks.comment.schemas import CommentAnswer, CommentEntry, CommentView
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.errors import TaskNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(OWN_TASKS)
COMMENT = Depends(access.COMMENT)
ANSWER = Depends(access.ANSWER)
_SAID: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Your body said the same last, and was not answered; nothing changed.",
        "model": CommentView,
        **TAGGED[200],
    },
    201: TAGGED[200],
}


@router.get(
    "/own/tasks/{task_id}/comments",
    operation_id="listOwnComments",
    dependencies=[OWN],
    responses=problem_responses(TaskNotFound),
)
@router.get(
    "/tasks/{task_id}/comments",
    operation_id="listComments",
    dependencies=[PUBLIC],
    responses=problem_responses(TaskNotFound),
)
async def list_comments(
    ctx: ContextDep, task_id: UUID, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[CommentView]:
    """What supervisors said of a task, newest first; while it was restricted only for who reads the whole of it."""
    context = f"comments {task_id}"
    before = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    found = await service.list_comments(ctx, task_id, before, limit + 1)
    shown = await comment_responses(ctx.session, found)
    return page_of(
        shown, limit, item=lambda view: view, key=lambda view: (view.commented_at, view.comment_id), context=context
    )


@router.post(
    "/tasks/{task_id}/comments",
    operation_id="commentOnTask",
    dependencies=[COMMENT],
    status_code=201,
    responses=problem_responses(TaskNotFound, OrganisationNotAllowed) | _SAID,
)
async def comment(ctx: ContextDep, task_id: UUID, entry: CommentEntry, response: Response) -> CommentView:
    """Comment on a task that your token's mandate names, under the name of your own body. Everyone reads it.

    A comment on a restricted task is read by those who read the whole of the task, also when it is public again.
    """
    said, new = await service.comment(ctx, task_id, entry)
    response.status_code = 201 if new else 200
    return await _answer(ctx, said, response)


@router.post(
    "/comments/{comment_id}/answer",
    operation_id="answerComment",
    dependencies=[ANSWER],
    responses=problem_responses(*REFUSALS, TransitionNotAllowed),
)
async def answer(
    ctx: ContextDep, comment_id: UUID, entry: CommentAnswer, expect: ExpectDep, response: Response
) -> CommentView:
    """Answer a comment on a task that your organisation leads or gave, once; the same again changes nothing."""
    return await _answer(ctx, await service.answer(ctx, comment_id, entry, expect), response)


async def _answer(ctx: Context, said: Comment, response: Response) -> CommentView:
    tag(response, ctx.log, said)
    return (await comment_responses(ctx.session, [said]))[0]
