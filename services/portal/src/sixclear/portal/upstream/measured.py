"""What results are made of, as `tasks` keeps it: sets of criteria."""

from typing import Literal
from uuid import UUID

from sixclear.portal.upstream.answer import Answer, Listing, Operation
from sixclear.portal.upstream.tasks import OrganisationBrief
from sixclear.portal.upstream.transport import Query, Transport


class CriteriaSet(Answer):
    """A set of criteria that bodies are assessed by, in one edition."""

    criteria_id: UUID
    code: str
    edition: int
    name: str
    name_en: str | None = None
    source: str
    every: Literal["month", "year"]
    within: OrganisationBrief

    @property
    def name_vi(self) -> str:
        """The name, as records with names in two languages have it."""
        return self.name


_V1 = "/api/tasks/v1"
CRITERIA = Operation("tasks", "GET", f"{_V1}/criteria", Listing[CriteriaSet])


class Measured:
    """The calls to `tasks` for what results are made of."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def criteria(self, query: Query) -> Listing[CriteriaSet]:
        """Sets of criteria by their codes, the newest edition of each first."""
        return await self._transport.get(CRITERIA, query)
