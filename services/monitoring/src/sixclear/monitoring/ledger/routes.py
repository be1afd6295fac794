"""What was learnt last."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from sixclear.common.web.allowances import TooManyRequests
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import SessionDep
from sixclear.monitoring.ledger.schemas import Changes
from sixclear.monitoring.ledger.service import recent_changes
from sixclear.monitoring.public import PUBLIC, SAME, FiguresRoute, unless_same

router = APIRouter(route_class=FiguresRoute, tags=["status"])


@router.get(
    "/changes",
    operation_id="listChanges",
    response_model=Changes,
    dependencies=[PUBLIC],
    responses=problem_responses(TooManyRequests) | SAME,
)
async def list_changes(
    request: Request, response: Response, session: SessionDep, limit: Annotated[int, Query(ge=1, le=200)] = 20
) -> Changes | Response:
    """What was learnt last, newest first; restricted and sealed entities do not appear."""
    return unless_same(request, response, Changes(items=await recent_changes(session, limit=limit)))
