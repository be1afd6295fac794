"""Requests about the clocks of a case. They tell no time: what was overdue would be in time before it was."""

from typing import Annotated

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.terms import term

PauseDays = Annotated[
    int, Field(ge=1, le=term("pause").count, description="Working days that the sender has to reply.")
]
MoveDays = Annotated[int, Field(ge=1, le=term("move").count, description="Working days more.")]


class PauseEntry(Schema):
    """What the sender is asked for, and how long the clocks wait for it."""

    text: Text = Field(description="A message to the sender: what lacks.")
    working_days: PauseDays


class MoveEntry(Schema):
    """A decision that gives more time, and why."""

    text: Text = Field(description="A message to the sender: why the answer takes longer.")
    working_days: MoveDays
