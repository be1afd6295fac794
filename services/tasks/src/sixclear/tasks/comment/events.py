"""Events of comments. What was said and answered is read from the service, so that it can be hidden later."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sixclear.common.events.catalogue import EntityEvents, EventData
from sixclear.tasks.task.events import OnTaskData


class CommentData(OnTaskData):
    """A comment (*ý kiến giám sát*) on a task after a change. Instants are UTC."""

    change: str
    comment_id: UUID
    commented_by_organisation_id: UUID
    commented_at: datetime
    answered_by_organisation_id: UUID | None
    answered_at: datetime | None


class CommentWithdrawn(EventData):
    """All that is left of a comment whose task became restricted."""

    change: Literal["withdrawn"]
    comment_id: UUID
    task_id: UUID


COMMENT_EVENTS = EntityEvents(
    "comment",
    "What outside supervisors say of tasks.",
    CommentData,
    {
        "added": "A supervising body commented on the task.",
        "answered": "The lead or the assigning body answered the comment.",
        "restated": "The task was published again, or what it says of all that hangs on it changed.",
        "withdrawn": "The task became restricted: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
