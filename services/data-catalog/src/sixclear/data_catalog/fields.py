"""Where the service answers, and fields that requests of several folders share."""

from datetime import UTC, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sixclear.common.web.instants import Day, Instant
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Link, Sha256, line_of

PREFIX = "/api/catalog/v1"
# What never changes may be kept. A day, and not for ever: what is public now may be restricted one day.
FOR_A_DAY = "public, max-age=86400, immutable"


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


class LegalBasis(Schema):
    """Where the law says so: the document with its article, and a link where there is one."""

    document: Annotated[str, line_of(500)] = Field(description="Name and number, such as `Luật Căn cước số …/QH15`.")
    article: Annotated[str, line_of(200)] = Field(description="Article, clause, point or annex.")
    url: Link | None = None


class Decision(Schema):
    """The decision on which a step rests: a document of a body, with its day and a link where there are."""

    document: Annotated[str, line_of(500)] = Field(description="Name and number, such as `Quyết định số …/QĐ-BKHCN`.")
    decided_on: Day | None = None
    url: Link | None = None


class Evidence(Schema):
    """What shows that a step is so: a title, with a link to open it, a hash to recognise it, or both."""

    title: Annotated[str, line_of(200)]
    url: Link | None = None
    sha256: Sha256 | None = None

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if not (self.url or self.sha256):
            raise PydanticCustomError("evidence_without_content", "Give `url`, `sha256`, or both")
        return self


Proofs = Annotated[list[Evidence], Field(max_length=20)]
