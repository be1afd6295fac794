"""Appeals over HTTP, for the bodies that decide on them; senders take them in the mailbox."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from sixclear.common.caller import OrganisationRequired
from sixclear.common.change import TransitionNotAllowed
from sixclear.common.use_case import FactBehindLastChange, FactInFuture, FactsPastNotAllowed
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.answer.errors import PersonNotKnown
from sixclear.feedback.appeal import access, service
from sixclear.feedback.appeal.errors import AppealNotFound, DecisionByAnswerer
from sixclear.feedback.appeal.responses import appeal_response, decided_response
from sixclear.feedback.appeal.schemas import AppealView, DecidedAppeal, DecisionEntry
from sixclear.feedback.organisation import service as organisations
from sixclear.feedback.sealing import service as sealing
from sixclear.feedback.sealing.errors import CaseErased
from sixclear.feedback.submission.dependencies import NOT_KEPT

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])
_TIMES = (FactsPastNotAllowed, FactBehindLastChange, FactInFuture)


@router.get(
    "/appeals",
    operation_id="listAppeals",
    dependencies=[Depends(access.OWN), NOT_KEPT],
    responses=problem_responses(InvalidCursor, OrganisationRequired),
)
async def list_appeals(
    ctx: ContextDep,
    decided: Annotated[bool | None, Query(description="Decided, or not yet.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[AppealView]:
    """The appeals that the caller's body decides on, by due time, soonest first; each with what the sender says."""
    context = repr(decided)
    after = decode_cursor(cursor, datetime, UUID, context=context) if cursor else None
    rows = await service.list_appeals(ctx, decided, (after[0], after[1]) if after else None, limit + 1)
    names = await organisations.briefs(ctx, {row.organisation_id for row in rows})
    keys = await sealing.keys_to_read(ctx, {row.submission_id for row in rows})
    return page_of(
        rows,
        limit,
        item=lambda row: appeal_response(keys[row.submission_id], row, names),
        key=lambda row: (row.due_at, row.appeal_id),
        context=context,
    )


@router.post(
    "/appeals/{appeal_id}/decide",
    operation_id="decideAppeal",
    dependencies=[Depends(access.DECIDE), NOT_KEPT],
    responses=problem_responses(
        AppealNotFound, PersonNotKnown, DecisionByAnswerer, TransitionNotAllowed, CaseErased, *_TIMES
    ),
)
async def decide(ctx: ContextDep, appeal_id: UUID, entry: DecisionEntry) -> DecidedAppeal:
    """Decide on an appeal as a person, or from a position, that had no part in what it is about."""
    return decided_response(await service.decide(ctx, appeal_id, entry))
