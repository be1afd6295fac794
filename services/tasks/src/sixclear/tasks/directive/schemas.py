"""Requests and answers on directives."""

from datetime import date
from uuid import UUID

from pydantic import Field

from sixclear.common.web.instants import Day
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.tasks.fields import Line, OccurredAt, Reference
from sixclear.tasks.organisation.schemas import OrganisationBrief


class DirectiveEntry(Schema):
    """A document that gives tasks."""

    programme: Slug
    number: Line
    issued_on: Day
    issuer: Reference
    title: Line
    clauses: list[Line] | None = Field(
        default=None,
        max_length=300,
        description="The clauses that give work, in their order, as tasks name them in `clause`: which of them have no "
        "task is at `/directives/{directive_id}/clauses`. Left out, a known directive keeps those that it has.",
    )
    occurred_at: OccurredAt = None


class DirectiveWithdrawal(Schema):
    """Why a directive is taken out of its programme."""

    reason: Text
    occurred_at: OccurredAt = None


class DirectiveView(Schema):
    """A document that gives tasks."""

    directive_id: UUID
    programme: str
    number: str
    issued_on: date
    issuer: OrganisationBrief
    title: str
    version: int


class DirectiveWhole(DirectiveView):
    """A document that gives tasks, with its clauses."""

    clauses: list[str] = Field(description="The clauses that give work, in their order.")
