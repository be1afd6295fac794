"""`data-catalog`: entries and the programme lists that they stand on."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.portal.upstream.answer import Answer, Listing, Operation
from sixclear.portal.upstream.transport import Query, Transport

Freshness = Literal["fresh", "late", "silent", "no_promise"]


class ProgrammeList(Answer):
    """A programme list of the catalogue; one that it does not name has its short name only."""

    slug: str
    name_vi: str
    name_en: str | None = None


class ListMembership(Answer):
    """A programme list that an entry stands on."""

    list: str


class Heartbeat(Answer):
    """When a database was last alive, what was promised, and what follows from both at the time of the answer."""

    promised_period_seconds: int | None = None
    last_at: datetime | None = None
    freshness: Freshness


class Registration(Answer):
    """How far the registration of a database is."""

    status: str


class Entry(Answer):
    """An entry of the catalogue."""

    entry_id: UUID
    name_vi: str
    name_en: str | None = None
    kind: str
    owner_organisation_id: UUID
    lists: list[ListMembership] = Field(default_factory=list)
    deployment_stage: str
    risk: str | None = None
    registration: Registration
    heartbeat: Heartbeat
    demonstration: bool = False


ENTRIES = Operation("data-catalog", "GET", "/api/catalog/v1/entries", Listing[Entry])
LISTS = Operation("data-catalog", "GET", "/api/catalog/v1/lists", Listing[ProgrammeList], outlasts=True)


class DataCatalog:
    """The calls to `data-catalog`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def entries(self, query: Query) -> Listing[Entry]:
        """One page of the catalogue."""
        return await self._transport.get(ENTRIES, query)

    async def programme_lists(self) -> Listing[ProgrammeList]:
        """Every programme list of the catalogue, with its names."""
        return await self._transport.kept(LISTS, {})
