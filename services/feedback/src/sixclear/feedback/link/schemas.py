"""Requests and responses about links."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema

Decision = Annotated[
    Literal["linked", "refused"],
    Field(description="Both are of one need, or not; what is refused is suggested last."),
]


class LinkEntry(Schema):
    """What a handler decides of this case and another one."""

    submission_id: UUID = Field(description="The other case; the caller handles both.")
    decision: Decision


class LinkView(Schema):
    """What was decided of this case and another one."""

    submission_id: UUID = Field(description="The other case.")
    decision: Decision
    decided_at: datetime


class LinkList(Schema):
    """The decisions of a case with the cases that the caller handles, newest first."""

    items: list[LinkView] = Field(max_length=200)
