"""Registering, merging, upgrading and closing organisations over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import (
    AlreadyRegistered,
    Context,
    FactBehindLastChange,
    FactInFuture,
    FactsPastNotAllowed,
    OrganisationNotAllowed,
    ReferenceUnknown,
)
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.texts import Lookup
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.organisation.errors import (
    OrganisationEnded,
    OrganisationNotFound,
    SuccessorImpossible,
    SuccessorMissing,
)
from sixclear.tasks.organisation.schemas import OrganisationDetail
from sixclear.tasks.organisation.service import described
from sixclear.tasks.succession import access, service
from sixclear.tasks.succession.schemas import Closure, EndedOrganisation, Merger, Registration, Retry, Upgrade
from sixclear.tasks.succession.service import Outcome

router = APIRouter(route_class=TransactionalRoute, tags=["organisations"])

# The name stands in the address of the contract.
Named = Annotated[
    Lookup, Path(description="Identifier or any code; its own code means the organisation also after it has ended.")
]
DECIDE = Depends(access.DECIDE)
REGISTER = Depends(access.REGISTER)
_REFUSALS = (
    OrganisationNotFound,
    OrganisationNotAllowed,
    ReferenceUnknown,
    SuccessorImpossible,
    TransitionNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)


@router.post(
    "/organisations",
    operation_id="registerOrganisation",
    dependencies=[REGISTER],
    status_code=201,
    responses=LOCATED
    | problem_responses(
        OrganisationNotAllowed,
        ReferenceUnknown,
        OrganisationEnded,
        AlreadyRegistered,
        FactsPastNotAllowed,
        FactInFuture,
        StaleVersion,
    )
    | {200: {"description": "It was registered so before; nothing changed.", "model": OrganisationDetail}},
)
async def register(ctx: ContextDep, entry: Registration, response: Response) -> OrganisationDetail:
    """Set up an organisation below another one by a dated decision, such as a committee of a province.

    A code that another one has, or had before it was merged, is not given again.
    """
    body, created = await service.register(ctx, entry)
    if created:
        locate(response, f"{PREFIX}/organisations/{body.organisation_id}")
    else:
        response.status_code = 200
    tag(response, ctx.log, body)
    return await described(ctx.session, body)


@router.post(
    "/organisations/{organisation_id}/merge",
    operation_id="mergeOrganisation",
    dependencies=[DECIDE],
    responses=TAGGED | problem_responses(*_REFUSALS),
)
async def merge(
    ctx: ContextDep, organisation_id: Named, entry: Merger, expect: ExpectDep, response: Response
) -> EndedOrganisation:
    """Merge an organisation into another one by a dated decision, with the reason.

    Its open tasks, with what is open on them, go to the successor afterwards, in chunks with the instant of this
    decision; so do its programmes and its codes. What is closed stays its own, and is read by its identifier.
    """
    body_id = await service.decided_on(ctx, organisation_id)
    return await _answer(ctx, await service.merge(ctx, body_id, entry, expect), response)


@router.post(
    "/organisations/{organisation_id}/close",
    operation_id="closeOrganisation",
    dependencies=[DECIDE],
    responses=TAGGED | problem_responses(*_REFUSALS, SuccessorMissing),
)
async def close(
    ctx: ContextDep, organisation_id: Named, entry: Closure, expect: ExpectDep, response: Response
) -> EndedOrganisation:
    """Close an organisation by a dated decision, with the reason; a successor takes over open work, as in a merger."""
    body_id = await service.decided_on(ctx, organisation_id)
    return await _answer(ctx, await service.close(ctx, body_id, entry, expect), response)


@router.post(
    "/organisations/{organisation_id}/upgrade",
    operation_id="upgradeOrganisation",
    dependencies=[DECIDE],
    responses=TAGGED | problem_responses(*_REFUSALS, OrganisationEnded),
)
async def upgrade(
    ctx: ContextDep, organisation_id: Named, entry: Upgrade, expect: ExpectDep, response: Response
) -> OrganisationDetail:
    """Give an organisation another name, type, level or place in the tree by a dated decision; its work stays."""
    body = await service.upgrade(ctx, await service.decided_on(ctx, organisation_id), entry, expect)
    tag(response, ctx.log, body)
    return await described(ctx.session, body)


@router.post(
    "/organisations/{organisation_id}/retry",
    operation_id="retrySuccession",
    dependencies=[DECIDE],
    responses=TAGGED
    | problem_responses(
        OrganisationNotFound,
        OrganisationNotAllowed,
        ReferenceUnknown,
        OrganisationEnded,
        TransitionNotAllowed,
        StaleVersion,
    ),
)
async def retry(
    ctx: ContextDep, organisation_id: Named, entry: Retry, expect: ExpectDep, response: Response
) -> EndedOrganisation:
    """Move open tasks of an organisation that has ended which were refused: to its successor, or to another one.

    `GET /own/decisions/{decision_id}?outcome=rejected` of its decision names them, and why they were refused.
    """
    body_id = await service.decided_on(ctx, organisation_id)
    return await _answer(ctx, await service.retry(ctx, body_id, entry, expect), response)


async def _answer(ctx: Context, outcome: Outcome, response: Response) -> EndedOrganisation:
    body, decision_id = outcome
    tag(response, ctx.log, body)
    detail = await described(ctx.session, body)
    return EndedOrganisation(**dict(detail), decision_id=decision_id)
