"""Requests and responses about entries."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from sixclear.common.web import patterns
from sixclear.common.web.instants import Day
from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.references import Reference
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Code, Slug, Text, line_of
from sixclear.data_catalog.document.schemas import DocumentView
from sixclear.data_catalog.fields import Decision, Evidence, OccurredAt, Proofs, Step, UtcInstant
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

Edition = Annotated[str, StringConstraints(pattern=patterns.EDITION)]
Line = Annotated[str, line_of(500)]
Kind = Literal["database", "information_system", "dataset", "data_service"]
DeploymentStage = Literal[
    "not_deployed", "deploying_digitised_only", "deploying_foundation", "formed_centralised", "rebuild", "retire"
]
Risk = Literal["high", "none"]
RegistrationStatus = Literal["not_submitted", "draft", "submitted", "returned", "approved"]
Classification = Literal["public", "state", "restricted"]
Freshness = Literal["fresh", "late", "silent", "no_promise"]


class Listing(Schema):
    """The edition of a programme list in which an entry stands."""

    list: Slug
    edition: Edition


class EntryDescription(Schema):
    """An entry to register, or, with a code that is known, to describe again.

    A field that is left out is emptied; only `lists` and `classification` stay as they are.
    """

    code: Code = Field(description="The upsert key of the owner. Stored as first given; another case is the same code.")
    name_vi: Line
    name_en: Line | None = None
    kind: Kind
    owner_organisation_id: Reference = Field(description="Identifier or any code of the organisation.")
    lists: list[Listing] | None = Field(
        default=None,
        max_length=50,
        description="Only a steward (`catalog:approve`) changes them. Left out or null: as they are.",
    )
    legal_basis: Line | None = None
    classification: Classification | None = Field(
        default=None,
        description="Who may know of the entry: `public` everyone, `state` any body with a token, `restricted` its"
        " owner, the data steward, and inspectors by mandate. Left out or null: as it is; a new entry is `public`, and"
        " one whose `security_level` becomes 4 or 5 is `restricted`.",
    )
    security_level: Annotated[int, Field(ge=1, le=5, strict=True), TAKES_WHOLE] | None = None
    last_backup_at: UtcInstant | None = None
    promised_period_seconds: Annotated[int, Field(ge=1, le=315_360_000, strict=True), TAKES_WHOLE] | None = Field(
        default=None, description="The longest time between two heartbeats that the owner promises."
    )
    deployment_due: Day | None = None
    description: Text | None = None
    demonstration: bool = False
    occurred_at: OccurredAt = None


class StageStep(Step):
    """The deployment stage that an entry has reached."""

    deployment_stage: DeploymentStage
    risk: Risk | None = Field(default=None, description="Default: as it is.")
    reason: Text | None = Field(
        default=None, description="Needed for going back, to rebuild, to retire and to take up again."
    )
    decision: Decision | None = Field(default=None, description="The decision on which the step rests; published.")
    evidence: Proofs = Field(default_factory=list, description="What shows that the stage is reached; published.")


class HeartbeatStep(Step):
    """A sign of life of the running system."""

    records_count: Annotated[int, Field(ge=0, le=2**53, strict=True), TAKES_WHOLE] | None = None


class RegistrationView(Schema):
    """How far the registration is."""

    status: RegistrationStatus
    submitted_at: datetime | None
    missing_documents: int
    due: date | None = Field(description="By when it is to be approved, as a reviewer set it.")
    overdue: bool | None = Field(
        description="Whether that day is over and it is neither approved nor retired; null where no day is set."
        " Derived at the time of the response."
    )


class HeartbeatView(Schema):
    """The promise, the last sign of life, and what follows from them at the time of the response."""

    promised_period_seconds: int | None
    last_at: datetime | None
    fresh_until: datetime | None
    freshness: Freshness = Field(
        description="Derived at the time of the response; the ETag changes when it becomes `late`."
    )


class ComputedRisk(Schema):
    """What a rule says of the due date, beside the risk that a body declares."""

    risk: Risk | None = Field(description="Null where no due date is known: nothing can be said.")
    rule: Literal["R19"] = Field(
        description="`high` below `deploying_foundation` while `deployment_due` is less than 60 days away or past;"
        " derived at the time of the response."
    )
    rule_version: int


class EntrySummary(Schema):
    """An entry as lists show it."""

    entry_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    kind: Kind
    owner_organisation_id: UUID
    owner: OrganisationBrief | None = Field(default=None, description="The owner by name; null while it is not known.")
    lists: list[Listing]
    deployment_stage: DeploymentStage
    deployment_due: date | None
    risk: Risk = Field(description="As a body declared it.")
    computed_risk: ComputedRisk
    registration: RegistrationView
    heartbeat: HeartbeatView
    demonstration: bool
    classification: Classification
    version: int


class RegistrationDetail(RegistrationView):
    """How far the registration is, with who decided what and when."""

    returned_at: datetime | None
    returned_by_organisation_id: UUID | None
    return_reason: str | None
    approved_at: datetime | None
    approved_by_organisation_id: UUID | None


_INSIDE = "Null where no token was sent: it is for bodies, below `/own`. Also null while it is not known."


class EntryView(EntrySummary):
    """An entry with its two ladders and its dossier, missing documents first."""

    description: str | None
    legal_basis: str | None
    security_level: int | None = Field(description=_INSIDE)
    last_backup_at: datetime | None = Field(description=_INSIDE)
    records_count: int | None
    registration: RegistrationDetail
    documents: list[DocumentView]
    occurred_at: datetime
    recorded_at: datetime


Ladder = Literal["deployment", "registration"]


class HistoryEntry(Schema):
    """One change of an entry: what, when it became true, when it was learnt, by whom, and on what it rests."""

    version: int
    change: str
    occurred_at: datetime
    recorded_at: datetime
    organisation_id: UUID | None
    deployment_stage: DeploymentStage
    risk: Risk
    registration_status: RegistrationStatus
    missing_documents: int
    ladder: Ladder | None = Field(description="Which ladder the change is a step of; null where of none or of both.")
    deployment_due: date | None = Field(description="The due date since this change; null where it is not known.")
    registration_due: date | None = Field(description="As `deployment_due`, of the registration.")
    decision: Decision | None = Field(description="The decision on which the step rests, where one was told.")
    evidence: list[Evidence] = Field(description="What was told to show that it is so.")
