"""Events of money. Reasons are read from the service; so is what was entered while a task was restricted."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class AmountData(EventData):
    """An entry that holds: what a stage came to as of a day, in all."""

    number: int
    stage: Literal["requested", "appraised", "approved", "allocated", "disbursed"]
    amount: int
    dated_on: date
    document: str
    document_id: UUID | None
    transfer_id: UUID | None = Field(
        default=None, description="The transfer by which it came so; another line has an entry of the same one."
    )


class BudgetData(EventData):
    """A line of money (*kinh phí*) after a change. Amounts are whole đồng."""

    change: str
    budget_id: UUID
    task_id: UUID | None = Field(description="Null for a line of a programme as a whole.")
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    organisation_id: UUID = Field(description="The body whose money it is.")
    demonstration: bool
    year: int
    source: str
    amounts: list[AmountData] = Field(
        description="Every entry that was not corrected. As of a day the newest of a stage up to it holds."
    )


class BudgetWithdrawn(EventData):
    """All that is left of a line whose task became restricted."""

    change: Literal["withdrawn"]
    budget_id: UUID
    task_id: UUID


BUDGET_EVENTS = EntityEvents(
    "budget",
    "Lines of money of tasks and programmes.",
    BudgetData,
    {
        "opened": "The line was opened, without an amount.",
        "amount_stated": "A document says what a stage came to.",
        "amount_corrected": "An entry was wrong: another one holds in its place.",
        "restated": "The task was published again, or what it says of all that hangs on it changed.",
        "withdrawn": "The task became restricted: a last event carries only identifiers.",
    },
    withdrawal="withdrawn",
)
