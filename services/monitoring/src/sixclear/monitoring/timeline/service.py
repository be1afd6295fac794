"""The four buckets at the end of each civil day."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date, civil_day_end
from sixclear.monitoring.instants import read_period
from sixclear.monitoring.kinds.task import BUCKETS, TASK
from sixclear.monitoring.timeline.repository import bucket_sweep
from sixclear.monitoring.timeline.schemas import Point, Timeline
from sixclear.monitoring.view import past
from sixclear.monitoring.view.as_then import as_then
from sixclear.monitoring.view.day_changes import changes_by_day
from sixclear.monitoring.view.dimensions import Reference
from sixclear.monitoring.view.former_tree import body_then, changes_of_the_tree
from sixclear.monitoring.view.named import with_reach
from sixclear.monitoring.view.reconcile import require_reconciled
from sixclear.monitoring.view.selection import Selection

Step = Literal["day", "week"]
_MEASURE = "task_bucket"


async def timeline(
    session: AsyncSession,
    selection: Selection,
    named: Reference | None = None,
    *,
    by_then: bool = True,
    standing: bool = False,
    first: date | None,
    last: date | None,
    step: Step,
    now: datetime,
) -> Timeline:
    """One point per day, or per seventh day back from the last one; today's point is now.

    With `by_then` each point is told by the tree and the programmes of its instant, and a body that is `named` by its
    code of then; else all are by those of now. Costs the days of the period, however many tasks there are; two
    statements, three where the period ends now, for a caller that knows that no figure is refused (`standing`). Where
    bodies have moved since the first day, or programmes were described again, some more for each day on which one was.
    Raises PeriodInvalid.
    """
    if not standing:
        await require_reconciled(session)
    oldest, by_day, moved_last = await past.known_since(session, TASK)
    begin, end = read_period(first, last, civil_date(oldest or now), now)
    read = _by_day if by_day and not selection.named_facts(TASK) else _by_intervals
    buckets: list[tuple[date, dict[str, int]]] = []
    trees: set[bool] = set()
    moved = by_then and moved_last is not None and moved_last > min(now, civil_day_end(begin))
    for chosen, days in await _by_tree(session, selection, named, begin, end, now, moved=moved):
        trees.add(not chosen.of_now)
        buckets += await read(session, chosen, days[0], days[-1], min(now, civil_day_end(days[-1])))
    points = [
        Point(date=day, as_of=min(civil_day_end(day), now), total=sum(counts.values()), **counts)
        for day, counts in buckets
        if step == "day" or (end - day).days % 7 == 0
    ]
    return Timeline(as_of=now, tree="then" if True in trees else "now", points=points)


async def _by_tree(
    session: AsyncSession,
    selection: Selection,
    named: Reference | None,
    first: date,
    last: date,
    now: datetime,
    *,
    moved: bool,
) -> list[tuple[Selection, list[date]]]:
    """What is meant on which days, one after another."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    if not moved:
        return [(await with_reach(session, TASK, selection), days)]
    instants = [min(civil_day_end(day), now) for day in days]
    changes = await changes_of_the_tree(session, instants[0], instants[-1])
    found: list[tuple[Selection, list[date]]] = []
    for _, alike in groupby(zip(days, instants, strict=True), lambda one: bisect_right(changes, one[1])):
        here = list(alike)
        then = None if named is None else await body_then(session, named, here[0][1])
        chosen = await with_reach(session, TASK, await as_then(session, selection, then, here[0][1]))
        if found and found[-1][0] == chosen:
            found[-1][1].extend(day for day, _ in here)
        else:
            found.append((chosen, [day for day, _ in here]))
    return found


async def _by_intervals(
    session: AsyncSession, selection: Selection, first: date, last: date, until: datetime
) -> list[tuple[date, dict[str, int]]]:
    rows = await bucket_sweep(session, selection, first, last, until)
    return [(row.day, {name: getattr(row, name) for name in BUCKETS}) for row in rows]


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
