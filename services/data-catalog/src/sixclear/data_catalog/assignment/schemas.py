"""Requests and responses about who answers for an entry."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.instants import Day
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text, line_of
from sixclear.data_catalog.fields import Decision, Step
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

Role = Literal["owner", "business", "technical", "security", "sharing"]
Status = Literal["proposed", "accepted", "declined", "ended"]


class Position(Schema):
    """A position of a body, never a person."""

    title: Annotated[str, line_of(200)] = Field(description="Such as `Cục trưởng Cục Chuyển đổi số quốc gia`.")
    organisation: Reference = Field(description="Identifier or any code of the organisation.")


class AssignmentProposal(Step):
    """Who is asked to answer for the entry, in which role and from when."""

    role: Role = Field(
        description="`owner` owns the entry; `business` keeps what it means and that it is right, `technical` runs it, "
        "`security` protects it and keeps its backups, `sharing` answers who asks for its data."
    )
    position: Position
    valid_from: Day | None = Field(
        default=None, description="Default: the day on which it is accepted. An owner owns from its acceptance on."
    )
    decision: Decision | None = None


class RefusalStep(Step):
    """Why a position does not accept, or answers no more."""

    reason: Text


class AssignmentView(Schema):
    """A position that answers for an entry in one role: asked, accepted, declined or ended."""

    assignment_id: UUID
    entry_id: UUID
    role: Role
    title: str
    organisation_id: UUID
    organisation: OrganisationBrief | None = Field(description="The body by name; null while it is not known.")
    successor: OrganisationBrief | None = Field(description="The body that took its place, where it is no more.")
    status: Status
    valid_from: date | None = Field(description="Null until it is accepted, where the proposal named no day.")
    proposed_at: datetime
    proposed_by_organisation_id: UUID | None
    decided_at: datetime | None
    decided_by_organisation_id: UUID | None
    ended_at: datetime | None
    reason: str | None
    decision: Decision | None


class OwnerView(Schema):
    """One owner of an entry, and from when to when."""

    organisation_id: UUID
    organisation: OrganisationBrief | None
    from_at: datetime | None = Field(description="Null where it is not told any more.")
    to_at: datetime | None = Field(description="Null: the owner now.")
    successor: OrganisationBrief | None = Field(description="The body that took its place, where it is no more.")
    ended_on: date | None = Field(description="The last day of the body itself, where it is no more.")
