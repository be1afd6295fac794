"""Days of the working calendar in answers."""

from datetime import date
from typing import Literal

from sixclear.common.web.schemas import Schema


class SpecialDayView(Schema):
    """A day that is not what its weekday says."""

    day: date
    effect: Literal["off", "on"]
    name_vi: str
    name_en: str
    legal_basis: str
