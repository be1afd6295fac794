"""Connectors of a body over HTTP: kept, asked for deliveries, and what became of these."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from sixclear.common.errors import InvalidRequest
from sixclear.common.use_case import Context, ReferenceUnknown
from sixclear.common.web.access import Access
from sixclear.common.web.etags import StaleVersion
from sixclear.common.web.openapi import LOCATED, TAGGED
from sixclear.common.web.pagination import CursorParam, LimitParam, decode_cursor, page_of
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page
from sixclear.common.web.use_cases import ContextDep, ExpectDep, locate, tag
from sixclear.tasks.connector.errors import ConnectorInactive, ConnectorNotFound, TooManyConnectors
from sixclear.tasks.connector.models import Connector
from sixclear.tasks.connector.responses import connector_response, delivery_responses, shown_request
from sixclear.tasks.connector.schemas import (
    ConnectorEntry,
    ConnectorView,
    DeliveryOrder,
    DeliveryPlan,
    DeliveryState,
    DeliveryView,
    PlannedDelivery,
)
from sixclear.tasks.connector.service import deliver, keep
from sixclear.tasks.fields import PREFIX

router = APIRouter(route_class=TransactionalRoute, tags=["progress"])

KEEP = Depends(Access.scope("tasks:administer", organisation="own"))
READ = Depends(Access.scope("tasks:administer", "tasks:report", organisation="own"))
SEND = Depends(Access.scope("tasks:report", organisation="own"))
DryRun = Annotated[bool, Query(description="Only say what would be sent: the exact requests, secrets masked.")]
StateParam = Annotated[DeliveryState | None, Query(description="Those in this state.")]


@router.get("/connectors", operation_id="listConnectors", dependencies=[READ])
async def list_connectors(ctx: ContextDep, cursor: CursorParam = None, limit: LimitParam = 50) -> Page[ConnectorView]:
    """Where the reports of your organisation are sent on, in the order of the names."""
    context = f"connectors {ctx.caller.own_organisation()}"
    after = decode_cursor(cursor, str, context=context)[0] if cursor else None
    found = await keep.list_connectors(ctx, after, limit + 1)
    return page_of(found, limit, item=connector_response, key=lambda one: (one.name,), context=context)


@router.post(
    "/connectors",
    operation_id="putConnector",
    dependencies=[KEEP],
    status_code=201,
    responses=LOCATED
    | problem_responses(ReferenceUnknown, TooManyConnectors, StaleVersion)
    | {200: {"description": "You had one of this name; it is described again.", "model": ConnectorView}},
)
async def put_connector(ctx: ContextDep, entry: ConnectorEntry, expect: ExpectDep, response: Response) -> ConnectorView:
    """Say where reports are sent on, and how your tasks and fields become the receiver's; by its name it is described
    again (200).

    The secret is not part of it: it stands in a file beside the service, which an operator puts there.
    """
    connector, new = await keep.put_connector(ctx, entry, expect)
    if new:
        locate(response, f"{PREFIX}/connectors/{connector.connector_id}")
    else:
        response.status_code = 200
    return _answer(ctx, connector, response)


@router.get(
    "/connectors/{connector_id}",
    operation_id="getConnector",
    dependencies=[READ],
    responses=TAGGED | problem_responses(ConnectorNotFound),
)
async def get_connector(ctx: ContextDep, connector_id: UUID, response: Response) -> ConnectorView:
    """One connector of your organisation."""
    return _answer(ctx, await keep.get_connector(ctx, connector_id), response)


@router.post(
    "/connectors/{connector_id}/deliveries",
    operation_id="deliver",
    dependencies=[SEND],
    responses=problem_responses(ConnectorNotFound, ConnectorInactive, InvalidRequest),
)
async def order_deliveries(
    ctx: ContextDep, connector_id: UUID, order: DeliveryOrder, dry_run: DryRun = False
) -> DeliveryPlan:
    """Send on what is new: the last report on each task of the mapping, once. Asked again, it puts nothing twice.

    What is put is sent beside the request, within seconds, and tried again for a week while the receiver is down. What
    the receiver had refused, or what could not be sent for a week, is put again as the mapping says it now.
    """
    connector, planned = await deliver.deliver(ctx, connector_id, order.period, dry_run=dry_run)
    deliveries = [
        PlannedDelivery(
            index=one.index,
            outcome=one.outcome,
            reason=one.reason,
            delivery_id=one.delivery_id,
            request=shown_request(connector, one.made) if dry_run and one.made is not None else None,
        )
        for one in planned
    ]
    outcomes = [one.outcome for one in planned]
    return DeliveryPlan(
        dry_run=dry_run,
        put=outcomes.count("put"),
        unchanged=outcomes.count("unchanged"),
        left_out=outcomes.count("left_out"),
        deliveries=deliveries,
    )


@router.get(
    "/connectors/{connector_id}/deliveries",
    operation_id="listDeliveries",
    dependencies=[READ],
    responses=problem_responses(ConnectorNotFound),
)
async def list_deliveries(
    ctx: ContextDep,
    connector_id: UUID,
    state: StateParam = None,
    cursor: CursorParam = None,
    limit: LimitParam = 50,
) -> Page[DeliveryView]:
    """What was put to be sent, last first, with receipts; `state=refused` is what the receiver refused, and why."""
    context = f"deliveries {connector_id} {state}"
    before = decode_cursor(cursor, UUID, context=context)[0] if cursor else None
    found = delivery_responses(await deliver.list_deliveries(ctx, connector_id, state, before, limit + 1))
    return page_of(found, limit, item=lambda one: one, key=lambda one: (one.delivery_id,), context=context)


def _answer(ctx: Context, connector: Connector, response: Response) -> ConnectorView:
    tag(response, ctx.log, connector)
    return connector_response(connector)
