"""Proposals over HTTP: worded, published and withdrawn by those who handle the case, read by everyone."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Slug
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.answer.errors import PersonNotKnown, PublicationByDrafter
from sixclear.feedback.fields import Step
from sixclear.feedback.proposal import access, service
from sixclear.feedback.proposal.errors import ProposalNotFound, ProposalNotPossible, WordsOfSender
from sixclear.feedback.proposal.responses import proposal_responses, proposal_state, step_response
from sixclear.feedback.proposal.schemas import (
    ProposalEntry,
    ProposalState,
    ProposalStep,
    ProposalView,
    ProposalWithdrawal,
)
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep
from sixclear.feedback.submission.errors import STEP_REFUSALS, SubmissionNotFound

router = APIRouter(route_class=TransactionalRoute, tags=["proposals"])
handling_router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.get(
    "/proposals",
    operation_id="listProposals",
    dependencies=[Depends(access.EVERYONE)],
    responses=problem_responses(InvalidCursor),
)
async def list_proposals(
    ctx: ContextDep,
    programme: Annotated[Slug | None, Query(description="Slug of a programme.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[ProposalView]:
    """Ideas that were accepted, newest first, each with what has become of it."""
    context = f"proposals {programme}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    rows = await service.list_public(ctx, programme, (after[0], after[1]) if after else None, limit + 1)
    shown = await proposal_responses(ctx, rows)
    return page_of(
        shown,
        limit,
        item=lambda item: item,
        key=lambda item: (item.accepted_at, item.proposal_id),
        context=context,
    )


@router.get(
    "/proposals/{proposal_id}",
    operation_id="getProposal",
    dependencies=[Depends(access.EVERYONE)],
    responses=problem_responses(ProposalNotFound),
)
async def get_proposal(ctx: ContextDep, proposal_id: UUID) -> ProposalView:
    """An accepted idea and what has become of it: proposed, assigned, in progress, done."""
    return (await proposal_responses(ctx, [await service.get_public(ctx, proposal_id)]))[0]


@handling_router.get(
    "/submissions/{submission_id}/proposal",
    operation_id="getProposalOfSubmission",
    dependencies=[Depends(access.HANDLE), NOT_KEPT],
    responses=problem_responses(SubmissionNotFound, ProposalNotFound),
)
async def get_of_submission(ctx: ContextDep, hub: HubDep, submission_id: UUID) -> ProposalState:
    """The proposal of a case, also before it is public."""
    return await proposal_state(ctx, await service.get_of_case(ctx, hub, submission_id))


@handling_router.post(
    "/submissions/{submission_id}/proposal",
    operation_id="wordProposal",
    dependencies=[Depends(access.HANDLE)],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, ProposalNotPossible, WordsOfSender, PersonNotKnown, ReferenceUnknown)
    | {200: {"description": "The words that waited were replaced.", "model": ProposalStep}},
)
async def word_proposal(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: ProposalEntry, expect: ExpectDep, response: Response
) -> ProposalStep:
    """Write what everyone is to read of this idea, in the body's own words.

    It becomes public when another person publishes an answer that accepts the case, or publishes it after that.
    """
    proposal, submission, new = await service.word(ctx, hub, submission_id, entry, expect)
    response.status_code = 201 if new else 200
    tag(response, ctx.log, submission)
    return step_response(proposal)


@handling_router.post(
    "/submissions/{submission_id}/proposal/publish",
    operation_id="publishProposal",
    dependencies=[Depends(access.PUBLISH)],
    responses=problem_responses(
        *STEP_REFUSALS, ProposalNotFound, ProposalNotPossible, PersonNotKnown, PublicationByDrafter
    ),
)
async def publish_proposal(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, step: Step, expect: ExpectDep, response: Response
) -> ProposalStep:
    """Publish what another person worded, after the answer that accepted the case. `tasks` opens a proposed task."""
    proposal, submission = await service.publish(ctx, hub, submission_id, step, expect)
    tag(response, ctx.log, submission)
    return step_response(proposal)


@handling_router.post(
    "/submissions/{submission_id}/proposal/withdraw",
    operation_id="withdrawAcceptedProposal",
    dependencies=[Depends(access.PUBLISH)],
    responses=problem_responses(*STEP_REFUSALS, ProposalNotFound),
)
async def withdraw_proposal(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    entry: ProposalWithdrawal,
    expect: ExpectDep,
    response: Response,
) -> ProposalStep:
    """Take a proposal back: its words are public no more. A task that came of it goes on until people cancel it."""
    proposal, submission = await service.withdraw(ctx, hub, submission_id, entry, expect)
    tag(response, ctx.log, submission)
    return step_response(proposal)
