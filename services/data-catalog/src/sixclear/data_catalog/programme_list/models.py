"""Tables of the programme lists."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.data_catalog.tables import Base


class ProgrammeList(Base):
    """A list of databases that a programme asks for, such as the one of Plan 02."""

    __tablename__ = "programme_list"

    slug: Mapped[str] = mapped_column(primary_key=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]


class ProgrammeListEdition(Base):
    """A list as a document of one year fixes it: the list of the next year may hold others."""

    __tablename__ = "programme_list_edition"

    slug: Mapped[str] = mapped_column(ForeignKey("programme_list.slug"), primary_key=True)
    edition: Mapped[str] = mapped_column(primary_key=True)
    legal_basis: Mapped[str]
