"""The table of templates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.answer_template.rules import Template
from sixclear.feedback.tables import Base


class AnswerTemplate(Base):
    """A text that answers begin with. `organisation_id` None: it ships with the product, for every body.

    A retired one is offered no more; its sentences are still known when a draft has them.
    """

    __tablename__ = "answer_template"

    template_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID | None] = mapped_column(index=True)
    title: Mapped[str]
    text: Mapped[str]
    # False: also with its gaps filled it answers nothing, as "it was transferred".
    closes: Mapped[bool] = mapped_column(Boolean)
    written_by: Mapped[str | None]
    written_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


def rule_of(template: AnswerTemplate) -> Template:
    """What the rules read of a template."""
    return Template(template.template_id, template.text, template.closes)
