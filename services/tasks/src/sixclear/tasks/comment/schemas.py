"""Requests and answers on comments."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.tasks.organisation.schemas import OrganisationBrief


class CommentEntry(Schema):
    """What a supervising body says of a task."""

    text: Text


class CommentAnswer(Schema):
    """What is answered to a comment."""

    text: Text


class CommentView(Schema):
    """A comment on a task, with its answer."""

    comment_id: UUID
    task_id: UUID
    text: str
    commented_by: OrganisationBrief = Field(description="The supervising body, which has no part in the task by it.")
    commented_at: datetime
    answer: str | None
    answered_by: OrganisationBrief | None
    answered_at: datetime | None
    version: int
