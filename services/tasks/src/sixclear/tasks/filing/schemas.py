"""Requests and answers on filings and reporting obligations."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from sixclear.common.web.instants import Day
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Slug, Text
from sixclear.tasks.fields import Line, Reference
from sixclear.tasks.organisation.schemas import OrganisationBrief
from sixclear.tasks.programme.obligation import Every, Level, Who

PERIOD = r"^[0-9]{4}(-(Q[1-4]|W[0-9]{2}|[0-9]{2}))?$"
Period = Annotated[
    str, StringConstraints(pattern=PERIOD), Field(description="`2026`, `2026-Q4`, `2026-11` or `2026-W48`.")
]
FilingStateName = Literal["awaited", "on_time", "late", "missing", "exempted"]
_STATE = (
    "`awaited`: it may still be filed in time. `missing`: it is late and was not filed. Those that are expected are "
    "`on_time`, `late`, `missing` or `awaited`; what is `exempted` is not expected."
)


class FilingEntry(Schema):
    """What a body files for a period: it has reported what it had to report."""

    period: Period
    programme: Slug | None = Field(default=None, description="Left out: each programme that asks for this period.")
    no_change_except: list[UUID] = Field(
        default_factory=list,
        max_length=5_000,
        description="Nothing changed in the tasks that your organisation leads, but in these. Those that were reported "
        "on since the period began need not be named.",
    )


class FilingReason(Schema):
    """Why a filing is taken again."""

    reason: Text


class Exemption(FilingReason):
    """The decision by which a body need not file."""

    decided_on: Day | None = Field(default=None, description="The day of the decision. Default: today.")
    document: Line | None = Field(default=None, description="The number of the decision.")


class FilingView(Schema):
    """What a body owes a programme for a period."""

    filing_id: UUID
    programme: str
    obligation: str = Field(description="The name of the programme's obligation that asks for it.")
    organisation: OrganisationBrief
    period: str
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    late_at: datetime = Field(description="Later than this it is late.")
    locks_at: datetime | None = Field(description="Later than this none is taken; null: always taken.")
    state: FilingStateName = Field(description=_STATE)
    locked: bool = Field(description="It is taken no more, unless the owner of the programme reopens it.")
    filed_at: datetime | None = Field(description="When it was filed first.")
    empty: bool = Field(description="It was filed, and the body had no public task to report on.")
    no_change: int = Field(description="Of how many public tasks the body said that nothing changed.")
    exempted_on: date | None = Field(description="The day of the decision by which the body need not file.")
    reason: str | None = Field(
        description="Why it was exempted or reopened: for its body and for the owner of the programme."
    )
    version: int


class FilingAnswer(Schema):
    """What the organisation owes for the period, as it is now."""

    items: list[FilingView]


class ObligationEntry(Schema):
    """Which bodies report on a programme how often."""

    name: Slug
    every: Every
    who: Who = Field(
        default="leading",
        description="`leading`: the bodies that lead a public task of it in the period. `level`: all bodies of a "
        "level, at or below an owner that is not central. `named`: these.",
    )
    level: Level | None = Field(default=None, description="With `who` = `level`.")
    organisations: list[Reference] = Field(default_factory=list, max_length=500, description="With `who` = `named`.")
    due_days: float = Field(
        default=0,
        gt=-366,
        le=366,
        allow_inf_nan=False,
        description="It is due so many days after the end of the period; below 0 before it. Fractions count: `0.5` is "
        "noon of the day after. On a day off it goes where the programme's due days go.",
    )
    late_days: float = Field(
        default=0, ge=0, le=366, allow_inf_nan=False, description="It is late so many days after it was due."
    )
    lock_days: float | None = Field(
        default=None,
        ge=0,
        le=3_660,
        allow_inf_nan=False,
        description="It is taken so many days after it was due; null: always.",
    )
    since: Day | None = Field(
        default=None, description="The first period is that of this day. Default: as it was; of a new one, today."
    )
    until: Day | None = Field(default=None, description="The last period is that of this day; null: there is none.")


class ObligationsEntry(Schema):
    """Who reports on a programme how often. It replaces what was said before; what was opened stays."""

    obligations: list[ObligationEntry] = Field(max_length=20)


class ObligationView(Schema):
    """Which bodies report on a programme how often."""

    name: str
    every: Every
    who: Who
    level: Level | None
    organisations: list[OrganisationBrief]
    due_days: float
    late_days: float
    lock_days: float | None
    since: date
    until: date | None


class ObligationsView(Schema):
    """Who reports on a programme how often; empty: no body has to."""

    obligations: list[ObligationView]
