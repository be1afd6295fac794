"""Requests and answers on programmes."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.tasks.fields import Line, OccurredAt, OptionalReference, Reach, Reference
from sixclear.tasks.organisation.schemas import OrganisationBrief

DecisionDays = Annotated[
    int,
    Field(ge=1, le=60, strict=True, description="In how many working days a request on a task is to be decided."),
    TAKES_WHOLE,
]
NoticeDays = Annotated[
    int,
    Field(
        ge=0,
        le=365,
        strict=True,
        description="How many days before the deadline an extension is asked for at the latest; later is marked.",
    ),
    TAKES_WHOLE,
]


class ProgrammeEntry(Schema):
    """A programme to open or to describe again."""

    slug: Slug
    name_vi: Line
    name_en: Line
    resolution: Line
    source_vi: Text | None = None
    source_en: Text | None = None
    owner: Reference
    six_clears_enforced: bool = True
    decision_days: DecisionDays = 5
    extension_notice_days: NoticeDays = 0
    evidence_organisation: OptionalReference = Field(
        default=None,
        description="The body that accepts or refuses evidence before a task is confirmed. Without one, who confirms "
        "the task accepts what still waits.",
    )
    reach: Reach | None = Field(
        default=None,
        description="`own`: its tasks are counted at its owner and the bodies below, and in no figure of the country. "
        "Left out, it stays as it is; a new programme is then `national`.",
    )
    demonstration: bool = False
    occurred_at: OccurredAt = None


class ProgrammeView(Schema):
    """A programme."""

    programme_id: UUID
    slug: str
    name_vi: str
    name_en: str
    resolution: str
    source_vi: str | None
    source_en: str | None
    owner: OrganisationBrief
    six_clears_enforced: bool
    decision_days: int = 5
    extension_notice_days: int = 0
    evidence_organisation: OrganisationBrief | None
    reach: Reach = "national"
    demonstration: bool
    version: int
