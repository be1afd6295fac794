"""Requests spoiled in one place each: monitoring answers every one of them without failing."""

from typing import Any

import pytest
from tests.integration.monitoring.records import some_records
from tests.integration.monitoring.test_routes import PREFIX

from sixclear.common.testing.spoiled import described_reads, reads_survive, spoiled

pytestmark = pytest.mark.asyncio


async def test_no_spoiled_request_makes_the_service_fail(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    reads = described_reads(site.target.app)
    assert len(reads) > 5
    headers = site.issuer.headers("monitoring:operate", "monitoring:spans")
    await reads_survive(site.client, reads, {"trace_id": "1" * 32, "code": "cases"}, headers)


async def test_no_spoiled_report_of_streams_makes_the_service_fail(site: Any, view: Any, events: Any) -> None:
    stream = {
        "service": "tasks",
        "name": "tasks relay",
        "kind": "relay",
        "running": True,
        "lag_messages": 12,
        "lag_seconds": 1.5,
        "dead_letters": 0,
        "last_progress_at": "2025-12-04T03:00:00Z",
        "detail": "",
    }
    headers = site.issuer.headers("monitoring:operate", "monitoring:spans") | {"content-type": "application/json"}
    address = f"{PREFIX}/streams"
    assert (await site.client.post(address, json={"items": [stream]}, headers=headers)).status_code == 204
    for where, content in spoiled({"items": [stream]}):
        response = await site.client.post(address, content=content, headers=headers)
        assert response.status_code < 500, f"{where} {content[:300]!r}: {response.text}"
    reads = {f"{PREFIX}{path}": () for path in ("/streams", "/operations/streams", "/status")}
    await reads_survive(site.client, reads, {}, headers)
    for path in reads:
        assert (await site.client.get(path, headers=headers)).status_code == 200
