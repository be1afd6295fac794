"""The four buckets at the end of each civil day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.monitoring.instants import read_period
from sixclear.monitoring.kinds.task import BUCKETS, TASK
from sixclear.monitoring.timeline.repository import bucket_sweep
from sixclear.monitoring.timeline.schemas import Point, Timeline
from sixclear.monitoring.view import past
from sixclear.monitoring.view.day_changes import changes_by_day
from sixclear.monitoring.view.reconcile import require_reconciled
from sixclear.monitoring.view.selection import Selection

Step = Literal["day", "week"]
_MEASURE = "task_bucket"


async def timeline(
    session: AsyncSession,
    selection: Selection,
    *,
    standing: bool = False,
    first: date | None,
    last: date | None,
    step: Step,
    now: datetime,
) -> Timeline:
    """One point per day, or per seventh day back from the last one; today's point is now.

    Costs the days of the period, however many tasks there are; two statements, three where the period ends now, for a
    caller that knows that no figure is refused (`standing`). Raises PeriodInvalid.
    """
    if not standing:
        await require_reconciled(session)
    oldest, by_day = await past.known_since(session, TASK)
    begin, end = read_period(first, last, civil_date(oldest or now), now)
    until = min(now, civil_day_end(end))
    if by_day and not selection.named_facts(TASK):
        buckets = await _by_day(session, selection, begin, end, until)
    else:
        rows = await bucket_sweep(session, selection, begin, end, until)
        buckets = [(row.day, {name: getattr(row, name) for name in BUCKETS}) for row in rows]
    points = [
        Point(date=day, as_of=min(civil_day_end(day), now), total=sum(counts.values()), **counts)
        for day, counts in buckets
        if step == "day" or (end - day).days % 7 == 0
    ]
    return Timeline(as_of=now, points=points)


async def _by_day(
    session: AsyncSession, selection: Selection, first: date, last: date, until: datetime
) -> list[tuple[date, dict[str, int]]]:
    """The running sums of what the days brought; of a day that is not over, what it brought up to `until`."""
    changes = await changes_by_day(session, TASK, _MEASURE, selection, first, last)
    counts = dict.fromkeys(BUCKETS, 0)
    _add(counts, changes.get(None, {}))
    found = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        _add(counts, changes.get(day, {}))
        found.append((day, dict(counts)))
    if until != civil_day_end(last):
        cells = await past.cells_at(session, (TASK,), selection, until)
        found[-1] = (last, dict.fromkeys(BUCKETS, 0))
        _add(found[-1][1], {cell.slot: int(n) for cell, n in cells.items() if cell.measure == _MEASURE})
    return found


def _add(counts: dict[str, int], slots: Mapping[str, int]) -> None:
    for slot, n in slots.items():
        counts[slot.partition(":")[0]] += n
