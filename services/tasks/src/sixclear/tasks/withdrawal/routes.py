"""Taking a directive or a document out of its programme."""

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
from sixclear.tasks.document.access import KEEP
from sixclear.tasks.document.errors import LegalDocumentInUse, LegalDocumentNotFound
from sixclear.tasks.document.schemas import DocumentWithdrawal
from sixclear.tasks.withdrawal import service

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

_REFUSALS = (OrganisationNotAllowed, FactsPastNotAllowed, FactBehindLastChange, FactInFuture, StaleVersion)
WITHDRAW_DOCUMENT = Depends(KEEP)
WITHDRAW = Depends(Access.scope("tasks:administer", organisation=WITHDRAWING))


@router.post(
    "/directives/{directive_id}/withdraw",
    operation_id="withdrawDirective",
    dependencies=[WITHDRAW],
    status_code=204,
    responses=problem_responses(
        DirectiveNotFound,
        DirectiveInUse,
        *_REFUSALS,
    ),
)
async def withdraw_directive(
    ctx: ContextDep, directive_id: UUID, entry: DirectiveWithdrawal, expect: ExpectDep
) -> None:
    """Take a directive that no task names out of its programme, with the reason; it is then in no list."""
    await service.withdraw_directive(ctx, directive_id, entry, expect)


@router.post(
    "/documents/{document_id}/withdraw",
    operation_id="withdrawDocument",
    dependencies=[WITHDRAW_DOCUMENT],
    status_code=204,
    responses=problem_responses(LegalDocumentNotFound, LegalDocumentInUse, *_REFUSALS),
    tags=["documents"],
)
async def withdraw_document(ctx: ContextDep, document_id: UUID, entry: DocumentWithdrawal, expect: ExpectDep) -> None:
    """Take out a document that no evidence and no other document names, with the reason; it is then in no list."""
    await service.withdraw_document(ctx, document_id, entry, expect)
