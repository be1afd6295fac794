"""Requests and answers on periods."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.calendar import SpecialDayView
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.tasks.evidence.schemas import EvidenceCounts
from sixclear.tasks.fields import OccurredAt
from sixclear.tasks.organisation.schemas import OrganisationBrief
from sixclear.tasks.programme.schemas import DueRoll

PeriodStatus = Literal["open", "reported", "confirmed", "returned", "missed", "locked"]
PeriodTiming = Annotated[
    Literal["pending", "on_time", "late", "missing"],
    Field(description="By when the report became true that counts: at `due_at` it is on time."),
]


class PeriodStep(Schema):
    """A step on a period that needs nothing but a time."""

    occurred_at: OccurredAt = None


class PeriodReason(PeriodStep):
    """Why a period goes back, or is opened again."""

    reason: Text


class DueDay(Schema):
    """How the due day was found: from the day that the rule names, by the programme's rule for days off."""

    rule_day: date = Field(description="The day that the rule names.")
    due_day: date
    roll: DueRoll
    edition: str = Field(description="The edition of the working calendar, see `GET /calendar`.")
    special: list[SpecialDayView] = Field(description="Days between both that are not what their weekdays say.")
    legal_basis: str | None = Field(description="Why the due day is another one; null when it is not.")


class PeriodToConfirm(Schema):
    """A period that waits for a confirmation, with its task."""

    period_id: UUID
    task_id: UUID
    code: str = Field(description="Of its task.")
    title: str = Field(description="Of its task.")
    programme: str
    organisation: OrganisationBrief | None = Field(description="The body that leads the task.")
    key: str
    due_at: datetime
    reported_at: datetime
    timing: PeriodTiming
    percent: int | None
    version: int


class RecurringPeriodView(Schema):
    """A period of a recurring task."""

    period_id: UUID
    task_id: UUID
    key: str = Field(
        description="`2026`, `2026-Q4`, `2026-11`, `2026-W48` or a day: the largest unit of time of which no two "
        "periods of the rule share one. It names the day of the rule, wherever the due day goes."
    )
    series: int = Field(description="Counted from 1: each change of the rule begins one.")
    rule: str
    opens_at: datetime = Field(
        description="When the period before it was due: a report at that instant is of that one."
    )
    due_at: datetime
    due: DueDay
    locks_at: datetime = Field(description="Until then it may be reported by its key.")
    status: PeriodStatus
    timing: PeriodTiming | None = Field(description="Null for a period that ended before it was due.")
    reported_at: datetime | None
    percent: int | None = Field(
        description="As last reported; null for others when it was reported while the task was restricted."
    )
    text: str | None = Field(description="What the last report says, as `percent`.")
    evidence: EvidenceCounts = Field(
        default_factory=EvidenceCounts,
        description="What was attached for it, and whether it was accepted; the list of the task's evidence has "
        "`period`. Others do not count what was attached while the task was restricted.",
    )
    needs_confirmation: bool = Field(description="Whether the programme asks that its periods are confirmed.")
    version: int
