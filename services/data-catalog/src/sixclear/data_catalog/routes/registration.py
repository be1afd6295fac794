"""The registration of an entry: its documents, handing in, returning, approving."""

from fastapi import APIRouter, Depends, Response

from sixclear.common.auth.access import Access, OrganisationRule
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep
from sixclear.data_catalog.errors import (
    DecisionByOwner,
    DocumentsMissing,
    DocumentWithoutContent,
    DossierEmpty,
    DossierFull,
)
from sixclear.data_catalog.routes.dependencies import STEP, LockedDep, answer
from sixclear.data_catalog.schemas import DocumentDescription, EntryView, ReturnStep, Step
from sixclear.data_catalog.service import registration

router = APIRouter(route_class=TransactionalRoute, tags=["registration"])

_OWNER = OrganisationRule("owner", "the owner of the entry", registration.submit)
_REVIEWER = OrganisationRule(
    "reviewing_body", "a body that neither owns the entry nor submitted its dossier", registration.approve
)
SUBMIT = Depends(Access.scope("catalog:write", organisation=_OWNER))
DECIDE = Depends(Access.scope("catalog:approve", organisation=_REVIEWER))


@router.post(
    "/entries/{entry_id}/documents",
    operation_id="addDocument",
    dependencies=[SUBMIT],
    status_code=201,
    responses=problem_responses(*STEP, TransitionNotAllowed, DocumentWithoutContent, DossierFull)
    | {200: {"description": "The document is there already; nothing changed.", "model": EntryView}},
)
async def add_document(
    ctx: ContextDep, entry: LockedDep, document: DocumentDescription, response: Response
) -> EntryView:
    """Put a document into the dossier, with its link or its hash; one that was missing under this title is there now.

    Not while the dossier is under review, nor after its approval: what is approved is what was reviewed.
    """
    added = await registration.add_document(ctx, entry, document)
    response.status_code = 201 if added else 200
    return await answer(ctx, entry, response)


@router.post(
    "/entries/{entry_id}/registration/submit",
    operation_id="submitRegistration",
    dependencies=[SUBMIT],
    responses=problem_responses(*STEP, TransitionNotAllowed, DossierEmpty, DocumentsMissing),
)
async def submit(ctx: ContextDep, entry: LockedDep, step: Step, response: Response) -> EntryView:
    """Hand in the dossier, with at least one document, for approval by another body."""
    await registration.submit(ctx, entry, step)
    return await answer(ctx, entry, response)


@router.post(
    "/entries/{entry_id}/registration/return",
    operation_id="returnRegistration",
    dependencies=[DECIDE],
    responses=problem_responses(*STEP, TransitionNotAllowed, DecisionByOwner, DossierFull),
)
async def send_back(ctx: ContextDep, entry: LockedDep, step: ReturnStep, response: Response) -> EntryView:
    """Return the dossier as incomplete, with the documents that it lacks and the reason."""
    await registration.send_back(ctx, entry, step)
    return await answer(ctx, entry, response)


@router.post(
    "/entries/{entry_id}/registration/approve",
    operation_id="approveRegistration",
    dependencies=[DECIDE],
    responses=problem_responses(*STEP, TransitionNotAllowed, DecisionByOwner, DocumentsMissing, DossierEmpty),
)
async def approve(ctx: ContextDep, entry: LockedDep, step: Step, response: Response) -> EntryView:
    """Approve the registration; the owner cannot, and nobody while documents are missing."""
    await registration.approve(ctx, entry, step)
    return await answer(ctx, entry, response)
