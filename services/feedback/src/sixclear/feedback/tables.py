"""The metadata that every table of the feedback service belongs to."""

from sqlalchemy.orm import DeclarativeBase

from sixclear.common.db import new_metadata
from sixclear.common.entity import COLUMN_TYPES


class Base(DeclarativeBase):
    """Tables of this service."""

    metadata = new_metadata()
    type_annotation_map = COLUMN_TYPES
