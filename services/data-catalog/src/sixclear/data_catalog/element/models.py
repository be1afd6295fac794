"""Tables of elements."""

from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Text, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.common.folded_columns import without_signs
from sixclear.data_catalog.approval.models import Kept, KeptVersion
from sixclear.data_catalog.tables import Base


class Element(Kept, Base):
    """An element with its approved version. One that is restricted is read as a restricted entry is."""

    __tablename__ = "element"
    __table_args__ = (
        Index("ix_element_code", "code", "element_id"),
        Index(
            "ix_element_search_compact",
            literal_column(without_signs("search_text"), Text).label("compact"),
            postgresql_using="gin",
            postgresql_ops={"compact": "gin_trgm_ops"},
        ),
    )

    element_id: Mapped[UUID] = mapped_column(primary_key=True)
    restricted: Mapped[bool] = mapped_column(Boolean)


class ElementVersion(KeptVersion, Base):
    """One version of an element."""

    __tablename__ = "element_version"

    element_id: Mapped[UUID] = mapped_column(ForeignKey("element.element_id"), primary_key=True)
