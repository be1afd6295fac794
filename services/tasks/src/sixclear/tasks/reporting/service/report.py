"""Reporting progress on one task, and what one report shares with many."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.schemas import ProgressEntry
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import require_doer
from sixclear.tasks.task.hidden import Hidden, hidden_of
from sixclear.tasks.task.models import ProgressReport, Task, state_of
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change

REPORT_OF_OTHERS = "report on a task of other organisations"


async def report(ctx: Context, task_id: UUID, entry: ProgressEntry, expect: Expect) -> tuple[Task, bool]:
    """Report progress on one task; the lead and the coordinating bodies may.

    False when the body said the same word for word at the same stated time before: then nothing is written.
    """
    task = await locked(ctx, task_id, expect)
    organisation_id = require_doer(ctx, state_of(task), REPORT_OF_OTHERS)
    stated = {entry.occurred_at} if entry.occurred_at else set()
    seen = ReportsSeen(await rows.list_reports_at(ctx.session, [task_id], stated))
    if seen.holds(task_id, organisation_id, entry):
        return task, False
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    change = lifecycle.report(state_of(task), command(entry), occurred_at)
    hidden = await hidden_of(ctx.session, [task_id]) if entry.percent is None else {}
    percent = public_percent(task, entry, hidden.get(task_id))
    await record_change(ctx, task, change, occurred_at, public_percent=percent)
    ctx.session.add(report_row(task, entry, organisation_id, percent, ctx.now))
    return task, True


def public_percent(task: Task, entry: ProgressEntry, hidden: Hidden | None) -> int | None:
    """What a report without a percentage says in public, where some of the task is hidden; else None."""
    said_in_public = entry.percent is None and task.classification == "public"
    return hidden.percent if hidden is not None and said_in_public else None


def command(entry: ProgressEntry) -> lifecycle.Report:
    """What the entry reports."""
    return lifecycle.Report(entry.percent, entry.text, entry.difficulty, entry.cause, entry.remedy)


def report_row(
    task: Task, entry: ProgressEntry, organisation_id: UUID, public_percent: int | None, now: datetime
) -> ProgressReport:
    """The report by which the task has come to where it stands."""
    return ProgressReport(
        task_id=task.task_id,
        task_version=task.version,
        organisation_id=organisation_id,
        percent=task.percent,
        public_percent=public_percent,
        text=entry.text,
        difficulty=entry.difficulty,
        cause=entry.cause,
        remedy=entry.remedy,
        occurred_at=task.occurred_at,
        recorded_at=now,
    )


class ReportsSeen:
    """What was reported before, so that a machine may say the same again."""

    def __init__(self, reports: Iterable[ProgressReport]) -> None:
        self._percents: dict[tuple[Any, ...], set[int]] = defaultdict(set)
        for one in reports:
            self.add(one)

    def add(self, one: ProgressReport) -> None:
        """One more report."""
        self._percents[_words(one.task_id, one.organisation_id, one)].add(one.percent)

    def holds(self, task_id: UUID, organisation_id: UUID, entry: ProgressEntry) -> bool:
        """Whether the body said so before; an entry without a percentage kept the one of its time."""
        percents = self._percents.get(_words(task_id, organisation_id, entry))
        return percents is not None and (entry.percent is None or entry.percent in percents)


def _words(task_id: UUID, organisation_id: UUID | None, said: ProgressReport | ProgressEntry) -> tuple[Any, ...]:
    """What makes two reports the same but for the percentage; one without a stated time is never a repetition."""
    return task_id, organisation_id, said.occurred_at, said.text, said.difficulty, said.cause, said.remedy
