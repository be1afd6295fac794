"""The public state of a comment. It is published as its task is, unless it was said while that was restricted."""

from sixclear.common.recording import EntityKind
from sixclear.common.use_case import Context
from sixclear.tasks.comment.events import CommentData, CommentWithdrawn
from sixclear.tasks.comment.models import Comment
from sixclear.tasks.task.lifecycle import is_published


async def comment_data(_ctx: Context, comment: Comment, change: str) -> CommentData | CommentWithdrawn:
    """The public state of a comment after `change`; of a withdrawn one only identifiers are left."""
    if change == "withdrawn":
        return CommentWithdrawn(change=change, comment_id=comment.comment_id, task_id=comment.task_id)
    own = {name: getattr(comment, name) for name in CommentData.model_fields if name != "change"}
    return CommentData(change=change, **own)


COMMENT = EntityKind[Comment](
    "comment",
    lambda comment: comment.comment_id,
    comment_data,
    lambda comment, change: not comment.hidden and is_published(comment.classification, change),
)
