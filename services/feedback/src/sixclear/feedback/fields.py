"""Fields that requests and responses of several folders share."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sixclear.common.web.instants import Instant
from sixclear.common.web.schemas import Schema

Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2_000, strip_whitespace=True)]
Outcome = Literal["accepted", "accepted_in_part", "already_done", "not_feasible", "not_competent", "rejected"]
OccurredAt = Annotated[
    Instant | None,
    Field(description="When it became true, for facts of the past; needs the scope `facts:past`. Default: now."),
]


class Step(Schema):
    """A step that needs nothing but a time."""

    occurred_at: OccurredAt = None
