"""Events of filings. Reasons are read from the service: no event has the words of a person."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.events.catalogue import EntityEvents, EventData


class FilingData(EventData):
    """What a body owes a programme for a period, after a change. Instants are UTC."""

    change: str
    filing_id: UUID
    programme: str
    obligation: str = Field(description="The name of the programme's obligation that asks for it.")
    assigned_by: str = Field(description="The level of the programme's owner, which asks for it.")
    organisation_id: UUID
    period: str = Field(description="`2026`, `2026-Q4`, `2026-11` or `2026-W48`.")
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    late_at: datetime = Field(description="Later than this it is late.")
    locks_at: datetime | None = Field(description="Later than this none is taken; null: always taken.")
    state: Literal["open", "filed", "missed", "locked", "exempted"]
    filed_at: datetime | None = Field(description="When it was filed first.")
    empty: bool = Field(description="It was filed, and the body had no public task to report on.")
    no_change: int = Field(description="Of how many public tasks the body said that nothing changed.")
    exempted_on: date | None = Field(description="The day of the decision by which the body need not file.")
    demonstration: bool


FILING_EVENTS = EntityEvents(
    "filing",
    "What bodies report to programmes, period by period.",
    FilingData,
    {
        "opened": "The period began: it is awaited.",
        "filed": "The body filed in time, or again after it had.",
        "late": "The body filed late, or again after it had.",
        "missed": "It is late and was not filed: `occurred_at` is that instant.",
        "locked": "It was not filed, and is taken no more.",
        "exempted": "The owner of the programme decided that the body need not file it.",
        "reopened": "The owner of the programme decided, with a reason, that it is taken again.",
    },
)
