"""Comments as the API answers them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.tasks.comment.models import Comment
from sixclear.tasks.comment.schemas import CommentView
from sixclear.tasks.organisation.service import briefs, named

_COLUMNS = set(CommentView.model_fields) - {"commented_by", "answered_by"}


async def comment_responses(session: AsyncSession, comments: Sequence[Comment]) -> list[CommentView]:
    """Comments with the names of the bodies that said and answered them."""
    bodies = [one.commented_by_organisation_id for one in comments]
    names = await briefs(session, [*bodies, *(one.answered_by_organisation_id for one in comments)])
    return [
        CommentView(
            commented_by=names[one.commented_by_organisation_id],
            answered_by=named(names, one.answered_by_organisation_id),
            **{name: getattr(one, name) for name in _COLUMNS},
        )
        for one in comments
    ]
