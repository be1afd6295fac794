"""Requests and answers on obstacles."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.instants import Day
from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.tasks.fields import (
    CountsAs,
    Line,
    ObstacleNature,
    OccurredAt,
    OptionalReference,
)
from sixclear.tasks.organisation.schemas import OrganisationBrief

ObstacleState = Literal["open", "settled"]
ObstacleLevel = Literal["central", "province", "commune"]
DecisionDays = Annotated[
    int,
    Field(ge=1, le=60, strict=True, description="In how many working days it is to be decided."),
    TAKES_WHOLE,
]
_NATURE = (
    "`obstacle` (vướng mắc): work stands without a decision. `limit` (hạn chế): it falls short. `issue` (vấn đề): "
    "it is to be resolved."
)
_KIND = "A code of the programme's `obstacle_kinds`; null: not classified."
_AMOUNT = "Money that it holds back, in whole VND."


class ObstacleEntry(Schema):
    """What holds work back: some tasks, or a programme. Give one of both."""

    description: Text
    programme: Slug | None = Field(default=None, description="Of one without tasks. Otherwise that of the first task.")
    task_ids: list[UUID] = Field(
        default_factory=list, max_length=50, description="The tasks that it holds back; the first one carries it."
    )
    nature: ObstacleNature = Field(default="obstacle", description=_NATURE)
    kind: Slug | None = Field(default=None, description=_KIND)
    since: Day | None = Field(default=None, description="Since which day it holds the work back. Default: today.")
    decision_needed: Text | None = Field(default=None, description="What is to be decided.")
    decision_from: OptionalReference = Field(
        default=None, description="From whom a decision is needed. Default: the body whose task it is."
    )
    decision_days: DecisionDays | None = Field(default=None, description="Default: `decision_days` of the programme.")
    documents: list[Line] = Field(default_factory=list, max_length=50, description="Numbers of documents it touches.")
    entry_ids: list[UUID] = Field(
        default_factory=list, max_length=50, description="Entries of the catalogue that it touches."
    )
    amount_vnd: Annotated[int, Field(ge=0, le=10**16, strict=True), TAKES_WHOLE] | None = Field(
        default=None, description=_AMOUNT
    )
    occurred_at: OccurredAt = None


class ObstacleEscalation(Schema):
    """Why an obstacle is to climb to the next body above."""

    reason: Text
    kind: Slug | None = Field(default=None, description="Classifies it, where it was not.")


class ObstacleSettlement(Schema):
    """How an obstacle was decided, and when it was resolved."""

    how: Text
    kind: Slug | None = Field(default=None, description="Classifies it, where it was not.")
    occurred_at: OccurredAt = None


class ObstacleReopening(Schema):
    """Why an obstacle holds work back again."""

    reason: Text


class ObstacleView(Schema):
    """What holds work back, who is to decide by when, and how it was decided."""

    obstacle_id: UUID
    programme: str
    task_ids: list[UUID]
    owner: OrganisationBrief | None = Field(description="The body whose work it holds back, or held back when settled.")
    nature: ObstacleNature = Field(description=_NATURE)
    kind: str | None = Field(description=_KIND)
    counts_as: CountsAs = Field(description="The kind by which figures of several programmes are added up.")
    state: ObstacleState
    level: ObstacleLevel = Field(description="That of the body that is to decide, or decided.")
    description: str
    documents: list[str]
    entry_ids: list[UUID]
    amount_vnd: int | None = Field(description=_AMOUNT)
    since: date
    opened_at: datetime
    opened_by: OrganisationBrief | None
    decision_needed: str | None
    decision_from: OrganisationBrief | None = Field(description="The body that is to decide now.")
    decide_by: datetime = Field(description="When it climbs to the body above, unless there is none.")
    late: bool = Field(description="It is open, and was to be decided.")
    escalations: int = Field(description="How often it climbed.")
    escalated_at: datetime | None
    escalated_by: OrganisationBrief | None = Field(description="Null where time alone let it climb last.")
    escalation_reason: str | None
    outcome: Literal["decided", "task_over"] | None = Field(
        description="`task_over`: it was not decided; the last task that it held back is over."
    )
    settlement: str | None = Field(description="How it was decided.")
    settled_by: OrganisationBrief | None
    settled_at: datetime | None
    reopening_reason: str | None
    version: int
