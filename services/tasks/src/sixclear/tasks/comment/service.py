"""Comments: said by supervisors, answered, listed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.ids import stable_id
from sixclear.common.recording import record
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.comment import lifecycle
from sixclear.tasks.comment import repository as rows
from sixclear.tasks.comment.access import require_answering_body, require_overseer
from sixclear.tasks.comment.errors import CommentNotFound
from sixclear.tasks.comment.models import Comment, comment_state
from sixclear.tasks.comment.recording import COMMENT
from sixclear.tasks.comment.schemas import CommentAnswer, CommentEntry
from sixclear.tasks.task.access import NOT_SEEN, reads_whole
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.service.children import Children, dimensions
from sixclear.tasks.task.service.find import get_task, lock_task

CHILDREN = Children(Comment, COMMENT)


async def list_comments(
    ctx: Context, task_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Comment]:
    """Comments on a task that the caller may see, newest first, as far as it may read them; raises TaskNotFound."""
    task = await get_task(ctx, task_id)
    whole = await reads_whole(ctx.session, ctx.caller, task)
    return await rows.list_comments(ctx.session, task_id, hidden=whole, before=before, limit=limit)


async def locked(ctx: Context, comment_id: UUID, expect: Expect) -> tuple[Comment, Task]:
    """The comment and its task, both rows locked until the transaction ends, the task's first.

    Raises CommentNotFound, then what `expect` raises.
    """
    found = await rows.find_comment(ctx.session, comment_id)
    if found is None:
        raise CommentNotFound
    try:
        task = await get_task(ctx, found.task_id, lock=True)
    except TaskNotFound:
        raise CommentNotFound from None
    comment = await rows.lock_comment(ctx.session, comment_id)
    assert comment is not None, "comments are never deleted"
    if comment.hidden and not await reads_whole(ctx.session, ctx.caller, task):
        raise CommentNotFound
    expect(comment)
    return comment, task


async def comment(ctx: Context, task_id: UUID, entry: CommentEntry) -> tuple[Comment, bool]:
    """Say something of a task under the name of the caller's body; what it said last, unanswered, is the same (False).

    Raises TaskNotFound and OrganisationNotAllowed as `require_overseer` does.
    """
    task = await lock_task(ctx, task_id)
    if task is None:
        raise TaskNotFound(NOT_SEEN)
    organisation_id = await require_overseer(ctx, task)
    newest = await rows.newest_of(ctx.session, task_id, organisation_id)
    if newest is not None and lifecycle.is_repetition(comment_state(newest), entry.text):
        return newest, False
    occurred_at = ctx.fact_time(None, None if newest is None else newest.commented_at)
    said = Comment(
        comment_id=stable_id("comment", str(task_id), str(await rows.count_comments(ctx.session, task_id) + 1)),
        version=0,
        hidden=task.classification != "public",
        **dimensions(task),
    )
    ctx.session.add(said)
    fields = {"text": entry.text, "commented_by_organisation_id": organisation_id, "commented_at": occurred_at}
    await record(ctx, said, Change("added", fields), occurred_at, COMMENT)
    return said, True


async def answer(ctx: Context, comment_id: UUID, entry: CommentAnswer, expect: Expect) -> Comment:
    """Answer a comment; the same body with the same answer again changes nothing.

    The lead and the assigning body of the task may. Raises TransitionNotAllowed for one that was answered.
    """
    comment, task = await locked(ctx, comment_id, expect)
    organisation_id = require_answering_body(ctx, state_of(task))
    state = comment_state(comment)
    if lifecycle.is_answered_so(state, organisation_id, entry.text):
        return comment
    occurred_at = ctx.fact_time(None, comment.occurred_at)
    change = lifecycle.answer(state, organisation_id, entry.text, occurred_at)
    comment.hidden = comment.hidden or task.classification != "public"
    await record(ctx, comment, change, occurred_at, COMMENT)
    return comment
