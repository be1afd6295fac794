"""The calendar in answers."""

from datetime import date

from pydantic import Field

from sixclear.common.web.calendar import SpecialDayView
from sixclear.common.web.schemas import Schema


class CalendarDay(Schema):
    """A civil day in Asia/Ho_Chi_Minh."""

    day: date
    works: bool = Field(description="Whether it is a working day of the State sector.")
    special: SpecialDayView | None = Field(description="Why the day is not what its weekday says; null when it is.")
    provisional: bool = Field(description="The edition does not yet know all holidays of this year.")


class CalendarView(Schema):
    """The days from `from` to `to`, both included, as one edition knows them."""

    edition: str
    editions: list[str] = Field(description="All editions, oldest first. An edition never changes.")
    from_day: date = Field(serialization_alias="from", validation_alias="from")
    to_day: date = Field(serialization_alias="to", validation_alias="to")
    working_days: int = Field(description="How many of the days are working days.")
    days: list[CalendarDay]
