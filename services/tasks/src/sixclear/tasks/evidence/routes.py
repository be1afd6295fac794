"""Evidence over HTTP: one piece, its file, and what is decided on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from starlette.responses import StreamingResponse

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.service_state import own_state, state_of
from sixclear.common.use_case import Context
from sixclear.common.web.access import Access
from sixclear.common.web.downloads import RangeNotSatisfiable, download
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.document.errors import LegalDocumentNotFound
from sixclear.tasks.evidence import service
from sixclear.tasks.evidence.access import REDACT as MAY_REDACT
from sixclear.tasks.evidence.access import REVIEW as MAY_REVIEW
from sixclear.tasks.evidence.errors import REFUSALS, EvidenceNotFound, EvidenceRedacted
from sixclear.tasks.evidence.models import EvidenceReview
from sixclear.tasks.evidence.responses import product
from sixclear.tasks.evidence.schemas import (
    EvidenceAcceptance,
    EvidenceRefusal,
    EvidenceToCheck,
    EvidenceView,
    ProductView,
    Redaction,
)
from sixclear.tasks.file.errors import FilesNotSetUp
from sixclear.tasks.file.service import forget_redacted
from sixclear.tasks.file.stores import store_of
from sixclear.tasks.settings import Settings
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.access import PUBLIC as ALL_TASKS
from sixclear.tasks.task.errors import ConfirmationByDoer

router = APIRouter(route_class=TransactionalRoute, tags=["progress"])

PUBLIC = Depends(ALL_TASKS)
OWN = Depends(OWN_TASKS)
REVIEW = Depends(MAY_REVIEW)
REDACT = Depends(MAY_REDACT)
REVIEW_OWN = Depends(Access.scope("tasks:confirm", organisation="own"))
BINARY = {"type": "string", "format": "binary"}
FILE: dict[int | str, dict[str, Any]] = problem_responses(
    EvidenceNotFound, EvidenceRedacted, RangeNotSatisfiable, FilesNotSetUp
) | {
    200: {"description": "The file.", "content": {"application/octet-stream": {"schema": BINARY}}},
    206: {"description": "The range that was asked for.", "content": {"application/octet-stream": {"schema": BINARY}}},
    304: {"description": "You have it: the hash is that of `If-None-Match`."},
}


@router.get("/own/evidence", operation_id="listEvidenceToCheck", dependencies=[REVIEW_OWN])
async def list_evidence_to_check(
    ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[EvidenceToCheck]:
    """Evidence that waits for the word of your organisation, the longest first.

    It is for the body that the programme names, else for those that may confirm the task. A confirmation accepts what
    still waits.
    """
    context = f"evidence to check {ctx.caller.organisation_id}"
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    found = await service.list_to_check(ctx, after, limit + 1)
    return page_of(
        found,
        limit,
        item=lambda item: item,
        key=lambda item: (item.waiting_since, item.evidence.evidence_id),
        context=context,
    )


@router.get(
    "/own/evidence/{evidence_id}",
    operation_id="getOwnEvidence",
    dependencies=[OWN],
    responses=TAGGED | problem_responses(EvidenceNotFound),
)
@router.get(
    "/evidence/{evidence_id}",
    operation_id="getEvidence",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(EvidenceNotFound),
)
async def get_evidence(ctx: ContextDep, evidence_id: UUID, response: Response) -> EvidenceView:
    """One piece of evidence and whether it was accepted, with its own version as ETag."""
    return await _answer(ctx, await service.get_evidence(ctx, evidence_id), response)


@router.get(
    "/documents/{document_id}/tasks",
    operation_id="listTasksOfDocument",
    dependencies=[PUBLIC],
    responses=problem_responses(LegalDocumentNotFound),
)
async def list_tasks_of_document(
    ctx: ContextDep, document_id: UUID, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[ProductView]:
    """The tasks of which a document is the product, each with its evidence and what was decided on that."""
    context = f"tasks of document {document_id}"
    after = decode_cursor(cursor, UUID, context=context)[0] if cursor else None
    found = await service.list_products(ctx, document_id, after, limit + 1)
    return page_of(
        found,
        limit,
        item=lambda row: product(*row),
        key=lambda row: (row[1].evidence_id,),
        context=context,
    )


@router.post(
    "/evidence/{evidence_id}/accept",
    operation_id="acceptEvidence",
    dependencies=[REVIEW],
    responses=problem_responses(*REFUSALS, ConfirmationByDoer, TransitionNotAllowed),
)
async def accept(
    ctx: ContextDep, evidence_id: UUID, entry: EvidenceAcceptance, expect: ExpectDep, response: Response
) -> EvidenceView:
    """Take a piece of evidence as proof. A confirmation of the task accepts what still waits."""
    return await _answer(ctx, await service.accept(ctx, evidence_id, entry, expect), response)


@router.post(
    "/evidence/{evidence_id}/refuse",
    operation_id="refuseEvidence",
    dependencies=[REVIEW],
    responses=problem_responses(*REFUSALS, ConfirmationByDoer, TransitionNotAllowed),
)
async def refuse(
    ctx: ContextDep, evidence_id: UUID, entry: EvidenceRefusal, expect: ExpectDep, response: Response
) -> EvidenceView:
    """Refuse a piece of evidence, with the reason; another one may be attached in its place."""
    return await _answer(ctx, await service.refuse(ctx, evidence_id, entry, expect), response)


@router.post(
    "/evidence/{evidence_id}/redact",
    operation_id="redactEvidence",
    dependencies=[REDACT],
    responses=problem_responses(*REFUSALS, FilesNotSetUp),
)
async def redact(
    ctx: ContextDep,
    request: Request,
    evidence_id: UUID,
    entry: Redaction,
    expect: ExpectDep,
    response: Response,
    background: BackgroundTasks,
) -> EvidenceView:
    """Black out evidence that holds personal data, for good: hash, name and reason stay, the content goes.

    The file that was sent goes too, and every other piece of evidence that names it is blacked out with it. Of a link
    the address goes.
    """
    review = await service.redact(ctx, evidence_id, entry, expect)
    database = state_of(request).database
    if review.said.file_id is not None and database is not None:
        # After the commit; what fails here is done within an hour.
        background.add_task(forget_redacted, database, store_of(own_state(request, Settings)), ctx.now)
    return await _answer(ctx, review, response)


@router.get(
    "/own/evidence/{evidence_id}/file",
    operation_id="getOwnEvidenceFile",
    dependencies=[OWN],
    response_class=StreamingResponse,
    responses=FILE,
)
@router.get(
    "/evidence/{evidence_id}/file",
    operation_id="getEvidenceFile",
    dependencies=[PUBLIC],
    response_class=StreamingResponse,
    responses=FILE,
)
async def get_evidence_file(ctx: ContextDep, request: Request, evidence_id: UUID) -> Response:
    """The file of a piece of evidence, to be saved. Everyone gets pictures without what a camera writes into them."""
    file = await service.find_file(ctx, evidence_id)
    store = store_of(own_state(request, Settings))
    return await download(request, store, file.shown_sha256, file.shown_size, file.media_type, file.name)


async def _answer(ctx: Context, review: EvidenceReview, response: Response) -> EvidenceView:
    tag(response, ctx.log, review)
    return await service.shown(ctx, review)
