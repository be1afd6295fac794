"""Days of the calendar as a response."""

from collections.abc import Sequence
from dataclasses import asdict

from sixclear.common.calendar import SpecialDay
from sixclear.common.web.calendar import SpecialDayView
from sixclear.tasks.calendar.rules import Day, editions
from sixclear.tasks.calendar.schemas import CalendarDay, CalendarView


def calendar_response(edition: str, days: Sequence[Day]) -> CalendarView:
    """These days, of which there is at least one, with how many of them are working days."""
    return CalendarView.model_validate(
        {
            "edition": edition,
            "editions": editions(),
            "from": days[0].day,
            "to": days[-1].day,
            "working_days": sum(day.works for day in days),
            "days": [
                CalendarDay(day=day.day, works=day.works, special=_special(day.special), provisional=day.provisional)
                for day in days
            ],
        }
    )


def _special(day: SpecialDay | None) -> SpecialDayView | None:
    if day is None:
        return None
    return SpecialDayView.model_validate({name: value for name, value in asdict(day).items() if name != "edition"})
