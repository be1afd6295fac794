"""What every published entity carries, and the column types that all services use."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

COLUMN_TYPES: dict[Any, Any] = {
    datetime: TIMESTAMP(timezone=True),
    UUID: PgUUID(as_uuid=True),
    list[UUID]: ARRAY(PgUUID(as_uuid=True)),
    list[str]: ARRAY(Text),
    dict[str, Any]: JSONB,
    str: Text,
}


class HasVersion(Protocol):
    """An entity at one of its versions: its row, or a frozen state made from it."""

    @property
    def version(self) -> int: ...


class Versioned:
    """What every published entity carries: its version, its last published version, when it last changed."""

    version: Mapped[int] = mapped_column(Integer)
    published_version: Mapped[int | None] = mapped_column(Integer)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


def next_version(entity: Versioned, occurred_at: datetime, now: datetime, *, published: bool = True) -> int | None:
    """Move `entity` to its next version and answer the previous *published* one, for the event.

    A change that is told late, of a time before the last one, does not set the entity's time back.
    """
    previous = entity.published_version
    entity.version = (entity.version or 0) + 1
    if published:
        entity.published_version = entity.version
    entity.occurred_at = occurred_at if entity.version == 1 else max(occurred_at, entity.occurred_at)
    entity.recorded_at = now
    return previous
