"""Escalations over HTTP: what a body was told of overdue cases."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from sixclear.common.caller import OrganisationRequired
from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.escalation import service
from sixclear.feedback.escalation.responses import escalation_view
from sixclear.feedback.escalation.schemas import EscalationView, Rung
from sixclear.feedback.submission import access
from sixclear.feedback.submission.dependencies import NOT_KEPT, HubDep

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.get(
    "/escalations",
    operation_id="listEscalations",
    dependencies=[Depends(access.OWN), NOT_KEPT],
    responses=problem_responses(InvalidCursor, OrganisationRequired),
)
async def list_escalations(
    ctx: ContextDep,
    hub: HubDep,
    rung: Annotated[Rung | None, Query(description="As the head, the superior body or the standing body.")] = None,
    open: Annotated[bool | None, Query(description="Whether the case still waits for its answer.")] = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[EscalationView]:
    """Overdue cases that were told to the own body, oldest first; all for the hub. Where they stand, never a text."""
    context = repr((rung, open))
    after = decode_cursor(cursor, datetime, UUID, str, context=context) if cursor else None
    rows = await service.list_escalations(
        ctx, hub, rung, open_only=open, after=(after[0], after[1], after[2]) if after else None, limit=limit + 1
    )
    return page_of(
        rows,
        limit,
        item=lambda row: escalation_view(row[0], row[1], ctx.now),
        key=lambda row: (row[0].escalated_at, row[0].submission_id, row[0].rung),
        context=context,
    )
