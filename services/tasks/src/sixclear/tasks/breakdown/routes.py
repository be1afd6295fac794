"""The clauses of a directive over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Depends

from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep
from sixclear.tasks.breakdown import service
from sixclear.tasks.breakdown.schemas import ClauseList
from sixclear.tasks.directive.errors import DirectiveNotFound
from sixclear.tasks.task import access

router = APIRouter(route_class=TransactionalRoute, tags=["tasks"])

PUBLIC = Depends(access.PUBLIC)
OWN = Depends(access.OWN)


@router.get(
    "/own/directives/{directive_id}/clauses",
    operation_id="listOwnClauses",
    dependencies=[OWN],
    responses=problem_responses(DirectiveNotFound),
)
@router.get(
    "/directives/{directive_id}/clauses",
    operation_id="listClauses",
    dependencies=[PUBLIC],
    responses=problem_responses(DirectiveNotFound),
)
async def list_clauses(ctx: ContextDep, directive_id: UUID) -> ClauseList:
    """The clauses of a directive, each with the number of its tasks: what has none is not given to any body yet.

    Below `/own`, restricted tasks in which your organisation has a part count too.
    """
    return await service.list_clauses(ctx, directive_id)
