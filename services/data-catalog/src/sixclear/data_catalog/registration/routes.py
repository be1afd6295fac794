"""The registration of an entry: its documents, handing in, returning, approving."""

from uuid import UUID

from fastapi import APIRouter, Depends, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import Context
from sixclear.common.web.access import Access
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.data_catalog.document.errors import DocumentNotFound, DocumentWithoutContent, DossierFull
from sixclear.data_catalog.document.schemas import DocumentDescription
from sixclear.data_catalog.entry.access import OWNER
from sixclear.data_catalog.entry.errors import STEP_REFUSALS
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.responses import derived_state, entry_response
from sixclear.data_catalog.entry.schemas import EntryView
from sixclear.data_catalog.fields import Step
from sixclear.data_catalog.registration import service
from sixclear.data_catalog.registration.access import REVIEWER
from sixclear.data_catalog.registration.errors import DecisionByOwner, DocumentsMissing, DossierEmpty
from sixclear.data_catalog.registration.schemas import ApprovalStep, DueStep, RemovalStep, ReturnStep

router = APIRouter(route_class=TransactionalRoute, tags=["registration"])

SUBMIT = Depends(Access.scope("catalog:write", organisation=OWNER))
DECIDE = Depends(Access.scope("catalog:approve", organisation=REVIEWER))


@router.post(
    "/entries/{entry_id}/documents",
    operation_id="addDocument",
    dependencies=[SUBMIT],
    status_code=201,
    responses=problem_responses(*STEP_REFUSALS, TransitionNotAllowed, DocumentWithoutContent, DossierFull)
    | {200: {"description": "The document is there already; nothing changed.", "model": EntryView}},
)
async def add_document(
    ctx: ContextDep, entry_id: UUID, document: DocumentDescription, expect: ExpectDep, response: Response
) -> EntryView:
    """Put a document into the dossier, with its link or its hash; one that was missing under this title is there now.

    Not while the dossier is under review, nor after its approval: what is approved is what was reviewed.
    """
    entry, added = await service.add_document(ctx, entry_id, document, expect)
    response.status_code = 201 if added else 200
    return await _tagged(ctx, entry, response)


@router.post(
    "/entries/{entry_id}/documents/{document_id}/remove",
    operation_id="removeDocument",
    dependencies=[SUBMIT],
    responses=problem_responses(*STEP_REFUSALS, TransitionNotAllowed, DocumentNotFound),
)
async def remove_document(
    ctx: ContextDep, entry_id: UUID, document_id: UUID, step: RemovalStep, expect: ExpectDep, response: Response
) -> EntryView:
    """Take a document out of the dossier, there or missing; what it was is kept.

    Not while the dossier is under review, nor after its approval: what is approved is what was reviewed.
    """
    return await _tagged(ctx, await service.remove_document(ctx, entry_id, document_id, step, expect), response)


@router.post(
    "/entries/{entry_id}/registration/submit",
    operation_id="submitRegistration",
    dependencies=[SUBMIT],
    responses=problem_responses(*STEP_REFUSALS, TransitionNotAllowed, DossierEmpty, DocumentsMissing),
)
async def submit(ctx: ContextDep, entry_id: UUID, step: Step, expect: ExpectDep, response: Response) -> EntryView:
    """Hand in the dossier, with at least one document, for approval by another body."""
    return await _tagged(ctx, await service.submit(ctx, entry_id, step, expect), response)


@router.post(
    "/entries/{entry_id}/registration/return",
    operation_id="returnRegistration",
    dependencies=[DECIDE],
    responses=problem_responses(*STEP_REFUSALS, TransitionNotAllowed, DecisionByOwner, DocumentNotFound, DossierFull),
)
async def send_back(
    ctx: ContextDep, entry_id: UUID, step: ReturnStep, expect: ExpectDep, response: Response
) -> EntryView:
    """Return the dossier as incomplete, with the documents that it lacks, those that are not taken, and the reason."""
    return await _tagged(ctx, await service.send_back(ctx, entry_id, step, expect), response)


@router.post(
    "/entries/{entry_id}/registration/approve",
    operation_id="approveRegistration",
    dependencies=[DECIDE],
    responses=problem_responses(*STEP_REFUSALS, TransitionNotAllowed, DecisionByOwner, DocumentsMissing, DossierEmpty),
)
async def approve(
    ctx: ContextDep, entry_id: UUID, step: ApprovalStep, expect: ExpectDep, response: Response
) -> EntryView:
    """Approve the registration; the owner cannot, and no one can while documents are missing."""
    return await _tagged(ctx, await service.approve(ctx, entry_id, step, expect), response)


@router.post(
    "/entries/{entry_id}/registration/due",
    operation_id="setRegistrationDue",
    dependencies=[DECIDE],
    responses=problem_responses(*STEP_REFUSALS, DecisionByOwner),
)
async def set_due(ctx: ContextDep, entry_id: UUID, step: DueStep, expect: ExpectDep, response: Response) -> EntryView:
    """Say by when the registration is to be approved; the owner cannot move the day."""
    return await _tagged(ctx, await service.set_due(ctx, entry_id, step, expect), response)


async def _tagged(ctx: Context, entry: Entry, response: Response) -> EntryView:
    # Who takes a step owns the entry, or decides on its dossier as data steward.
    view = await entry_response(ctx, entry, inside=True)
    tag(response, ctx.log, entry, derived_state(entry, ctx.now, view.owner))
    return view
