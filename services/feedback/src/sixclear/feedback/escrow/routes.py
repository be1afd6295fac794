"""Records of destroyed escrow keys over HTTP."""

from fastapi import APIRouter, Depends

from sixclear.common.web.pagination import CursorParam, InvalidCursor, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep
from sixclear.feedback.answer.errors import PersonNotKnown
from sixclear.feedback.escrow import service
from sixclear.feedback.escrow.errors import EscrowKeyNeeded, EscrowKeyRecorded, EscrowKeyUnknown
from sixclear.feedback.escrow.schemas import EscrowDestructionEntry, EscrowDestructionView
from sixclear.feedback.identity.access import CUSTODIAN
from sixclear.feedback.submission.dependencies import NOT_KEPT

router = APIRouter(route_class=TransactionalRoute, tags=["case desk"])


@router.post(
    "/escrow-destructions",
    operation_id="recordEscrowDestruction",
    dependencies=[Depends(CUSTODIAN), NOT_KEPT],
    status_code=201,
    responses=problem_responses(PersonNotKnown, EscrowKeyUnknown, EscrowKeyNeeded, EscrowKeyRecorded),
)
async def record(ctx: ContextDep, entry: EscrowDestructionEntry) -> EscrowDestructionView:
    """Record that the holder of the escrow keys destroyed the private key of a month. It is never changed."""
    return EscrowDestructionView.model_validate(await service.record(ctx, entry), from_attributes=True)


@router.get(
    "/escrow-destructions",
    operation_id="listEscrowDestructions",
    dependencies=[Depends(CUSTODIAN), NOT_KEPT],
    responses=problem_responses(InvalidCursor),
)
async def list_records(
    ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50
) -> Page[EscrowDestructionView]:
    """Escrow keys that were destroyed, the newest month first."""
    after = decode_cursor(cursor, str, context="escrow")[0] if cursor else None
    rows = await service.list_records(ctx, after, limit + 1)
    return page_of(
        rows,
        limit,
        item=lambda row: EscrowDestructionView.model_validate(row, from_attributes=True),
        key=lambda row: (row.period,),
        context="escrow",
    )
