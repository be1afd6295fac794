"""Organisations in responses."""

from typing import Self
from uuid import UUID

from pydantic import PrivateAttr

from sixclear.common.web.schemas import Schema


class OrganisationBrief(Schema):
    """An organisation as responses name it."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    _version: int = PrivateAttr(default=1)

    def of(self, version: int) -> Self:
        """The same, as it is since this version of the organisation."""
        self._version = version
        return self

    @property
    def changes(self) -> int:
        """How often the organisation has changed; no part of an answer, but of the entity tags of some."""
        return self._version - 1
