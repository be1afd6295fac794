"""The table of statistics as they are told on a day."""

from datetime import date
from typing import Any

from sqlalchemy import SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from sixclear.feedback.tables import Base


class StatisticsDay(Base):
    """The table of a year by one kind of group, as everyone reads it on a civil day. It holds no figure that is hidden.

    Read twice on a day it is the same: a step of a case, seen between two readings, would have its minute.
    """

    __tablename__ = "statistics_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    by: Mapped[str] = mapped_column(Text, primary_key=True)
    told: Mapped[dict[str, Any]]
