"""Responses with statistics."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from sixclear.common.web.schemas import Page, Schema

By = Literal["kind", "field", "place", "organisation", "month"]
_NULL = "Null where `suppressed` says so."


class Satisfaction(Schema):
    """What senders said of their answers. Who is silent counts for nothing, so the response rate stands beside it."""

    solved: int | None
    partly: int | None
    not_solved: int | None
    silent: int | None = Field(description="Answered, and not rated.")
    response_rate: float | None = Field(description="Rated of answered, 0 to 1.")
    share: float | None = Field(description="`solved` of those who rated, 0 to 1; null where nobody did.")


class Figures(Schema):
    """Cases by what became of them: `received` is the sum of the five that follow."""

    received: int
    answered_in_time: int | None = Field(description=_NULL)
    answered_late: int | None
    waiting: int | None = Field(description="Not answered, and the day has not come.")
    overdue: int | None = Field(description="Without an answer although its day went by.")
    closed_without_answer: int | None = Field(description="Taken back by their senders before an answer.")
    satisfaction: Satisfaction
    suppressed: Literal["too_few"] | None = Field(
        description="Why figures here are null: fewer than five cases, or a figure from which such a one would follow."
    )


class FiguresOfGroup(Figures):
    """The cases of one group. Groups stand in the order of their codes; there is no other order."""

    group: Literal["named", "not_said", "others"] = Field(
        description="`not_said`: of cases that have none. `others`: all groups without a row of their own, which have"
        " fewer than five cases or none, and sealed initiatives, together."
    )
    code: str | None = Field(description="Code of the kind, field, place or body, or the month; null unless `named`.")
    name_vi: str | None
    name_en: str | None


class StatisticsPage(Page[FiguresOfGroup]):
    """The cases that were received in a year, by group."""

    by: By
    year: int
    received_before: date = Field(description="Whole months only: a day would find the single case that came on it.")
    as_of: datetime = Field(description="The start of the civil day, as of which states are.")
    least: int = Field(description="From how many cases on a figure is told.")
    whole: Figures = Field(description="All cases. These figures are always told, and are the sums of the groups.")
    demonstration: int = Field(description="How many of all are generated records.")
    note_vi: str
    note_en: str
