"""Evidence over HTTP: one piece, its file, and what is decided on it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import StreamingResponse

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.service_state import own_state
from sixclear.common.use_case import Context
from sixclear.common.web.downloads import RangeNotSatisfiable, download
from sixclear.common.web.openapi import TAGGED
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.tasks.evidence import service
from sixclear.tasks.evidence.access import REVIEW as MAY_REVIEW
from sixclear.tasks.evidence.errors import REFUSALS, EvidenceNotFound
from sixclear.tasks.evidence.models import EvidenceReview
from sixclear.tasks.evidence.schemas import EvidenceAcceptance, EvidenceRefusal, EvidenceView
from sixclear.tasks.file.errors import FilesNotSetUp
from sixclear.tasks.file.stores import store_of
from sixclear.tasks.settings import Settings
from sixclear.tasks.task.access import OWN as OWN_TASKS
from sixclear.tasks.task.access import PUBLIC as ALL_TASKS
from sixclear.tasks.task.errors import ConfirmationByDoer

router = APIRouter(route_class=TransactionalRoute, tags=["progress"])

PUBLIC = Depends(ALL_TASKS)
OWN = Depends(OWN_TASKS)
REVIEW = Depends(MAY_REVIEW)
BINARY = {"type": "string", "format": "binary"}
FILE: dict[int | str, dict[str, Any]] = problem_responses(EvidenceNotFound, RangeNotSatisfiable, FilesNotSetUp) | {
    200: {"description": "The file.", "content": {"application/octet-stream": {"schema": BINARY}}},
    206: {"description": "The range that was asked for.", "content": {"application/octet-stream": {"schema": BINARY}}},
    304: {"description": "You have it: the hash is that of `If-None-Match`."},
}


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
    return download(request, store, file.shown_sha256, file.shown_size, file.media_type, file.name)


async def _answer(ctx: Context, review: EvidenceReview, response: Response) -> EvidenceView:
    tag(response, ctx.log, review)
    return await service.shown(ctx, review)
