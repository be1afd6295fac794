"""Requests and responses about copies of a campaign."""

from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.schemas import Schema
from sixclear.feedback.answer.schemas import AnswerEntry

Became = Literal["drafted", "drafted_before", "published"]


class CampaignAnswerEntry(AnswerEntry):
    """One answer for all copies of a campaign: new, and drafted now, for each case has a past of its own."""

    @model_validator(mode="after")
    def _is_new(self) -> Self:
        if self.corrects is not None or self.occurred_at is not None:
            raise PydanticCustomError(
                "campaign_answer", "An answer to a campaign has neither `corrects` nor `occurred_at`"
            )
        return self


class CampaignPublication(Schema):
    """That the answer goes out to all copies, now."""


class CampaignCase(Schema):
    """What became of one case of a campaign; the words are read in the case."""

    submission_id: UUID
    answer_id: UUID
    became: Became
    version: int = Field(description="Of the case.")


class CampaignStep(Schema):
    """What became of the cases of a campaign, the named one first."""

    items: list[CampaignCase] = Field(max_length=50)
    more: bool = Field(description="There may be more copies than one request takes: send it again for the next ones.")
    left: list[UUID] = Field(
        default=[],
        max_length=50,
        description="Copies that take no answer in this way, such as one whose text was erased: look into each by "
        "itself.",
    )
