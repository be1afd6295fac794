"""What was said on a task. What was said while it was restricted stays with the bodies concerned, for good."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.evidence import service as evidence
from sixclear.tasks.evidence.schemas import EvidenceView
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.responses import progress_responses
from sixclear.tasks.reporting.schemas import ProgressView
from sixclear.tasks.task.access import reads_whole
from sixclear.tasks.task.models import Task
from sixclear.tasks.task.service.find import get_task


async def list_reports(ctx: Context, task_id: UUID, before: rows.Place | None, limit: int) -> list[ProgressView]:
    """A task's reports, newest first, as far as the caller may read them; raises TaskNotFound."""
    public = await _reads_as_everyone(ctx, await get_task(ctx, task_id))
    reports = await rows.list_reports(ctx.session, task_id, published=public, before=before, limit=limit)
    return await progress_responses(ctx.session, reports, public=public)


async def list_evidence(ctx: Context, task_id: UUID, before: rows.Place | None, limit: int) -> list[EvidenceView]:
    """A task's evidence, newest first, as far as the caller may read it; raises TaskNotFound."""
    task = await get_task(ctx, task_id)
    public = await _reads_as_everyone(ctx, task)
    said = await rows.list_evidence(ctx.session, task_id, published=public, before=before, limit=limit)
    return await evidence.list_responses(ctx, task, said)


async def _reads_as_everyone(ctx: Context, task: Task) -> bool:
    """Whether the caller has no part in the task, and no mandate that names it."""
    return not await reads_whole(ctx.session, ctx.caller, task)
