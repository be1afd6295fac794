"""Requests and responses about templates of answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.feedback.fields import Line


class TemplateEntry(Schema):
    """A text that the body's answers may begin with."""

    title: Line
    text: Text = Field(description="Gaps stand in braces: `{tên cơ quan}`.")
    closes: bool = Field(
        default=True,
        description="False: also with its gaps filled it answers nothing, as a text that only says who gets the case.",
    )


class TemplateEnd(Schema):
    """That a template is offered no more; there is nothing to say about it."""


class TemplateView(Schema):
    """A template of answers."""

    template_id: UUID
    organisation_id: UUID | None = Field(description="The body whose template it is; null: of all, shipped.")
    title: str
    text: str
    closes: bool
    written_at: datetime
    retired_at: datetime | None = Field(description="Since when it is offered no more.")
