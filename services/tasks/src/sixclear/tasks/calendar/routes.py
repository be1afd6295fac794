"""The working calendar over HTTP: why a due day is the day that it is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.instants import Day
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.texts import Lookup
from sixclear.tasks.calendar import service
from sixclear.tasks.calendar.errors import CalendarRangeInvalid
from sixclear.tasks.calendar.schemas import CalendarView

router = APIRouter(tags=["organisations"])

PUBLIC = Depends(Access.public("Which days are working days is published to everyone."))


@router.get(
    "/calendar",
    operation_id="getCalendar",
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown, CalendarRangeInvalid),
)
async def get_calendar(
    first: Annotated[Day, Query(alias="from", description="The first day, such as 2026-07-10.")],
    last: Annotated[Day, Query(alias="to", description="The last day, included; at most 731 days in all.")],
    edition: Annotated[Lookup | None, Query(description="An edition of the calendar; default: the newest.")] = None,
) -> CalendarView:
    """Working days of the State sector from one day to another, with the reason and legal basis of each special day.

    All services count by this calendar. A due date names the edition that it was counted with.
    """
    return service.calendar_between(first, last, edition)
