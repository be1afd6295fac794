"""One task, from its directive to its evidence."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.portal.pages.public.task.progress import ProgressChart, draw
from sixclear.portal.shell.deadlines import Distance, distance
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts
from sixclear.portal.upstream.tasks import Evidence, HistoryEntry, Programme, Report, Task


@dataclass(frozen=True, slots=True)
class TaskView:
    """The page of a task; `history`, `reports` and `evidence` are None when they could not be had.

    `distance` is None for a task without a deadline that counts: recurring, completed, or not counted and past it.
    """

    now: datetime
    task: Task
    distance: Distance | None
    extensions: int
    demonstration: bool
    programme: Programme | None
    reports: Sequence[Report] | None
    evidence: Sequence[Evidence] | None
    history: Sequence[HistoryEntry] | None
    chart: ProgressChart | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway, now: datetime, task_id: UUID) -> TaskView:
    """The page of a task; an unknown one is PageNotFound, without any answer of `tasks` it is ServiceAway."""
    parts = Parts()
    found, programmes, reports, evidence, history = await asyncio.gather(
        parts.needed(gateway.tasks.task(task_id)),
        parts.optional(gateway.tasks.programmes()),
        parts.optional(gateway.tasks.reports(task_id)),
        parts.optional(gateway.tasks.evidence(task_id)),
        parts.optional(gateway.tasks.history(task_id)),
    )
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
        reports=said,
        evidence=evidence.items if evidence else None,
        history=entries,
        chart=draw(found, said or [], entries or [], now),
        away=parts.away,
    )


def _distance(task: Task, now: datetime) -> Distance | None:
    """`tasks` says what is overdue; a task that it does not count, such as one that is only proposed, is never late."""
    if task.current_deadline is None or task.bucket in ("recurring", "completed"):
        return None
    if task.bucket is None and task.current_deadline < now:
        return None
    return distance(task.current_deadline, now, missed=task.bucket == "overdue")
