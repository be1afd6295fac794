"""One task, from its directive to its evidence."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sixclear.portal.pages.public.task.lists import NAMES, Item, Read, Shown, read
from sixclear.portal.pages.public.task.own_fields import OwnValue, named, own_values, references
from sixclear.portal.pages.public.task.progress import ProgressChart, draw
from sixclear.portal.shell.addresses import Asked
from sixclear.portal.shell.deadlines import Distance, distance
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.programmes import Programme, WorkPart
from sixclear.portal.upstream.tasks import (
    Comment,
    Decision,
    Evidence,
    HistoryEntry,
    Milestones,
    Period,
    Report,
    Task,
)

# A dense table that a reader still takes in: half a year of weeks, two years of months.
_PERIODS = 26


@dataclass(frozen=True, slots=True)
class TaskView:
    """The page of a task; what hangs on it is None when it could not be had.

    `timings` counts the periods that are shown. `distance` is None for a task without a deadline that counts:
    recurring, over, paused, or not counted and past it. `asked` names the pages of its lists. `group` is the group of
    work that the task is in, None also where its programme has not said what it is called.
    """

    now: datetime
    asked: Asked
    task: Task
    distance: Distance | None
    extensions: int
    demonstration: bool
    programme: Programme | None
    own_values: Sequence[OwnValue]
    group: WorkPart | None
    milestones: Milestones | None
    periods: Listing[Period] | None
    timings: Mapping[str, int]
    decisions: Shown[Decision] | None
    comments: Shown[Comment] | None
    reports: Shown[Report] | None
    evidence: Shown[Evidence] | None
    history: Shown[HistoryEntry] | None
    chart: ProgressChart | None
    away: Mapping[str, datetime | None]


@dataclass(frozen=True, slots=True)
class _Lists:
    """What hangs on a task, as lists that have pages."""

    reports: Read[Report]
    evidence: Read[Evidence]
    decisions: Read[Decision]
    comments: Read[Comment]
    history: Read[HistoryEntry]

    def wrong(self) -> set[str]:
        """The parameters of the address that name no page of their list."""
        return {name for name in NAMES if getattr(self, name).is_wrong}


async def load(gateway: Gateway, now: datetime, task_id: UUID, asked: Asked) -> TaskView:
    """The page of a task; an unknown one is PageNotFound, without any answer of `tasks` it is ServiceAway."""
    parts = Parts()
    found, programmes, milestones, periods, lists = await asyncio.gather(
        parts.needed(gateway.tasks.task(task_id)),
        parts.optional(gateway.tasks.programmes()),
        parts.optional(gateway.tasks.milestones(task_id)),
        parts.optional(gateway.tasks.periods(task_id, _PERIODS)),
        _lists(parts, gateway, task_id, asked),
    )
    changes = lists.history.newest.items if lists.history.newest else []
    said = lists.reports.newest.items if lists.reports.newest else []
    programme = next((p for p in programmes.items if p.slug == found.programme), None) if programmes else None
    values = own_values(programme, found.own_fields)
    organisations = await asyncio.gather(
        *(parts.optional(gateway.tasks.organisation(one)) for one in references(values))
    )
    return TaskView(
        now=now,
        asked=asked.without(wrong) if (wrong := lists.wrong()) else asked,
        task=found,
        distance=_distance(found, now),
        extensions=sum(entry.change == "extended" for entry in changes),
        demonstration=found.demonstration or (programme is not None and programme.demonstration),
        programme=programme,
        own_values=named(values, organisations),
        group=programme.group(found.work_group) if programme else None,
        milestones=milestones,
        periods=periods,
        timings=_timings(periods),
        decisions=lists.decisions.page(),
        comments=lists.comments.page(),
        reports=_newest_first(lists.reports.page(found.reports_count), lambda report: report.occurred_at),
        evidence=lists.evidence.page(found.evidence_count),
        history=_newest_first(lists.history.page(), lambda entry: entry.version),
        chart=draw(found, said, changes, now),
        away=parts.away,
    )


async def _lists(parts: Parts, gateway: Gateway, task_id: UUID, asked: Asked) -> _Lists:
    tasks = gateway.tasks
    # The chart and the number of extensions are of all that is newest, whichever page is shown.
    return _Lists(
        *await asyncio.gather(
            read(parts, asked, "reports", partial(tasks.reports, task_id), whole=True),
            read(parts, asked, "evidence", partial(tasks.evidence, task_id)),
            read(parts, asked, "decisions", partial(tasks.decisions, task_id)),
            read(parts, asked, "comments", partial(tasks.comments, task_id)),
            read(parts, asked, "history", partial(tasks.history, task_id), whole=True),
        )
    )


def _newest_first(shown: Shown[Item] | None, key: Callable[[Item], Any]) -> Shown[Item] | None:
    return None if shown is None else replace(shown, items=sorted(shown.items, key=key, reverse=True))


def _timings(periods: Listing[Period] | None) -> Mapping[str, int]:
    counted = Counter(one.timing for one in (periods.items if periods else ()))
    return {timing: counted[timing] for timing in ("on_time", "late", "missing", "pending")}


def _distance(task: Task, now: datetime) -> Distance | None:
    """`tasks` says what is overdue; a task that it does not count, such as one that is only proposed, is never late."""
    if task.current_deadline is None or task.bucket in ("recurring", "completed"):
        return None
    if task.status == "cancelled" or task.paused_since is not None:
        return None
    if task.bucket is None and task.current_deadline < now:
        return None
    return distance(task.current_deadline, now, missed=task.bucket == "overdue")
