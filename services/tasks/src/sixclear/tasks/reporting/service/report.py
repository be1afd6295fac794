"""Reporting progress on one task, and what one report shares with many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sixclear.common.clock import civil_date, civil_day_start
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.schemas import ProgressEntry
from sixclear.tasks.reporting.service.repeat import ReportsSeen
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import require_doer
from sixclear.tasks.task.hidden import Hidden, Said, hidden_of
from sixclear.tasks.task.models import ProgressReport, Task, state_of
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change

REPORT_OF_OTHERS = "report on a task of other organisations"


async def report(ctx: Context, task_id: UUID, entry: ProgressEntry, expect: Expect) -> tuple[Task, bool]:
    """Report progress on one task; the lead and the coordinating bodies may.

    False when the body repeats itself word for word: at the same stated time, or without one on the same civil day
    with nothing since. Then nothing is written.
    """
    task = await locked(ctx, task_id, expect)
    organisation_id = require_doer(ctx, state_of(task), REPORT_OF_OTHERS)
    seen = await reports_seen(ctx, [task], [entry])
    if seen.holds(task, organisation_id, entry):
        return task, False
    occurred_at = told_at(ctx, entry.occurred_at, task)
    stated = await stated_of(ctx, [task] if lifecycle.is_late(state_of(task), occurred_at) else [])
    hidden = await hidden_of(ctx.session, [task_id]) if entry.percent is None else {}
    percents = percents_of(task, entry, occurred_at, hidden.get(task_id), stated)
    change = lifecycle.report(state_of(task), command(entry, percents), occurred_at)
    await record_change(ctx, task, change, occurred_at, said=percents.said(occurred_at))
    ctx.session.add(report_row(task, entry, organisation_id, percents, occurred_at, ctx.now))
    return task, True


def told_at(ctx: Context, stated: datetime | None, task: Task) -> datetime:
    """When it became true what a body says; a stated time may be earlier than the last change of the task."""
    return ctx.fact_time(stated, None if stated else task.occurred_at)


async def reports_seen(ctx: Context, tasks: Iterable[Task], entries: Iterable[ProgressEntry]) -> ReportsSeen:
    """The reports of these locked tasks that the entries may repeat."""
    today = civil_day_start(civil_date(ctx.now))
    task_ids = [task.task_id for task in tasks]
    stated = {entry.occurred_at for entry in entries if entry.occurred_at}
    # Most tasks were not reported on today: of these nothing is read.
    said_today = any(task.last_report_at is not None and task.last_report_at >= today for task in tasks)
    reports = await rows.list_reports_told(ctx.session, task_ids, stated, today) if stated or said_today else ()
    return ReportsSeen(reports, ctx.now)


@dataclass(frozen=True, slots=True)
class Percents:
    """The percentage of a report as it is kept, and the one that everyone reads in its place; None: the same."""

    kept: int
    public: int | None

    def said(self, occurred_at: datetime) -> Said:
        """What everyone reads of the report."""
        return Said(self.kept if self.public is None else self.public, occurred_at)


Stated = dict[UUID, list[rows.StatedPercent]]


async def stated_of(ctx: Context, tasks: Iterable[Task]) -> Stated:
    """The percentages of all reports on these tasks."""
    return await rows.list_percents(ctx.session, [task.task_id for task in tasks])


def stated_percent(report: ProgressReport, *, published: bool) -> rows.StatedPercent:
    """The percentage of a report that is made now."""
    public = report.percent if report.public_percent is None else report.public_percent
    return rows.StatedPercent(report.occurred_at, report.task_version, report.percent, public, published)


def percents_of(
    task: Task, entry: ProgressEntry, occurred_at: datetime, hidden: Hidden | None, stated: Stated
) -> Percents:
    """The percentages of a report: as it states, else as they were at its time.

    `hidden` is what is hidden of the task, where something is. `stated` must have the task when the report comes late.
    """
    if entry.percent is not None:
        return Percents(entry.percent, None)
    says_in_public = hidden is not None and task.classification == "public"
    if lifecycle.is_late(state_of(task), occurred_at):
        before = [one for one in stated[task.task_id] if one.occurred_at <= occurred_at]
        kept, public = _newest(before), _newest([one for one in before if one.published])
        in_public = public.public_percent if public else 0
        return Percents(kept.percent if kept else 0, in_public if says_in_public else None)
    return Percents(task.percent, hidden.percent if hidden is not None and says_in_public else None)


def _newest(stated: Sequence[rows.StatedPercent]) -> rows.StatedPercent | None:
    return max(stated, key=lambda one: (one.occurred_at, one.task_version), default=None)


def command(entry: ProgressEntry, percents: Percents) -> lifecycle.Report:
    """What the entry reports."""
    return lifecycle.Report(percents.kept, entry.text, entry.difficulty, entry.cause, entry.remedy)


def report_row(
    task: Task,
    entry: ProgressEntry,
    organisation_id: UUID,
    percents: Percents,
    occurred_at: datetime,
    now: datetime,
) -> ProgressReport:
    """The report by which the task has come to its version."""
    return ProgressReport(
        task_id=task.task_id,
        task_version=task.version,
        organisation_id=organisation_id,
        percent=percents.kept,
        public_percent=percents.public,
        text=entry.text,
        difficulty=entry.difficulty,
        cause=entry.cause,
        remedy=entry.remedy,
        occurred_at=occurred_at,
        recorded_at=now,
    )
