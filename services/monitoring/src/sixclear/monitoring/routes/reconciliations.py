"""Comparing counters with records on demand, and repairing what differs."""

from typing import Any

from fastapi import APIRouter, Depends, Request

from sixclear.common.auth.access import Access
from sixclear.common.web.route import TransactionalRoute
from sixclear.monitoring.reconciler import compare_on_demand
from sixclear.monitoring.schemas import Reconciliation, ReconciliationRequest

router = APIRouter(route_class=TransactionalRoute, tags=["operations"])

OPERATE = Depends(Access.scope("monitoring:operate"))


@router.post(
    "/reconciliations", operation_id="createReconciliation", response_model=Reconciliation, dependencies=[OPERATE]
)
async def create_reconciliation(request: Request, body: ReconciliationRequest) -> dict[str, Any]:
    """Compare now; with `repair`, make states and counters again from the histories when they differ."""
    state = request.app.state
    answer = await compare_on_demand(state.background, repair_found=body.repair, clock=state.clock)
    state.on_change()
    return answer
