"""The four buckets at the end of each civil day."""

from datetime import date, datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.monitoring.instants import read_period
from sixclear.monitoring.kinds.task import BUCKETS
from sixclear.monitoring.timeline.repository import bucket_sweep, first_day
from sixclear.monitoring.timeline.schemas import Point, Timeline
from sixclear.monitoring.view.reconcile import require_reconciled
from sixclear.monitoring.view.selection import Selection

Step = Literal["day", "week"]


async def timeline(
    session: AsyncSession, selection: Selection, *, first: date | None, last: date | None, step: Step, now: datetime
) -> Timeline:
    """One point per day, or per seventh day back from the last one; today's point is now.

    One pass over all intervals of the selection, however many points are asked for. Raises PeriodInvalid.
    """
    await require_reconciled(session)
    oldest = await first_day(session)
    begin, end = read_period(first, last, civil_date(oldest or now), now)
    rows = await bucket_sweep(session, selection, begin, end, min(now, civil_day_end(end)))
    points = [
        Point(
            date=row.day,
            as_of=min(civil_day_end(row.day), now),
            total=sum(getattr(row, name) for name in BUCKETS),
            **{name: getattr(row, name) for name in BUCKETS},
        )
        for row in rows
        if step == "day" or (end - row.day).days % 7 == 0
    ]
    return Timeline(as_of=now, points=points)
