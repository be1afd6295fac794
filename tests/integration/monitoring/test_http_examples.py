"""The examples of monitoring's OpenAPI document are what is asked and answered over a small view."""

from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from tests.integration.monitoring.records import some_records
from tests.integration.monitoring.test_routes import PREFIX, otlp, send_spans, span

from sixclear.common.testing.http_examples import Exchanges

EXAMPLES = Path(__file__).parents[3] / "services/monitoring/src/sixclear/monitoring/data/http-examples.json"
RELAY = {
    "service": "tasks",
    "name": "tasks relay",
    "kind": "relay",
    "running": True,
    "lag_messages": 12,
    "lag_seconds": 3.5,
    "dead_letters": 0,
    "last_progress_at": None,
    "detail": "active",
}


@pytest.mark.asyncio
async def test_every_operation_shows_what_is_asked_and_answered(site: Any, view: Any, events: Any) -> None:
    exchanges = Exchanges(cast(FastAPI, site.target.app), site.client)
    await some_records(view, events)
    spans, operator = site.issuer.headers("monitoring:spans"), site.issuer.headers("monitoring:operate", "audit:read")
    assert (await site.client.post(f"{PREFIX}/streams", json={"items": [RELAY]}, headers=spans)).status_code == 204
    answered = await site.client.post(f"{PREFIX}/reconciliations", json={}, headers=operator)
    assert answered.status_code == 200, answered.text
    route = KeyValue(key="http.route", value=AnyValue(string_value="/api/tasks/v1/tasks"))
    asked = span(1, milliseconds=30, name="POST /api/tasks/v1/tasks", attributes=[route])
    assert (await send_spans(site, otlp(asked, span(2, 1, name="create sixclear.tasks.task.v1")))).status_code == 200
    await site.target.span_sink.flush()
    asked = await site.get("/scores", criteria="khanh-hoa-monthly", period="2025-12")
    assert asked.status_code == 200, asked.text
    asked = await site.get("/indicators/cases/values", period="2025-11")
    assert asked.status_code == 200, asked.text
    await exchanges.read_everything(dict, lambda: operator, code="cases")
    exchanges.same_as(EXAMPLES)
