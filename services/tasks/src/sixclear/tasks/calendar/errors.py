"""What a question about the calendar is refused with."""

from sixclear.common.errors import DomainError


class CalendarRangeInvalid(DomainError):
    code, status, title = "calendar-range-invalid", 422, "The days asked for are no range"
    meaning = "`to` is before `from`, or more than two years after it."
    remedy = "Give `from` and `to` in order, at most 731 days together; ask for longer times in parts."
