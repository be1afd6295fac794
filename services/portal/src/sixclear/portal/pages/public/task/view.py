"""One task, from its directive to its evidence."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.pages.public.task.own_fields import OwnValue, own_values
from sixclear.portal.pages.public.task.progress import ProgressChart, draw
from sixclear.portal.shell.deadlines import Distance, distance
from sixclear.portal.upstream.answer import Listing
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import (
    Decision,
    Evidence,
    HistoryEntry,
    Milestones,
    Period,
    Programme,
    Report,
    Task,
)

# A dense table that a reader still takes in: half a year of weeks, two years of months.
_PERIODS = 26


@dataclass(frozen=True, slots=True)
class TaskView:
    """The page of a task; what hangs on it is None when it could not be had.

    `timings` counts the periods that are shown. `distance` is None for a task without a deadline that counts:
    recurring, completed, or not counted and past it.
    """

    now: datetime
    task: Task
    distance: Distance | None
    extensions: int
    demonstration: bool
    programme: Programme | None
    own_values: Sequence[OwnValue]
    milestones: Milestones | None
    periods: Listing[Period] | None
    timings: Mapping[str, int]
    decisions: Sequence[Decision] | None
    reports: Sequence[Report] | None
    evidence: Sequence[Evidence] | None
    history: Sequence[HistoryEntry] | None
    chart: ProgressChart | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, now: datetime, task_id: UUID) -> TaskView:
    """The page of a task; an unknown one is PageNotFound, without any answer of `tasks` it is ServiceAway."""
    parts = Parts()
    found, programmes, hanging, reports, evidence, history = await asyncio.gather(
        parts.needed(gateway.tasks.task(task_id)),
        parts.optional(gateway.tasks.programmes()),
        _hanging(parts, gateway, task_id),
        parts.optional(gateway.tasks.reports(task_id)),
        parts.optional(gateway.tasks.evidence(task_id)),
        parts.optional(gateway.tasks.history(task_id)),
    )
    milestones, periods, decisions = hanging
    entries = sorted(history.items, key=lambda entry: entry.version, reverse=True) if history else None
    said = sorted(reports.items, key=lambda report: report.occurred_at, reverse=True) if reports else None
    programme = next((p for p in programmes.items if p.slug == found.programme), None) if programmes else None
    return TaskView(
        now=now,
        task=found,
        distance=_distance(found, now),
        extensions=sum(entry.change == "extended" for entry in entries or []),
        demonstration=found.demonstration or (programme is not None and programme.demonstration),
        programme=programme,
        own_values=own_values(programme, found.own_fields),
        milestones=milestones,
        periods=periods,
        timings=_timings(periods),
        decisions=decisions.items[::-1] if decisions else None,
        reports=said,
        evidence=evidence.items if evidence else None,
        history=entries,
        chart=draw(found, said or [], entries or [], now),
        away=parts.away,
    )


async def _hanging(
    parts: Parts, gateway: Gateway, task_id: UUID
) -> tuple[Milestones | None, Listing[Period] | None, Listing[Decision] | None]:
    return await asyncio.gather(
        parts.optional(gateway.tasks.milestones(task_id)),
        parts.optional(gateway.tasks.periods(task_id, _PERIODS)),
        parts.optional(gateway.tasks.decisions(task_id)),
    )


def _timings(periods: Listing[Period] | None) -> Mapping[str, int]:
    counted = Counter(one.timing for one in (periods.items if periods else ()))
    return {timing: counted[timing] for timing in ("on_time", "late", "missing", "pending")}


def _distance(task: Task, now: datetime) -> Distance | None:
    """`tasks` says what is overdue; a task that it does not count, such as one that is only proposed, is never late."""
    if task.current_deadline is None or task.bucket in ("recurring", "completed"):
        return None
    if task.bucket is None and task.current_deadline < now:
        return None
    return distance(task.current_deadline, now, missed=task.bucket == "overdue")
