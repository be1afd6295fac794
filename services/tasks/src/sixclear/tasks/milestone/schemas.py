"""Requests and answers on milestones."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.schemas import Page, Schema
from sixclear.common.web.texts import Text
from sixclear.tasks.evidence.schemas import ReviewState
from sixclear.tasks.fields import Deadline, Line, OccurredAt

Weight = Annotated[
    int,
    Field(ge=1, le=100, strict=True, description="How much of the task it is, against the other milestones."),
    TAKES_WHOLE,
]


class MilestoneEntry(Schema):
    """A new milestone of a task."""

    title: Line
    weight: Weight = 1
    deadline: Deadline
    occurred_at: OccurredAt = None


class MilestoneMove(Schema):
    """Another deadline for a milestone, and why."""

    deadline: Deadline
    reason: Text
    occurred_at: OccurredAt = None


class MilestoneCompletion(Schema):
    """That a milestone is reached, and by which evidence of its task."""

    evidence_id: UUID = Field(description="A piece of evidence of the same task, as its list names it.")
    occurred_at: OccurredAt = None


class MilestoneView(Schema):
    """A milestone of a task."""

    milestone_id: UUID
    task_id: UUID
    title: str
    weight: int
    original_deadline: datetime
    current_deadline: datetime
    reached_at: datetime | None
    lapsed_at: datetime | None = Field(
        default=None, description="When its task ended before it was reached: it is neither open nor overdue since."
    )
    evidence_id: UUID | None
    evidence_state: ReviewState | None = Field(
        description="Whether a body that does not do the task took that evidence as proof; null until it is reached."
    )
    overdue: bool = Field(
        description="The current deadline is over, and the milestone is neither reached nor lapsed. While its task is "
        "paused it crosses no deadline: what was overdue before stays so. One of a proposal is never overdue."
    )
    version: int


class MilestoneList(Page[MilestoneView]):
    """All milestones of a task in the order of their current deadlines, and how much of its plan is reached."""

    weight: int = Field(description="The sum of the weights.")
    reached_weight: int = Field(description="The sum of the weights of those reached by evidence that was not refused.")
    reached_percent: float | None = Field(description="The reached share; null without a milestone.")
    accepted_weight: int = Field(description="The sum of the weights of those whose evidence was accepted.")
    accepted_percent: float | None = Field(description="The share that another body accepted.")
    reported_percent: int = Field(description="What was typed in the last progress report: another fact.")
