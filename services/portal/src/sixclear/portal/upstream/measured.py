"""What results are made of, as `tasks` keeps it: indicators with their values, and sets of criteria."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.portal.upstream.answer import Answer, Listing, Operation
from sixclear.portal.upstream.results import Bound, Direction, ValueType
from sixclear.portal.upstream.tasks import OrganisationBrief
from sixclear.portal.upstream.transport import Query, Transport


class Supply(Answer):
    """Of whom values are measured, a level or one body, and who gives them, where that is another body."""

    level: str | None = None
    organisation: OrganisationBrief | None = None
    supplier: OrganisationBrief | None = None


class Statements(Answer):
    """The five statements on the quality of an indicator; one that was not made is None."""

    verified_by: str | None = None
    data_source: str | None = None
    accuracy: str | None = None
    limits: str | None = None
    compensation: str | None = None


class Indicator(Answer):
    """An indicator with its definition of now."""

    code: str
    programme: str
    name_vi: str
    name_en: str | None = None
    kind: Literal["strategic", "operational"]
    definition: int
    unit: str
    direction: Direction
    value_type: ValueType
    cumulative: bool
    period_unit: str
    source: str
    method: str
    statements: Statements
    supplies: list[Supply] = Field(default_factory=list)
    task_ids: list[UUID] = Field(default_factory=list)


class Provenance(Answer):
    """Where a number comes from, beside who gave it."""

    file: str | None = None
    row: int | None = None
    system: str | None = None
    derived_from: str | None = None


class ApprovalDocument(Answer):
    """The document by which a value holds."""

    number: str
    issued_on: date


class HeldValue(Answer):
    """The approved value of a body and a period, as it holds now."""

    value_id: UUID
    organisation: OrganisationBrief
    statement: int
    definition: int
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    figure: Decimal | None = None
    bound: Bound | None = None
    note: str | None = None
    evidence: str | None = None
    provenance: Provenance
    breaches: list[str] = Field(default_factory=list)
    reason: str | None = None
    document: ApprovalDocument | None = None
    supplied_by: OrganisationBrief
    true_from: datetime


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
INDICATOR = Operation("tasks", "GET", f"{_V1}/indicators/{{code}}", Indicator)
VALUES = Operation("tasks", "GET", f"{_V1}/values", Listing[HeldValue])
CRITERIA = Operation("tasks", "GET", f"{_V1}/criteria", Listing[CriteriaSet])


class Measured:
    """The calls to `tasks` for what results are made of."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def indicator(self, code: str) -> Indicator:
        """One indicator."""
        return await self._transport.get(INDICATOR, code=code)

    async def values(self, query: Query) -> Listing[HeldValue]:
        """Approved values that hold now, by body and period."""
        return await self._transport.get(VALUES, query)

    async def criteria(self, query: Query) -> Listing[CriteriaSet]:
        """Sets of criteria by their codes, the newest edition of each first."""
        return await self._transport.get(CRITERIA, query)
