"""Fields that requests and responses of several folders share."""

from typing import Annotated, Literal

from pydantic import Field

from sixclear.common.web.instants import Instant
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import line_of, lines_of

Line = Annotated[str, line_of(300)]
Reason = Annotated[str, lines_of(2_000)]
Outcome = Literal["accepted", "accepted_in_part", "already_done", "not_feasible", "not_competent", "rejected"]
OccurredAt = Annotated[
    Instant | None,
    Field(description="When it became true, for facts of the past; needs the scope `facts:past`. Default: now."),
]


class Step(Schema):
    """A step that needs nothing but a time."""

    occurred_at: OccurredAt = None
