"""A file of tasks in, what became of each item out."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from sixclear.common.bulk.errors import BulkRefused, BulkTooLarge, TooManyJobs
from sixclear.common.bulk.files import Atomic, DryRun
from sixclear.common.bulk.incoming import ACCEPTED, OWN_ANSWERS, FileRoute, take_file
from sixclear.common.errors import UnsupportedMediaType
from sixclear.common.web.access import Access
from sixclear.common.web.openapi import lines_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.use_cases import ContextDep
from sixclear.tasks.intake.schemas import TaskBulkResult, TaskItem
from sixclear.tasks.intake.service import FILES
from sixclear.tasks.task import access

router = APIRouter(route_class=FileRoute, tags=["tasks"])

WRITE = Depends(Access.scope("tasks:write", organisation=access.PROPOSING))
_FILE = (
    "One TaskItem in JSON a line, in UTF-8; `assign` needs the scope `tasks:assign`. Blank lines, a byte order "
    "mark and any ends of lines do no harm. A JSON array of items is taken too; with its byte order mark, UTF-16 is."
)


@router.post(
    "/tasks/bulk",
    operation_id="putTasksInBulk",
    dependencies=[WRITE, Depends(FILES), OWN_ANSWERS],
    response_model=TaskBulkResult,
    responses=ACCEPTED | problem_responses(BulkTooLarge, BulkRefused, TooManyJobs, UnsupportedMediaType),
    openapi_extra=lines_of(TaskItem, _FILE),
)
async def put_in_bulk(ctx: ContextDep, request: Request, dry_run: DryRun = False, atomic: Atomic = False) -> Any:
    """Propose, describe again and assign many tasks: NDJSON, a result per item; a refused item stops no other.

    A file with more items than one transaction takes becomes a job: the answer is 202 with its address.
    With `Accept: application/x-ndjson` the results come one a line, without the numbers of outcomes.
    """
    return await take_file(ctx, request, FILES, dry_run=dry_run, atomic=atomic)
