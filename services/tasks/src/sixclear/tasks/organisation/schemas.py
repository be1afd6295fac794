"""Answers on organisations."""

from datetime import date
from typing import Literal
from uuid import UUID

from sixclear.common.web.schemas import Schema

Level = Literal["central", "province", "commune", "department"]


class OrganisationBrief(Schema):
    """An organisation as other answers name it."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None


class OrganisationPeriodView(Schema):
    """What an organisation was called, from when to when, and by which decision."""

    name_vi: str
    type: str
    valid_from: date
    valid_to: date | None
    legal_basis: str


class OrganisationView(OrganisationBrief):
    """An organisation."""

    codes: list[str]
    level: Level
    type: str
    parent_id: UUID | None
    valid_from: date
    valid_to: date | None


class OrganisationDetail(OrganisationView):
    """An organisation with its dated names."""

    periods: list[OrganisationPeriodView]
