"""The base of every table of this service."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import DeclarativeBase

from sixclear.common.db import new_metadata


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        datetime: TIMESTAMP(timezone=True),
        UUID: PgUUID(as_uuid=True),
        list[UUID]: ARRAY(PgUUID(as_uuid=True)),
        list[str]: ARRAY(Text),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        str: Text,
    }
