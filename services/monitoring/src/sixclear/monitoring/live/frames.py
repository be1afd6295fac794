"""What the live stream sends, as a contract: the frame of `snapshot` and `status`, and the heartbeat."""

from datetime import datetime
from typing import Any

from pydantic import Field
from pydantic.json_schema import models_json_schema

from sixclear.common.web.schemas import Schema
from sixclear.monitoring.ledger.schemas import Change
from sixclear.monitoring.status.schemas import Status, TaskPart


class Frame(Schema):
    """The `data` of the events `snapshot` and `status`: the whole live status of the country, not a difference."""

    view_sequence: int = Field(description="The number of the view; also the event's `id`.")
    as_of: datetime
    status: Status
    programmes: dict[str, TaskPart] = Field(description="The figures of every programme, by its slug.")
    changes: list[Change] = Field(
        description="What was learnt since the frame before, newest first, at most twenty; in a snapshot the last ones."
    )


class Heartbeat(Schema):
    """The `data` of the event `heartbeat`, which has no id: there was no change."""

    at: datetime = Field(description="The server's time.")
    every_seconds: float = Field(description="How long until the next one, if there is no change.")
    as_of: datetime | None = Field(
        default=None, description="When the figures sent last still stood; null while that is not known."
    )
    staleness_seconds: float | None = Field(default=None, description="Their age; null while it is not known.")


_EXAMPLE = """retry: 3000
event: heartbeat
data: {"at":"2025-12-04T10:00:00Z","every_seconds":15.0}

id: 413
event: snapshot
data: {"view_sequence":413,"as_of":"2025-12-04T10:00:00Z","status":{},"programmes":{},"changes":[]}
"""


def describe_stream(document: dict[str, Any], path: str) -> None:
    """Add the stream at `path` to an OpenAPI document, with the schemas of what its events hold. Works in place."""
    _, schemas = models_json_schema(
        [(Frame, "serialization"), (Heartbeat, "serialization")], ref_template="#/components/schemas/{model}"
    )
    known = document["components"]["schemas"]
    for name, schema in schemas["$defs"].items():
        known.setdefault(name, schema)
    document["paths"][path] = {"get": _operation()}


def _operation() -> dict[str, Any]:
    frame, heartbeat = ({"$ref": f"#/components/schemas/{name}"} for name in ("Frame", "Heartbeat"))
    return {
        "tags": ["live status"],
        "operationId": "followStatus",
        "summary": "Follow Status",
        "description": "Server-sent events: `snapshot` or what was missed, then `status` after each visible change, "
        "and `heartbeat` while there is none. The example is shortened: its status has no figures.",
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": place,
                "required": False,
                "description": "The id of the last event that was read.",
                "schema": {"type": "integer", "minimum": 0},
            }
            for name, place in (("Last-Event-ID", "header"), ("last_event_id", "query"))
        ],
        "responses": {
            "200": {
                "description": "The stream; it ends when the client or the service ends it.",
                "content": {
                    "text/event-stream": {
                        "schema": {
                            "type": "string",
                            "contentMediaType": "text/event-stream",
                            "contentSchema": {"anyOf": [frame, heartbeat], "description": "The `data` of one event."},
                        },
                        "example": _EXAMPLE,
                        "x-events": {"snapshot": frame, "status": frame, "heartbeat": heartbeat},
                    }
                },
            },
            **{
                status: {
                    "description": description,
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for status, description in (
                    ("422", "`invalid-request`: The request is not valid"),
                    ("429", "`too-many-streams`: Too many streams are open from this address"),
                    (
                        "503",
                        "`figures-do-not-reconcile`: The figures do not reconcile; "
                        "`unavailable`: The service is not available right now",
                    ),
                )
            },
        },
    }
