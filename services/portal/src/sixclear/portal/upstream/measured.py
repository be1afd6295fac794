"""What results are made of, as `tasks` keeps it: indicators with values, documents, lines of money, criteria."""

from collections.abc import Sequence
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


class Document(Answer):
    """A document of law or administration, and how it stands on the day that was asked about."""

    document_id: UUID
    programme: str
    type: str
    number: str | None = None
    issued_on: date | None = None
    effective_on: date | None = None
    issuer: OrganisationBrief
    signer_position: str | None = None
    subject: str
    url: str | None = None
    sha256: str | None = None
    directive_id: UUID | None = None
    clause: str | None = None
    details_id: UUID | None = None
    due_on: date | None = None
    replaces: list[UUID] = Field(default_factory=list)
    replaced_by_id: UUID | None = None
    replaced_on: date | None = None
    standing: str | None = None
    overdue: bool = False


class StatedAmount(Answer):
    """What a stage of a line comes to, with the document that proves it."""

    amount: int
    dated_on: date
    document: str
    document_id: UUID | None = None


class BudgetLine(Answer):
    """A line of money; a stage that no document proves is None."""

    task_id: UUID | None = None
    organisation: OrganisationBrief
    year: int
    source: str
    requested: StatedAmount | None = None
    appraised: StatedAmount | None = None
    approved: StatedAmount | None = None
    allocated: StatedAmount | None = None
    disbursed: StatedAmount | None = None


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


def newest_editions(sets: Sequence[CriteriaSet]) -> Sequence[CriteriaSet]:
    """The newest edition of each set."""
    by_code: dict[str, CriteriaSet] = {}
    for one in sets:
        if one.code not in by_code or one.edition > by_code[one.code].edition:
            by_code[one.code] = one
    return list(by_code.values())


_V1 = "/api/tasks/v1"
INDICATOR = Operation("tasks", "GET", f"{_V1}/indicators/{{code}}", Indicator)
VALUES = Operation("tasks", "GET", f"{_V1}/values", Listing[HeldValue])
DOCUMENTS = Operation("tasks", "GET", f"{_V1}/documents", Listing[Document])
DOCUMENT = Operation("tasks", "GET", f"{_V1}/documents/{{document_id}}", Document)
BUDGETS = Operation("tasks", "GET", f"{_V1}/budgets", Listing[BudgetLine])
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

    async def documents(self, query: Query) -> Listing[Document]:
        """Documents, the newest first."""
        return await self._transport.get(DOCUMENTS, query)

    async def document(self, document_id: UUID) -> Document:
        """One document as it stands today."""
        return await self._transport.get(DOCUMENT, document_id=document_id)

    async def lines(self, query: Query) -> Listing[BudgetLine]:
        """Lines of money."""
        return await self._transport.get(BUDGETS, query)

    async def criteria(self, query: Query) -> Listing[CriteriaSet]:
        """Sets of criteria by their codes, the newest edition of each first."""
        return await self._transport.get(CRITERIA, query)
