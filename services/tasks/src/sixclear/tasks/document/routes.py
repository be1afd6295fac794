"""Documents: the list, one of them, and entering one."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.clock import civil_date
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
from sixclear.common.web.instants import Day
from sixclear.common.web.merge_patch import MergePatchDep, patch_body, patch_responses
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.texts import Lookup, Words
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.document import access, service
from sixclear.tasks.document.errors import LegalDocumentNotFound, ReplacementRefused
from sixclear.tasks.document.models import Document
from sixclear.tasks.document.repository import DocumentFilter
from sixclear.tasks.document.responses import document_responses
from sixclear.tasks.document.schemas import DocumentEntry, DocumentType, DocumentView, Standing
from sixclear.tasks.fields import PREFIX
from sixclear.tasks.organisation.service import meant
from sixclear.tasks.programme.errors import ProgrammeNotFound
from sixclear.tasks.programme.service import get_programme

router = APIRouter(route_class=TransactionalRoute, tags=["documents"])

PUBLIC = Depends(access.PUBLIC)
ENTER = Depends(access.ENTER)
IssuerParam = Annotated[Lookup | None, Query(description="Identifier or any code of the body that issues them.")]
BodyParam = Annotated[Lookup | None, Query(description="Documents of this body and of those below it.")]
OnParam = Annotated[
    Day | None,
    Query(
        alias="as_of",
        description="The day on which documents stand as answered, by what is known now; default: today. Those that "
        "were neither owed nor issued by then are left out.",
    ),
]
DetailsParam = Annotated[UUID | None, Query(alias="details", description="Those that detail this document.")]
FromParam = Annotated[Day | None, Query(description="In effect since this day or a later one.")]
ToParam = Annotated[Day | None, Query(description="In effect since this day or an earlier one.")]
QueryParam = Annotated[Words | None, Query(description="Part of number or subject; diacritics do not matter.")]
_DESCRIBING_REFUSALS = (
    ReferenceUnknown,
    AlreadyRegistered,
    ReplacementRefused,
    OrganisationNotAllowed,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    StaleVersion,
)


@router.get(
    "/documents",
    operation_id="listDocuments",
    dependencies=[PUBLIC],
    responses=problem_responses(ProgrammeNotFound, ReferenceUnknown),
)
async def list_documents(
    ctx: ContextDep,
    programme: Lookup | None = None,
    kind: Annotated[DocumentType | None, Query(alias="type")] = None,
    issuer: IssuerParam = None,
    organisation: BodyParam = None,
    standing: Standing | None = None,
    as_of: OnParam = None,
    effective_from: FromParam = None,
    effective_to: ToParam = None,
    details: DetailsParam = None,
    q: QueryParam = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[DocumentView]:
    """Documents, newest first by the day of issue, or by the day on which they are due; `total` counts them."""
    narrow = DocumentFilter(
        on=as_of or civil_date(ctx.now),
        programme_id=(await get_programme(ctx.session, programme)).programme_id if programme else None,
        type=kind,
        issuer_organisation_id=await meant(ctx.session, "issuer", issuer) if issuer else None,
        organisation_ids=await service.below(ctx.session, organisation) if organisation else None,
        standing=standing,
        effective_from=effective_from,
        effective_to=effective_to,
        details_id=details,
        query=q,
    )
    context = f"documents {narrow}"
    counted, *after = decode_cursor(cursor, int, date, UUID, context=context) if cursor else (None,)
    rows = await service.list_documents(ctx.session, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await service.count_documents(ctx.session, narrow)
    views = await document_responses(ctx.session, rows, narrow.on)
    return page_of(views, limit, item=lambda view: view, key=_place, context=context, counted=counted)


def _place(view: DocumentView) -> tuple[date | None, UUID]:
    return view.issued_on or view.due_on, view.document_id


@router.get(
    "/documents/{document_id}",
    operation_id="getDocument",
    dependencies=[PUBLIC],
    responses=TAGGED | problem_responses(LegalDocumentNotFound),
)
async def get_document(ctx: ContextDep, document_id: UUID, response: Response) -> DocumentView:
    """One document as it stands today."""
    return await _answer(ctx, await service.get_document(ctx.session, document_id), response)


@router.post(
    "/documents",
    operation_id="registerDocument",
    dependencies=[ENTER],
    status_code=201,
    responses=LOCATED
    | problem_responses(*_DESCRIBING_REFUSALS)
    | {200: {"description": "The document was there; it is described again.", "model": DocumentView}},
)
async def register_document(
    ctx: ContextDep, entry: DocumentEntry, expect: ExpectDep, response: Response
) -> DocumentView:
    """Enter a document of your programme, or one that your body issues; describe a known one again (200).

    A document is known by number, day, type and issuer together; case, dashes and Vietnamese marks do not count. One
    that is owed is known by what it details, its type, its issuer and its subject.
    """
    document, created = await service.register_document(ctx, entry, expect)
    if created:
        locate(response, f"{PREFIX}/documents/{document.document_id}")
    else:
        response.status_code = 200
    return await _answer(ctx, document, response)


@router.patch(
    "/documents/{document_id}",
    operation_id="patchDocument",
    dependencies=[ENTER],
    responses=patch_responses() | problem_responses(LegalDocumentNotFound, TransitionNotAllowed, *_DESCRIBING_REFUSALS),
    openapi_extra=patch_body(DocumentEntry, "programme"),
)
async def patch_document(
    ctx: ContextDep, document_id: UUID, patch: MergePatchDep, expect: ExpectDep, response: Response
) -> DocumentView:
    """Describe a part of a document again, by merge patch (RFC 7396); what is owed is issued with its number."""
    return await _answer(ctx, await service.patch_document(ctx, document_id, patch, expect), response)


async def _answer(ctx: Context, document: Document, response: Response) -> DocumentView:
    """The document as it is now, with its version as ETag."""
    tag(response, ctx.log, document)
    return (await document_responses(ctx.session, [document], civil_date(ctx.now)))[0]
