"""Requests that approve and withdraw versions, and what is told of each version."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from sixclear.common.web.numbers import TAKES_WHOLE
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Text
from sixclear.data_catalog.fields import Step
from sixclear.data_catalog.organisation.schemas import OrganisationBrief

KeptStatus = Literal["draft", "approved", "withdrawn"]
Number = Annotated[int, Field(ge=1, le=2**31 - 1, strict=True), TAKES_WHOLE]


class ApproveStep(Step):
    """Approves the draft as it was read."""

    version: Number = Field(description="The `version` that you read: what is approved is what was reviewed.")


class WithdrawStep(Step):
    """Why what was approved counts no more. The reason is kept, and not published."""

    reason: Text


class KeptVersionView(Schema):
    """One version that was approved."""

    number: int
    status: Literal["approved", "superseded", "withdrawn"]
    approved_at: datetime
    approved_by: OrganisationBrief | None
    ended_at: datetime | None = Field(description="When a newer version took its place, or it was withdrawn.")
