"""Responses about clocks and promised steps of public copies."""

from datetime import date
from typing import Literal

from pydantic import Field

from sixclear.common.web.schemas import Schema

State = Literal["in_time", "due_soon", "overdue", "paused", "answered"]


class PublicClockView(Schema):
    """The clock of the case behind a public copy, by days, as it stood at the start of a civil day.

    A step of that day shows the day after, so that no one reads from it at what time a sender took it.
    """

    received_on: date
    due_on: date = Field(description="The day on which the answer is due, at 17:00; it is counted from the receipt.")
    first_due_on: date | None = Field(description="What was told at receipt; null where it is `due_on`.")
    reopened_on: date | None = Field(description="When its sender had it opened again; then `due_on` counts from here.")
    answered_on: date | None = Field(description="When the sender got the answer that holds; null without one.")
    answered_in_time: bool | None = Field(description="Whether that was by the due time; null without an answer.")
    state: State
    as_of: date = Field(description="The civil day at whose start it stood so.")


class PublicStepView(Schema):
    """A step that the answer promised, shown until and after it is done."""

    words: str | None = Field(description="As a moderator released them; null before.")
    due_on: date
    done_on: date | None = Field(description="The day on which the body said that it is done; null while it is open.")
    overdue: bool = Field(description="Its day was over at the start of the day, and it was not done.")
