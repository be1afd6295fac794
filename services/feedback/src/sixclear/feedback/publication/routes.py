"""Public copies over HTTP: read by everyone, released and withdrawn by moderators."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.use_case import ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.references import Reference
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, tag
from sixclear.feedback.answer.errors import PersonNotKnown
from sixclear.feedback.field.schemas import FieldCode
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.public_clock import service as public_clocks
from sixclear.feedback.publication import service
from sixclear.feedback.publication.errors import (
    ModerationByAnswerer,
    PersonalDataLeft,
    PublicationNotAllowed,
    PublicationNotFound,
)
from sixclear.feedback.publication.repository import Narrowing
from sixclear.feedback.publication.responses import draft_response, listed_response, names_of, publication_response
from sixclear.feedback.publication.schemas import (
    ListedPublication,
    PublicationDraft,
    PublicationEntry,
    PublicationView,
    PublicationWithdrawal,
    ReleasedPublication,
)
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep
from sixclear.feedback.submission.errors import STEP_REFUSALS, SubmissionNotFound
from sixclear.feedback.submission.responses import submission_response
from sixclear.feedback.submission.schemas import Kind, SubmissionState

_EVERYONE = Access.public("A public copy shows what a moderator released with the sender's consent.")
router = APIRouter(route_class=TransactionalRoute, tags=["public copies"])
moderation_router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.get(
    "/publications",
    operation_id="listPublications",
    dependencies=[Depends(_EVERYONE)],
    responses=problem_responses(InvalidCursor, ReferenceUnknown),
)
async def list_publications(
    ctx: ContextDep,
    kind: Kind | None = None,
    field: FieldCode | None = None,
    place: Annotated[Reference | None, Query(description="Identifier or any code of a province or commune.")] = None,
    organisation: Annotated[
        Reference | None, Query(description="Identifier or any code of the body that answers.")
    ] = None,
    answered: Annotated[bool | None, Query(description="Whether its answer is public.")] = None,
    overdue: Annotated[
        bool | None, Query(description="Whether its answer was overdue at the start of the day.")
    ] = None,
    open_steps: Annotated[bool | None, Query(description="Whether a promised step is not done.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[ListedPublication]:
    """Public copies of cases, those that were released last first; of a sealed initiative its abstract."""
    narrow = Narrowing(
        kind,
        field,
        await organisations.meant(ctx, "place", place),
        await organisations.meant(ctx, "organisation", organisation),
        answered,
        overdue,
        open_steps,
        None if overdue is None else await public_clocks.day_told(ctx),
    )
    context = repr(narrow)
    counted, *after = decode_cursor(cursor, int, date, UUID, context=context) if cursor else (None,)
    rows = await service.list_publications(ctx, narrow, (after[0], after[1]) if after else None, limit + 1)
    if counted is None:
        counted = await service.count_publications(ctx, narrow)
    names = await names_of(ctx, rows)
    clocks = await public_clocks.clocks_of(ctx, [row.publication_id for row in rows])
    return page_of(
        rows,
        limit,
        item=lambda row: listed_response(row, names, clocks),
        key=lambda row: (row.published_on, row.publication_id),
        context=context,
        counted=counted,
    )


@router.get(
    "/publications/{publication_id}",
    operation_id="getPublication",
    dependencies=[Depends(_EVERYONE)],
    responses=problem_responses(PublicationNotFound),
)
async def get_publication(ctx: ContextDep, publication_id: UUID) -> PublicationView:
    """One public copy: words as a moderator released them, and how clock and promised steps stood as the day began."""
    return await publication_response(ctx, await service.get_publication(ctx, publication_id))


@moderation_router.get(
    "/submissions/{submission_id}/publication",
    operation_id="draftPublication",
    dependencies=[Depends(access.HANDLE), NOT_KEPT, Depends(RouteOptions(writes=True))],
    responses=problem_responses(SubmissionNotFound),
)
async def draft_publication(ctx: ContextDep, hub: HubDep, submission_id: UUID) -> PublicationDraft:
    """What the public may read of a case: its words with suggested masks, and the copy that stands.

    Reading those of a sealed one, once its embargo is over, is logged and its author sees that.
    """
    words = await service.words_of(ctx, hub, submission_id)
    return await draft_response(ctx, words.said, words.steps, words.hindrance, words.released)


@moderation_router.post(
    "/submissions/{submission_id}/publication",
    operation_id="releasePublication",
    dependencies=[Depends(access.PUBLISH)],
    status_code=201,
    responses=problem_responses(
        *STEP_REFUSALS, ReferenceUnknown, PublicationNotAllowed, PersonNotKnown, ModerationByAnswerer, PersonalDataLeft
    )
    | {200: {"description": "The words stand in the place of those before.", "model": ReleasedPublication}},
)
async def release_publication(
    ctx: ContextDep, hub: HubDep, submission_id: UUID, entry: PublicationEntry, expect: ExpectDep, response: Response
) -> ReleasedPublication:
    """Release the public copy of a case, or other words in its place. The moderator did not draft the answer."""
    publication, submission, new = await service.release(ctx, hub, submission_id, entry, expect)
    response.status_code = 201 if new else 200
    tag(response, ctx.log, submission)
    return ReleasedPublication(publication_id=publication.publication_id, version=publication.version)


@moderation_router.post(
    "/submissions/{submission_id}/publication/withdraw",
    operation_id="withdrawPublication",
    dependencies=[Depends(access.PUBLISH)],
    responses=problem_responses(*STEP_REFUSALS, PublicationNotFound),
)
async def withdraw_publication(
    ctx: ContextDep,
    hub: HubDep,
    submission_id: UUID,
    entry: PublicationWithdrawal,
    expect: ExpectDep,
    response: Response,
) -> SubmissionState:
    """Take the public copy back. Its words are deleted, and its identifier is never used again."""
    submission = await service.withdraw(ctx, hub, submission_id, entry.why, expect)
    tag(response, ctx.log, submission)
    return submission_response(submission, ctx.now)
