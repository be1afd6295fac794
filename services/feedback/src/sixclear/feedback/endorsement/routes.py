"""Endorsements over HTTP."""

from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from sixclear.common.web.access import Access
from sixclear.common.web.idempotency import InvalidIdempotencyKey, key_of
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.allowance import service as allowances
from sixclear.feedback.answer.errors import PersonNotKnown
from sixclear.feedback.endorsement import service
from sixclear.feedback.endorsement.errors import TooManyEndorsements
from sixclear.feedback.endorsement.responses import figures_response, owed_response
from sixclear.feedback.endorsement.schemas import (
    EndorsementEntry,
    EndorsementFigures,
    OwedAnswer,
    VerifiedEndorsementEntry,
)
from sixclear.feedback.publication.errors import PublicationNotFound
from sixclear.feedback.publication.responses import names_of
from sixclear.feedback.submission.dependencies import (
    NOT_KEPT,
    ReceiptsDep,
    counted_visitor,
    database_of,
    parts_of,
)

_EVERYONE = Access.public("Everyone may endorse what is public, and see how many do.")
_VERIFIED = Access.scope("feedback:endorse")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class EndorsingRoute(TransactionalRoute):
    """Every request costs the visitor one use, whatever becomes of it; past them TooManyEndorsements.

    The use is counted in a transaction of its own that ends before the request's begins (see `SendingRoute`).
    """

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            bucket, visitor = parts_of(request).endorsements, await counted_visitor(request)
            async with database_of(request).single_statements() as session:
                await allowances.spend(session, bucket, *visitor)
            return await handler(request)

        return handle


router = APIRouter(route_class=TransactionalRoute, tags=["public copies"])
endorsing_router = APIRouter(route_class=EndorsingRoute, tags=["public copies"])


@router.get(
    "/publications/{publication_id}/endorsements",
    operation_id="countEndorsements",
    dependencies=[Depends(_EVERYONE)],
    responses=problem_responses(PublicationNotFound),
)
async def count_endorsements(ctx: ContextDep, publication_id: UUID) -> EndorsementFigures:
    """How many endorse a public copy, verified ones and others apart, and whether an answer of the head is owed."""
    found = await service.figures(ctx, publication_id)
    return figures_response(found.publication, found.support, found.threshold, found.owed_on)


@endorsing_router.post(
    "/publications/{publication_id}/endorsements",
    operation_id="endorsePublication",
    dependencies=[Depends(_EVERYONE), NOT_KEPT, Depends(RouteOptions(key_kept_with_entity=True))],
    responses=problem_responses(PublicationNotFound, TooManyEndorsements, InvalidIdempotencyKey),
)
async def endorse_publication(
    ctx: ContextDep,
    receipts: ReceiptsDep,
    publication_id: UUID,
    _entry: EndorsementEntry,
    request: Request,
    response: Response,
) -> EndorsementFigures:
    """Endorse a public copy without an account. Who did is not kept, so each request counts; it owes no answer.

    The same request with the same `Idempotency-Key` counts once, on its day and the next one.
    """
    found, again = await service.endorse(ctx, receipts, publication_id, key_of(request))
    if again:
        response.headers["Idempotency-Replayed"] = "true"
    return figures_response(found.publication, found.support, found.threshold, found.owed_on)


@router.post(
    "/publications/{publication_id}/endorsements/verified",
    operation_id="endorsePublicationVerified",
    dependencies=[Depends(_VERIFIED), NOT_KEPT, Depends(RouteOptions(recorded=False, key_kept_with_entity=True))],
    responses=problem_responses(PublicationNotFound, PersonNotKnown),
)
async def endorse_verified(
    ctx: ContextDep, receipts: ReceiptsDep, publication_id: UUID, entry: VerifiedEndorsementEntry
) -> EndorsementFigures:
    """Endorse a public copy as a person whom the provider verified, or no longer; again it changes nothing.

    No name is kept: a keyed hash of person and copy tells whether the person did before.
    """
    found = await service.endorse_verified(ctx, receipts, publication_id, endorsed=entry.endorsed)
    return figures_response(found.publication, found.support, found.threshold, found.owed_on)


@router.get(
    "/endorsements/owed",
    operation_id="listOwedAnswers",
    dependencies=[Depends(_EVERYONE)],
    responses=problem_responses(InvalidCursor),
)
async def list_owed_answers(ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50) -> Page[OwedAnswer]:
    """Public copies whose endorsements ask for an answer of the head, which is not there yet; the longest first."""
    counted, *after = decode_cursor(cursor, int, date, UUID) if cursor else (None,)
    rows = await service.list_owed(ctx, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await service.count_owed(ctx)
    names = await names_of(ctx, [publication for publication, _, _ in rows])
    return page_of(
        rows,
        limit,
        item=lambda row: owed_response(*row, names),
        key=lambda row: (row[2], row[0].publication_id),
        counted=counted,
    )
