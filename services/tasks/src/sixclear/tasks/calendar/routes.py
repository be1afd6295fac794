"""The working calendar over HTTP: why a due day is the day that it is."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from sixclear.common.clock import civil_date
from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.instants import Day
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import NowDep, TransactionalRoute
from sixclear.common.web.texts import Lookup
from sixclear.tasks.calendar import service
from sixclear.tasks.calendar.errors import CalendarRangeInvalid
from sixclear.tasks.calendar.schemas import CalendarView

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

_AHEAD = timedelta(days=30)
PUBLIC = Depends(Access.public("Which days are working days is published to everyone."))


@router.get(
    "/calendar",
    operation_id="getCalendar",
    dependencies=[PUBLIC],
    responses=problem_responses(ReferenceUnknown, CalendarRangeInvalid),
)
async def get_calendar(
    now: NowDep,
    first: Annotated[Day | None, Query(alias="from", description="The first day; default: today.")] = None,
    last: Annotated[
        Day | None, Query(alias="to", description="The last day, included; default: 30 days later. At most 731 days.")
    ] = None,
    edition: Annotated[Lookup | None, Query(description="An edition of the calendar; default: the newest.")] = None,
) -> CalendarView:
    """Working days of the State sector from one day to another, with the reason and legal basis of each special day.

    All services count by this calendar. A due date names the edition that it was counted with.
    """
    first = first or civil_date(now)
    return service.calendar_between(first, last or first + _AHEAD, edition)
