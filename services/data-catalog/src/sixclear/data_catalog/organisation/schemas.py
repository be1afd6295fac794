"""Organisations in responses."""

from uuid import UUID

from sixclear.common.web.schemas import Schema


class OrganisationBrief(Schema):
    """An organisation as responses name it."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None
