"""Tables of code lists."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.data_catalog.approval.models import Kept, KeptVersion
from sixclear.data_catalog.tables import Base


class CodeList(Kept, Base):
    """A code list with its approved version."""

    __tablename__ = "code_list"
    __table_args__ = (Index("ix_code_list_code", "code", "code_list_id"),)

    code_list_id: Mapped[UUID] = mapped_column(primary_key=True)


class CodeListVersion(KeptVersion, Base):
    """One version of a code list."""

    __tablename__ = "code_list_version"

    code_list_id: Mapped[UUID] = mapped_column(ForeignKey("code_list.code_list_id"), primary_key=True)
