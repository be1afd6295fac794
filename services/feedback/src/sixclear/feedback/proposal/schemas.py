"""Requests and responses about proposals."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.instants import Day
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.feedback.fields import Line, OccurredAt, Reason
from sixclear.feedback.organisation.schemas import OrganisationBrief

_MOST_STEPS = 20


class PromisedStep(Schema):
    """A step that the body promises, with its day where it names one."""

    text: Line
    due_on: Day | None = None


class ProposalEntry(Schema):
    """What everyone is to read of an accepted idea, in the body's own words."""

    title: Line
    abstract: Text
    programme: Slug | None = Field(default=None, description="Left out: the programme of the case.")
    organisation_id: Reference | None = Field(
        default=None, description="The body that takes it up, by identifier or any code. Left out: that of the case."
    )
    promised_steps: Annotated[list[PromisedStep], Field(max_length=_MOST_STEPS)] = Field(default_factory=list)


class ProposalWithdrawal(Schema):
    """Why a proposal is taken back. The reason is kept, and not published."""

    reason: Reason
    occurred_at: OccurredAt = None


class PromisedStepView(Schema):
    """A promised step."""

    text: str
    due_on: date | None


Stage = Annotated[
    Literal["proposed", "assigned", "in_progress", "done", "ended", "not_public"],
    Field(
        description="`proposed`: it waits for the body that decides; `done`: its result was confirmed; `ended`: it was "
        "refused or cancelled; `not_public`: it became restricted, and no more is told of it."
    ),
]


class ProposalTaskView(Schema):
    """The task that came of a proposal, as `tasks` last said it in public."""

    task_id: UUID
    stage: Stage
    code: str | None
    title: str | None
    status: str | None = Field(description="As `tasks` says it.")
    lead_organisation_id: UUID | None
    lead_organisation: OrganisationBrief | None = Field(
        default=None, description="The body that it is assigned or proposed to, by name; null while it is not known."
    )
    percent: int | None
    current_deadline: datetime | None
    last_report_at: datetime | None
    assigned_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    replaced_by: list[UUID] | None = Field(description="The tasks into which it was split or merged.")


class ProposalView(Schema):
    """An accepted idea as everyone reads it. One that was withdrawn has no words any more; its task goes on."""

    proposal_id: UUID
    status: Literal["accepted", "withdrawn"]
    title: str | None
    abstract: str | None
    programme: str
    organisation_id: UUID
    organisation: OrganisationBrief | None = Field(
        default=None, description="The body that accepted it, by name; null while it is not known."
    )
    promised_steps: list[PromisedStepView]
    accepted_at: datetime
    withdrawn_at: datetime | None
    demonstration: bool
    tasks: list[ProposalTaskView] = Field(description="Empty until `tasks` has opened one: within seconds as a rule.")


class ProposalStep(Schema):
    """Where a proposal stands after a step; none of its words, since answers are kept for retries."""

    proposal_id: UUID
    submission_id: UUID
    status: Literal["worded", "accepted", "withdrawn"]
    programme: str
    organisation_id: UUID
    worded_by: str
    accepted_at: datetime | None
    withdrawn_at: datetime | None
    public: bool = Field(description="Whether everyone reads it: of an anonymous or sealed case only after the hour.")
    version: int


class ProposalState(ProposalStep):
    """A proposal as the handlers of its case see it, also before it is public."""

    title: str | None = Field(description="Null once it is withdrawn.")
    abstract: str | None
    promised_steps: list[PromisedStepView]
