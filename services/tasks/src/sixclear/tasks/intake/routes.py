"""A file of tasks in, what became of each item out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from sixclear.common.errors import UnsupportedMediaType
from sixclear.common.service_state import own_state
from sixclear.common.web.access import Access
from sixclear.common.web.media_types import require_type
from sixclear.common.web.openapi import lines_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep
from sixclear.tasks.intake import service
from sixclear.tasks.intake.metrics import BULK_TASKS
from sixclear.tasks.intake.schemas import TaskBulkResult
from sixclear.tasks.reporting.errors import BulkTooLarge
from sixclear.tasks.reporting.lines import FILES, read_lines
from sixclear.tasks.settings import Settings
from sixclear.tasks.task import access
from sixclear.tasks.task.schemas import TaskProposal

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

WRITE = Depends(Access.scope("tasks:write", organisation=access.PROPOSING))
_FILE = (
    "One TaskProposal in JSON a line, in UTF-8; `assign` needs the scope `tasks:assign`. Blank lines, a byte order "
    "mark and any ends of lines do no harm. A JSON array of items is taken too; with its byte order mark, UTF-16 is."
)


@router.post(
    "/tasks/bulk",
    operation_id="putTasksInBulk",
    dependencies=[WRITE],
    responses=problem_responses(BulkTooLarge, UnsupportedMediaType),
    openapi_extra=lines_of(TaskProposal, _FILE),
)
async def put_in_bulk(
    ctx: ContextDep,
    request: Request,
    dry_run: Annotated[bool, Query(description="Check every item and write nothing.")] = False,
) -> TaskBulkResult:
    """Propose, describe again and assign many tasks: NDJSON, a result per item; a refused item stops no other."""
    require_type(request, FILES)
    settings = own_state(request, Settings)
    lines = read_lines(await request.body(), settings.bulk_tasks, TaskProposal)
    result = await service.put_many(ctx, lines, dry_run=dry_run, most_open=settings.open_proposals)
    if not dry_run:
        for name in ("created", "updated", "unchanged", "rejected"):
            BULK_TASKS.labels(name).inc(getattr(result, name))
    return result
