"""Where the service answers, and fields that requests of several folders share."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from sixclear.common.web.instants import Instant
from sixclear.common.web.schemas import Schema

PREFIX = "/api/catalog/v1"


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


UtcInstant = Annotated[Instant, AfterValidator(_in_utc)]
OccurredAt = Annotated[
    UtcInstant | None,
    Field(description="When it became true, for facts of the past; needs the scope `facts:past`. Default: now."),
]


class Step(Schema):
    """A step that needs nothing but a time."""

    occurred_at: OccurredAt = None
