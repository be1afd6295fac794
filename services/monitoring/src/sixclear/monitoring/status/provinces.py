"""The provinces, as they are answered."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from sixclear.common.web.schemas import Schema


class Province(Schema):
    """The tasks of a province or city and everything below it."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None
    total: int
    completed: int
    in_term: int
    overdue: int
    recurring: int
    overdue_percent: float | None


class Provinces(Schema):
    """Every province and city that exists now, or that was there at the instant that is asked about."""

    as_of: datetime
    staleness_seconds: float | None = Field(default=None, description="Age of the view; null while it is not known.")
    last_report_at: datetime | None = Field(
        default=None, description="Age of the data: when a body reported last, up to `as_of`."
    )
    reach: Literal["national", "own"] | None = Field(default=None, description="Whose work is counted.")
    tree: Literal["then", "now"] = Field(
        default="now",
        description="By which tree of organisations: that of now, or that of the instant that is asked about, where "
        "an organisation has moved since; so are the reach and the owners of programmes. Codes and names are those of "
        "now.",
    )
    items: list[Province]
