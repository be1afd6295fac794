"""Requests and answers on money. Amounts are whole đồng (VND)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import Day
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Key, Slug, Text, line_of
from sixclear.tasks.budget.rules import MOST, FigureUnreadable, read_amount
from sixclear.tasks.fields import OccurredAt, OptionalReference
from sixclear.tasks.organisation.schemas import OrganisationBrief

Stage = Literal["requested", "appraised", "approved", "allocated", "disbursed"]
Level = Literal["central", "province", "commune", "department"]
Year = Annotated[int, Field(ge=2000, le=2100)]


def _read(given: Any) -> Any:
    if isinstance(given, bool):
        raise PydanticCustomError("figure_unreadable", "Write a whole number of đồng in digits, such as 16716074000")
    if not isinstance(given, str):
        return given
    try:
        return read_amount(given)
    except FigureUnreadable as error:
        raise PydanticCustomError(error.code, "{said}", {"said": str(error)}) from None


Dong = Annotated[
    int,
    Field(ge=0, le=MOST),
    BeforeValidator(_read),
    Field(description="Whole đồng. A text is read as tables write it; a mark with two readings is refused with both."),
]


class BudgetEntry(Schema):
    """A line of money: of a task or of a programme, by body, year and source."""

    programme: Slug | None = None
    task_id: UUID | None = None
    organisation: OptionalReference = Field(
        default=None, description="The body whose money it is. Default: the lead body of the task, or your own."
    )
    year: Year
    source: Annotated[str, line_of(200)] = Field(description="Where the money comes from, as its documents say it.")
    occurred_at: OccurredAt = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "BudgetEntry":
        if (self.programme is None) == (self.task_id is None):
            raise PydanticCustomError("task_or_programme", "Give either `task_id` or `programme`")
        return self


class AmountEntry(Schema):
    """What a stage came to as of a day, in all, by a document."""

    stage: Stage
    amount: Dong
    dated_on: Day = Field(description="The day as of which the whole line has this amount in this stage.")
    document: Key = Field(description="The number of the document that proves it.")
    document_id: UUID | None = Field(default=None, description="The same document in `/documents`, where it is there.")
    corrects: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="The number of the entry that was wrong."
    )
    reason: Text | None = Field(default=None, description="Why it was wrong; with `corrects`.")
    occurred_at: OccurredAt = None


class TransferEntry(Schema):
    """Money that a document takes from one line to another, in one stage."""

    giving_id: UUID = Field(description="The line from which it goes.")
    receiving_id: UUID = Field(description="The line to which it goes.")
    corrects: UUID | None = Field(
        default=None,
        description="The transfer between these lines that was wrong; with it the amount may be 0: undone.",
    )
    reason: Text | None = Field(default=None, description="Why it was wrong; with `corrects`.")
    stage: Literal["approved", "allocated"]
    amount: Dong
    dated_on: Day = Field(description="The day of the document; both lines have the new amounts since then.")
    document: Key = Field(description="The number of the document that decides it.")
    document_id: UUID | None = Field(default=None, description="The same document in `/documents`, where it is there.")
    occurred_at: OccurredAt = None

    @field_validator("amount")
    @classmethod
    def _not_nothing(cls, amount: int, info: ValidationInfo) -> int:
        if amount < 1 and info.data.get("corrects") is None:
            raise PydanticCustomError("greater_than_equal", "Input should be greater than or equal to 1")
        return amount


class AmountView(Schema):
    """An amount with its proof."""

    number: int = Field(description="Of the entry in its line.")
    amount: int
    dated_on: date
    document: str
    document_id: UUID | None


class EntryView(AmountView):
    """An entry as it was made; it stays, also when another one corrects it."""

    stage: Stage
    corrects: int | None
    corrected_by: int | None
    reason: str | None
    transfer_id: UUID | None = Field(
        description="The transfer by which it came so; another line has an entry of the same one."
    )
    entered_by: OrganisationBrief | None
    occurred_at: datetime
    recorded_at: datetime


class ShareView(Schema):
    """A rate with what it is made of."""

    numerator: int
    denominator: int
    percent: float = Field(description="Half up, two decimals.")


class BudgetView(Schema):
    """A line of money as of a day. A stage that no document proves is null, never 0."""

    budget_id: UUID
    task_id: UUID | None
    programme: str
    organisation: OrganisationBrief
    year: int
    source: str
    requested: AmountView | None
    appraised: AmountView | None
    approved: AmountView | None
    allocated: AmountView | None
    disbursed: AmountView | None
    not_approved: int | None = Field(description="`requested` less `approved`; null while one of them is missing.")
    undisbursed: int | None = Field(description="`allocated` less `disbursed`; null while one of them is missing.")
    approved_of_requested: ShareView | None
    disbursed_of_allocated: ShareView | None
    version: int


class AmountOfLine(Schema):
    """An amount of a stage that holds, with its line: a row of a table."""

    budget_id: UUID
    task_id: UUID | None
    programme: str
    organisation: OrganisationBrief
    year: int
    source: str
    stage: Stage
    number: int
    amount: int
    dated_on: date
    document: str
    document_id: UUID | None


class BudgetDetail(BudgetView):
    """A line of money with all its entries, in the order in which they were made."""

    entries: list[EntryView]


class TransferView(Schema):
    """A transfer, and both lines after it."""

    transfer_id: UUID
    giving: BudgetDetail
    receiving: BudgetDetail


class StageTotal(Schema):
    """What a stage comes to over lines."""

    amount: int | None = Field(description="Null when no line has the stage.")
    lines: int = Field(description="How many lines have it.")


class PairTotal(Schema):
    """Two stages over the lines that have both."""

    difference: int | None
    lines: int
    share: ShareView | None


class BudgetTotals(Schema):
    """Money by stage over lines, as of a day; each figure says of how many of `lines` it is."""

    lines: int
    requested: StageTotal
    appraised: StageTotal
    approved: StageTotal
    allocated: StageTotal
    disbursed: StageTotal
    not_approved: PairTotal = Field(description="`requested` less `approved`, and `approved` of `requested`.")
    undisbursed: PairTotal = Field(description="`allocated` less `disbursed`, and `disbursed` of `allocated`.")
