"""Reporting progress on one task, and what one report shares with many."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sixclear.common.events.log import NewEvent
from sixclear.common.use_case import Context, Expect
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.rules import CHANGE, Decision, ReportCommand, ReportingState, decide, needs
from sixclear.tasks.reporting.schemas import ProgressEntry
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.recording import event_json, is_published
from sixclear.tasks.task.service.find import locked_record


async def report(ctx: Context, task_id: UUID, entry: ProgressEntry, expect: Expect) -> tuple[TaskRecord, bool]:
    """Report progress on one task; the lead and the coordinating bodies may.

    False when the body repeats itself word for word: at the same stated time, or without one on the same civil day
    with nothing since. Then nothing is written.

    Costs three statements: the row is locked, then what was said is read by a snapshot that follows the lock, then all
    is written; a late report without a percentage one more.
    """
    task = await locked_record(ctx, task_id, expect)
    command = command_of(ctx, entry)
    decision = decide(await _read(ctx, task, command), command, ctx.now)
    if decision.report is None:
        return decision.task, False
    changes = rows.reported([decision.task], [decision.report])
    await ctx.log.publish_many(ctx.session, [event_of(decision, ctx.meta())], recorded_at=ctx.now, rows=changes)
    return decision.task, True


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


async def _read(ctx: Context, task: TaskRecord, command: ReportCommand) -> ReportingState:
    wanted = needs(task, command, ctx.now)
    said, hidden = await rows.read_said(ctx.session, task.task_id, command.occurred_at, wanted)
    stated = await rows.list_percents(ctx.session, [task.task_id]) if wanted.stated else {}
    return ReportingState(task, said, hidden, stated.get(task.task_id, ()))
