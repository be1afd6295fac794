"""Changes, as they are answered."""

from datetime import datetime
from uuid import UUID

from sixclear.common.web.schemas import Schema


class Change(Schema):
    """Something that happened."""

    occurred_at: datetime
    recorded_at: datetime
    entity_type: str
    entity_id: UUID
    change: str
    title: str | None
    programme: str | None
    organisation_id: UUID | None
    organisation_name: str | None
    organisation_name_en: str | None
    demonstration: bool


class Changes(Schema):
    """What was learnt last, newest first."""

    items: list[Change]
