"""Keeping connectors: a body sees and changes its own ones only."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.use_case import Context, Expect, ReferenceUnknown
from sixclear.tasks.connector import repository as rows
from sixclear.tasks.connector.errors import ConnectorNotFound, TooManyConnectors
from sixclear.tasks.connector.models import Connector
from sixclear.tasks.connector.schemas import ConnectorEntry
from sixclear.tasks.organisation import service as organisations

MOST_OF_BODY = 20
_MOST_ERRORS = 20


async def get_connector(ctx: Context, connector_id: UUID) -> Connector:
    """A connector of the caller's body; raises ConnectorNotFound."""
    found = await rows.find_connector(ctx.session, connector_id)
    if found is None or found.organisation_id != ctx.caller.own_organisation():
        raise ConnectorNotFound
    return found


async def list_connectors(ctx: Context, after: str | None, limit: int) -> Sequence[Connector]:
    """Those of the caller's body, by name."""
    return await rows.list_of(ctx.session, ctx.caller.own_organisation(), after, limit)


async def put_connector(ctx: Context, entry: ConnectorEntry, expect: Expect) -> tuple[Connector, bool]:
    """Keep a connector, or describe again the one with this name; True when it is new.

    Raises ReferenceUnknown for tasks that neither the body nor one below it leads, and TooManyConnectors.
    """
    own = ctx.caller.own_organisation()
    await wait_to_create(ctx.session, stable_id("connectors", str(own)))
    connector = await rows.find_of_name(ctx.session, own, entry.name)
    expect(connector)
    await _check_tasks(ctx, entry, own)
    fields: dict[str, Any] = entry.model_dump(mode="json")
    new = connector is None
    if connector is None:
        if await rows.count_of(ctx.session, own) >= MOST_OF_BODY:
            raise TooManyConnectors(f"A body may have {MOST_OF_BODY} connectors.")
        connector = Connector(connector_id=ctx.new_id(), organisation_id=own, version=0)
        ctx.session.add(connector)
    elif all(getattr(connector, name) == value for name, value in fields.items()):
        return connector, False
    for name, value in fields.items():
        setattr(connector, name, value)
    connector.version += 1
    connector.recorded_at = ctx.now
    await ctx.session.flush()
    return connector, new


async def _check_tasks(ctx: Context, entry: ConnectorEntry, own: UUID) -> None:
    named = {task_id for item in entry.mapping.items for task_id in item.task_ids}
    leads = await rows.leads_of(ctx.session, named)
    below = await bodies_below(ctx, own)
    errors = [
        {
            "pointer": f"#/mapping/items/{number}/task_ids/{place}",
            "code": "task-unknown",
            "detail": "No task that your body, or one below it, leads has this identifier.",
        }
        for number, item in enumerate(entry.mapping.items)
        for place, task_id in enumerate(item.task_ids)
        if leads.get(task_id) not in below
    ]
    if errors:
        raise ReferenceUnknown("The mapping names tasks that are not yours to report.", errors=errors[:_MOST_ERRORS])


async def bodies_below(ctx: Context, own: UUID) -> set[UUID]:
    """A body, and those that stand below it."""
    return {own, *await organisations.list_subtree(ctx.session, own)}
