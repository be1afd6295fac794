"""Requests and answers on programmes."""

from uuid import UUID

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.tasks.fields import Line, OccurredAt, Reference
from sixclear.tasks.organisation.schemas import OrganisationBrief


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
    demonstration: bool
    version: int
