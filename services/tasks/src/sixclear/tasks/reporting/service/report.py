"""Reporting progress on one task, and what one report shares with many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.events.log import NewEvent
from sixclear.common.use_case import Context, Expect, OrganisationNotAllowed
from sixclear.tasks.obstacle.service.open import Difficulty, open_reported
from sixclear.tasks.organisation.service import of_former
from sixclear.tasks.period.lifecycle import PeriodRecord, Step, missed_among
from sixclear.tasks.period.service.passing import open_for_reports, store
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.rules import CHANGE, Decision, ReportCommand, ReportingState, SaidReport, decide, needs
from sixclear.tasks.reporting.schemas import ProgressEntry, ReportedPeriod
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.recording import event_json, is_published
from sixclear.tasks.task.service.find import locked_record


@dataclass(frozen=True, slots=True)
class Reported:
    """A task after a report, whether that was new, and of a recurring task its period and what was missed."""

    task: TaskRecord
    new: bool
    period: ReportedPeriod | None


async def report(ctx: Context, task_id: UUID, entry: ProgressEntry, expect: Expect) -> Reported:
    """Report progress on one task; the lead and the coordinating bodies may.

    Not new when the body repeats itself word for word: at the same stated time, or without one on the same civil day
    with nothing since. Then nothing is written.

    Costs three statements: the row is locked, then what was said is read by a snapshot that follows the lock, then all
    is written; a late report without a percentage one more, one on a recurring task two for its period; one with a
    difficulty those of the obstacle that it opens.
    """
    task = await locked_record(ctx, task_id, expect)
    command = command_of(ctx, entry)
    found, steps = await open_for_reports(ctx, {task_id: task}, *named_by([command], ctx.now))
    periods = found.get(task_id, [])
    state = await _read(ctx, task, command, periods)
    try:
        decision = decide(state, command, ctx.now)
    except OrganisationNotAllowed as refusal:
        raise await of_former(ctx.session, command.organisation_id, refusal) from None
    if decision.report is None:
        return Reported(task, False, period_of(task, periods, None))
    changes = rows.reported([decision.task], [decision.report])
    await ctx.log.publish_many(ctx.session, [event_of(decision, ctx.meta())], recorded_at=ctx.now, rows=changes)
    await store(ctx, steps + after(periods, decision))
    await open_reported(ctx, difficulties([decision.task], [decision.report]))
    return Reported(decision.task, True, period_of(task, periods, decision.report))


def difficulties(tasks: Iterable[TaskRecord], reports: Sequence[SaidReport]) -> list[Difficulty]:
    """What these reports say that holds their tasks back; the tasks are as the reports leave them."""
    if not any(report.difficulty for report in reports):
        return []
    by_id = {task.task_id: task for task in tasks}
    return [
        Difficulty(by_id[one.task_id], one.difficulty, one.organisation_id, one.occurred_at)
        for one in reports
        if one.difficulty and one.organisation_id
    ]


def named_by(commands: Iterable[ReportCommand], now: datetime) -> tuple[set[str], set[datetime]]:
    """The periods that commands name, and the instants of those that name none."""
    told = list(commands)
    keys = {one.period for one in told if one.period is not None}
    return keys, {one.occurred_at or now for one in told if one.period is None}


def after(periods: list[PeriodRecord], decision: Decision) -> list[Step]:
    """The step of the period that a report is of, where it takes one; `periods` are as it leaves them from here on."""
    step = decision.step
    if step is None:
        return []
    periods[:] = [step.after if one.period_id == step.after.period_id else one for one in periods]
    return [step]


def period_of(task: TaskRecord, periods: Sequence[PeriodRecord], said: SaidReport | None) -> ReportedPeriod | None:
    """What the answer says of the periods of a recurring task; None of another one."""
    if task.kind != "recurring":
        return None
    return ReportedPeriod(key=said and said.period, missed=missed_among(periods))


def command_of(ctx: Context, entry: ProgressEntry) -> ReportCommand:
    """What the caller reports by an entry of a request."""
    return ReportCommand(
        organisation_id=ctx.caller.organisation_id,
        scopes=ctx.caller.scopes,
        percent=entry.percent,
        text=entry.text,
        difficulty=entry.difficulty,
        cause=entry.cause,
        remedy=entry.remedy,
        occurred_at=entry.occurred_at,
        period=entry.period,
        expected_on=entry.expected_on,
    )


def event_of(decision: Decision, meta: Mapping[str, Any]) -> NewEvent:
    """The event of a report that is not a repetition; `meta` is `meta()` of the context."""
    task, report = decision.task, decision.report
    assert report is not None
    return NewEvent(
        entity_type="task",
        entity_id=task.task_id,
        version=task.version,
        previous_version=decision.previous_version,
        change=CHANGE,
        data=event_json(task, CHANGE, decision.hidden),
        occurred_at=report.occurred_at,
        meta=meta,
        published=is_published(task, CHANGE),
    )


async def _read(
    ctx: Context, task: TaskRecord, command: ReportCommand, periods: Sequence[PeriodRecord]
) -> ReportingState:
    wanted = needs(task, command, ctx.now)
    said, hidden = await rows.read_said(ctx.session, task.task_id, command.occurred_at, wanted)
    stated = await rows.list_percents(ctx.session, [task.task_id]) if wanted.stated else {}
    return ReportingState(task, said, hidden, stated.get(task.task_id, ()), periods)
