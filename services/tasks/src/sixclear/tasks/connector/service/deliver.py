"""Asking for deliveries: what is new of a body's reports is put to be sent, once for a report and a connector."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sixclear.common.errors import InvalidRequest
from sixclear.common.sender import queue
from sixclear.common.sender.queue import Kept, Message
from sixclear.common.use_case import Context
from sixclear.tasks.connector import repository as rows
from sixclear.tasks.connector.errors import ConnectorInactive
from sixclear.tasks.connector.models import Connector
from sixclear.tasks.connector.rules import Made, make, says_period
from sixclear.tasks.connector.schemas import Mapping, PlannedOutcome
from sixclear.tasks.connector.service.keep import bodies_below, get_connector

KIND = "connector"
_MOST_OF_BODY = 100


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one item: `made` is what is sent, `reason` why nothing is."""

    index: str
    outcome: PlannedOutcome
    reason: str | None = None
    made: Made | None = None
    delivery_id: UUID | None = None


async def deliver(
    ctx: Context, connector_id: UUID, period: str | None, *, dry_run: bool
) -> tuple[Connector, Sequence[Planned]]:
    """Put what is new of the caller's reports, or only say what would be put.

    Raises ConnectorNotFound, ConnectorInactive, and InvalidRequest where the mapping says the period and none is given.
    """
    connector = await get_connector(ctx, connector_id)
    if not connector.active and not dry_run:
        raise ConnectorInactive
    if not period and says_period(connector, Mapping.model_validate(connector.mapping)):
        error = {"pointer": "#/period", "code": "missing", "detail": "The mapping says the period: give it."}
        raise InvalidRequest(errors=[error])
    return connector, await _plan(ctx, connector, period or None, dry_run=dry_run)


async def pass_on(ctx: Context, organisation_id: UUID, period: str) -> int:
    """Put what a body files with a period, by each of its connectors that pass filings on; how many were put.

    It belongs into the transaction of the filing: what is filed is passed on, or neither is. Safe to run twice.
    """
    put = 0
    for connector in await rows.list_of(ctx.session, organisation_id, None, _MOST_OF_BODY):
        if connector.active and connector.on_filing:
            planned = await _plan(ctx, connector, period, dry_run=False)
            put += sum(one.outcome == "put" for one in planned)
    return put


async def list_deliveries(
    ctx: Context, connector_id: UUID, state: str | None, before: UUID | None, limit: int
) -> Sequence[Kept]:
    """What was put by a connector of the caller's body, last first; raises ConnectorNotFound."""
    connector = await get_connector(ctx, connector_id)
    return await queue.list_sent(ctx.session, KIND, connector.connector_id, state, before, limit)


async def _plan(ctx: Context, connector: Connector, period: str | None, *, dry_run: bool) -> list[Planned]:
    mapping = Mapping.model_validate(connector.mapping)
    known = await rows.last_reports(ctx.session, {task_id for item in mapping.items for task_id in item.task_ids})
    below = await bodies_below(ctx, connector.organisation_id)
    found = [(item, make(connector, mapping, item, known, below, period)) for item in mapping.items]
    keys = [made.key for _, made in found if isinstance(made, Made)]
    states = await queue.states(ctx.session, KIND, connector.connector_id, keys)
    planned = []
    for item, made in found:
        if not isinstance(made, Made):
            planned.append(Planned(item.index, "left_out", made))
        elif states.get(made.key) in ("waiting", "delivered"):
            planned.append(Planned(item.index, "unchanged"))
        elif dry_run:
            planned.append(Planned(item.index, "put", made=made))
        else:
            delivery_id = await queue.put(ctx.session, _message(ctx, connector, made), ctx.now)
            # None: another request put it meanwhile.
            planned.append(Planned(item.index, "put" if delivery_id else "unchanged", None, made, delivery_id))
    return planned


def _message(ctx: Context, connector: Connector, made: Made) -> Message:
    about = {
        "adapter": connector.adapter,
        "period": made.period,
        "task_ids": [str(task_id) for task_id in made.task_ids],
    }
    sha256 = hashlib.sha256(made.content).digest()
    connector_id = connector.connector_id
    return Message(ctx.new_id(), KIND, connector_id, made.key, made.index, about, made.content, sha256)
