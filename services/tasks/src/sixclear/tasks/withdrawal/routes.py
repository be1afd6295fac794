"""Taking a directive out of its programme."""

from uuid import UUID

from fastapi import APIRouter, Depends

from sixclear.common.use_case import FactBehindLastChange, FactInFuture, FactsPastNotAllowed, OrganisationNotAllowed
from sixclear.common.web.access import Access
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep
from sixclear.tasks.directive.access import WITHDRAWING
from sixclear.tasks.directive.errors import DirectiveInUse, DirectiveNotFound
from sixclear.tasks.directive.schemas import DirectiveWithdrawal
from sixclear.tasks.withdrawal import service

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

WITHDRAW = Depends(Access.scope("tasks:administer", organisation=WITHDRAWING))


@router.post(
    "/directives/{directive_id}/withdraw",
    operation_id="withdrawDirective",
    dependencies=[WITHDRAW],
    status_code=204,
    responses=problem_responses(
        DirectiveNotFound,
        DirectiveInUse,
        OrganisationNotAllowed,
        FactsPastNotAllowed,
        FactBehindLastChange,
        FactInFuture,
        StaleVersion,
    ),
)
async def withdraw_directive(
    ctx: ContextDep, directive_id: UUID, entry: DirectiveWithdrawal, expect: ExpectDep
) -> None:
    """Take a directive that no task names out of its programme, with the reason; it is then in no list."""
    await service.withdraw_directive(ctx, directive_id, entry, expect)
