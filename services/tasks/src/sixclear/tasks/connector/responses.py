"""Connectors and deliveries as the API answers them."""

from collections.abc import Sequence

import orjson

from sixclear.common.sender.queue import Kept
from sixclear.tasks.connector.models import Connector
from sixclear.tasks.connector.rules import MASK, Made, request_of
from sixclear.tasks.connector.schemas import ConnectorEntry, ConnectorView, DeliveryView, ShownRequest

_FIELDS = tuple(ConnectorEntry.model_fields)


def connector_response(connector: Connector) -> ConnectorView:
    """A connector as its body reads it."""
    fields = {name: getattr(connector, name) for name in (*_FIELDS, "version", "recorded_at")}
    return ConnectorView.model_validate(fields | {"connector_id": connector.connector_id})


def shown_request(connector: Connector, made: Made) -> ShownRequest:
    """The request of an item, its secret masked."""
    method, address, headers = request_of(connector, made.index, made.period, made.key)
    if connector.credential["kind"] != "none":
        headers["Authorization"] = f"Bearer {MASK}"
    return ShownRequest(method=method, address=address, headers=headers, content=orjson.loads(made.content))


def delivery_responses(found: Sequence[Kept]) -> list[DeliveryView]:
    """What became of deliveries."""
    same = ("state", "attempts", "put_at", "ended_at", "status", "problem", "told", "receipt")
    return [
        DeliveryView(
            delivery_id=row.outgoing_id,
            index=row.subject,
            period=row.about["period"],
            next_at=row.next_at if row.state == "waiting" else None,
            sha256=row.sha256.hex(),
            **{name: getattr(row, name) for name in same},
        )
        for row in found
    ]
