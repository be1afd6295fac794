"""Requests and answers on decisions."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.tasks.fields import Deadline, Line, OccurredAt
from sixclear.tasks.organisation.schemas import OrganisationBrief

Kind = Literal["extension", "cancellation"]
Outcome = Literal["granted", "granted_otherwise", "refused"]
State = Annotated[
    Literal["asked", "granted", "granted_otherwise", "refused", "withdrawn"],
    Field(description="`withdrawn`: the body that asked took it back."),
]


class DecisionEntry(Schema):
    """What a body asks for on a task, and why."""

    kind: Kind
    reason: Text
    document: Line | None = Field(default=None, description="The document by which it is asked, such as its number.")
    deadline: Deadline | None = Field(default=None, description="Of an extension: a later one than the current one.")
    occurred_at: OccurredAt = None


class DecisionAnswer(Schema):
    """What is decided on a request; `granted_otherwise` names the value that is granted in its place."""

    outcome: Outcome
    reason: Text | None = Field(default=None, description="Needed unless it is granted as it was asked.")
    deadline: Deadline | None = Field(default=None, description="Of an extension that is granted otherwise.")
    occurred_at: OccurredAt = None


class DecisionValue(Schema):
    """What a decision is about; what its kind has no use for is null."""

    deadline: datetime | None = None


class DecisionView(Schema):
    """A decision on a task, asked for or taken."""

    decision_id: UUID
    task_id: UUID
    programme: str
    organisation: OrganisationBrief | None = Field(
        description="The body that is answerable for the task, or was when it was decided."
    )
    kind: Kind
    state: State
    reason: str
    document: str | None
    former: DecisionValue = Field(description="What held when it was asked, or when it was decided.")
    proposed: DecisionValue
    decided: DecisionValue | None = Field(description="What was granted; null while nothing is.")
    asked_by: OrganisationBrief | None
    asked_at: datetime
    asked_late: bool = Field(
        description="An extension was asked for after the deadline, or later than the programme's rule allows."
    )
    decide_by: datetime = Field(description="Until when it is to be decided, by the programme's rule.")
    awaited: bool = Field(description="It is not decided, and `decide_by` is over.")
    decided_by: OrganisationBrief | None
    decided_at: datetime | None
    decision_reason: str | None
    demonstration: bool
    version: int
