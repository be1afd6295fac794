"""Evidence of a result, and the result itself handed in for confirmation."""

from datetime import datetime
from uuid import UUID

from sixclear.common.use_case import Context, Expect
from sixclear.tasks.reporting.schemas import EvidenceEntry, EvidenceItem, SubmissionEntry
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task.access import require_doer, require_lead
from sixclear.tasks.task.models import Evidence, Task, state_of
from sixclear.tasks.task.service.find import locked
from sixclear.tasks.task.service.record import record_change


async def add_evidence(ctx: Context, task_id: UUID, entry: EvidenceEntry, expect: Expect) -> Task:
    """Attach a link to evidence; the lead and the coordinating bodies may."""
    task = await locked(ctx, task_id, expect)
    organisation_id = require_doer(ctx, state_of(task), "add evidence to a task of other organisations")
    await _attach(ctx, task, entry, organisation_id, ctx.fact_time(entry.occurred_at, task.occurred_at))
    return task


async def submit(ctx: Context, task_id: UUID, entry: SubmissionEntry, expect: Expect) -> Task:
    """Hand in the result, with evidence that was not attached before; only the lead body may."""
    task = await locked(ctx, task_id, expect)
    organisation_id = require_lead(ctx, state_of(task), "submit a task of another lead body")
    occurred_at = ctx.fact_time(entry.occurred_at, task.occurred_at)
    for item in entry.evidence:
        await _attach(ctx, task, item, organisation_id, occurred_at)
    await record_change(ctx, task, lifecycle.submit(state_of(task), occurred_at), occurred_at)
    return task


async def _attach(ctx: Context, task: Task, item: EvidenceItem, organisation_id: UUID, occurred_at: datetime) -> None:
    await record_change(ctx, task, lifecycle.add_evidence(state_of(task)), occurred_at)
    ctx.session.add(
        Evidence(
            task_id=task.task_id,
            task_version=task.version,
            title=item.title,
            url=item.url,
            sha256=item.sha256,
            organisation_id=organisation_id,
            occurred_at=occurred_at,
            recorded_at=ctx.now,
        )
    )
