"""What was said on a task. What was said while it was restricted stays with the bodies concerned, for good."""

from uuid import UUID

from sixclear.common.use_case import Context
from sixclear.tasks.file import service as files
from sixclear.tasks.file.models import File
from sixclear.tasks.reporting import repository as rows
from sixclear.tasks.reporting.errors import EvidenceNotFound
from sixclear.tasks.reporting.responses import evidence_responses, progress_responses
from sixclear.tasks.reporting.schemas import EvidenceView, ProgressView
from sixclear.tasks.task.access import is_concerned
from sixclear.tasks.task.errors import TaskNotFound
from sixclear.tasks.task.models import state_of
from sixclear.tasks.task.service.find import get_task


async def list_reports(ctx: Context, task_id: UUID, before: rows.Place | None, limit: int) -> list[ProgressView]:
    """A task's reports, newest first, as far as the caller may read them; raises TaskNotFound."""
    public = await _reads_as_everyone(ctx, task_id)
    reports = await rows.list_reports(ctx.session, task_id, published=public, before=before, limit=limit)
    return await progress_responses(ctx.session, reports, public=public)


async def list_evidence(ctx: Context, task_id: UUID, before: rows.Place | None, limit: int) -> list[EvidenceView]:
    """A task's evidence, newest first, as far as the caller may read it; raises TaskNotFound."""
    public = await _reads_as_everyone(ctx, task_id)
    evidence = await rows.list_evidence(ctx.session, task_id, published=public, before=before, limit=limit)
    return await evidence_responses(ctx.session, evidence)


async def find_file(ctx: Context, evidence_id: UUID) -> File:
    """The file of a piece of evidence that the caller may read; raises EvidenceNotFound."""
    evidence, in_public = await rows.find_evidence(ctx.session, evidence_id) or (None, False)
    if evidence is None or evidence.file_id is None:
        raise EvidenceNotFound
    try:
        public = await _reads_as_everyone(ctx, evidence.task_id)
    except TaskNotFound:
        raise EvidenceNotFound from None
    if public and not in_public:
        raise EvidenceNotFound
    return await files.find_file(ctx.session, evidence.file_id)


async def _reads_as_everyone(ctx: Context, task_id: UUID) -> bool:
    """Whether the caller has no part in the task, which it may see; raises TaskNotFound."""
    return not is_concerned(state_of(await get_task(ctx, task_id)), ctx.caller.organisation_id)
