"""Comparing counters with records on demand, and repairing what differs."""

from fastapi import APIRouter, Depends, Request

from sixclear.common.web.route import TransactionalRoute
from sixclear.monitoring.operators import OPERATE
from sixclear.monitoring.parts import parts_of
from sixclear.monitoring.view.reconcile import compare_on_demand
from sixclear.monitoring.view.schemas import Reconciliation, ReconciliationRequest

router = APIRouter(route_class=TransactionalRoute, tags=["operations"])


@router.post(
    "/reconciliations",
    operation_id="createReconciliation",
    response_model=Reconciliation,
    dependencies=[Depends(OPERATE)],
)
async def create_reconciliation(request: Request, body: ReconciliationRequest) -> Reconciliation:
    """Compare now; with `repair`, make states and counters again from the histories when they differ."""
    parts = parts_of(request)
    answer = await compare_on_demand(parts.background, repair_found=body.repair, clock=parts.clock)
    parts.on_change()
    return answer
