"""The full peer does the same work: of one report it keeps the same rows, and gives the same answer."""

import importlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from tests.integration.tasks.conftest import Service, an_assigned_task, started

from sixclear.common.clock import civil_date, utc_now
from sixclear.common.testing.identity import ISSUER
from sixclear.common.testing.postgres import CloneDatabase, TestServer

pytestmark = [pytest.mark.benchmark, pytest.mark.asyncio]

REPORT = {"percent": 40, "text": "Tuần này đã hoàn thành rà soát", "remedy": "Thu thập bổ sung"}
IN_A_MONTH = (civil_date(utc_now()) + timedelta(days=30)).isoformat()
# What differs by nature: when, which request, which process.
_INSTANTS = {"occurred_at", "recorded_at", "last_report_at", "updated_at", "created_at", "expires_at"}


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The tasks application now: the peer looks at the clock of the machine."""
    async with started(clone_database, utc_now()) as running:
        yield running


@pytest_asyncio.fixture
async def peer(
    service: Service, postgres_server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Any]:
    """Starts the peer on a copy of the service's database; gives its client and its database's name."""
    apps: list[Any] = []

    async def start(database: str) -> httpx2.AsyncClient:
        keys = tmp_path / "jwks.json"
        keys.write_text(json.dumps((await service.issuer.load()).as_dict(private=False)))
        monkeypatch.setenv("DATABASE_URL", postgres_server.url(database))
        monkeypatch.setenv("JWKS_FILE", str(keys))
        monkeypatch.setenv("ISSUER", ISSUER)
        # It reads the environment when it is loaded, as a process of its own does.
        module = importlib.reload(importlib.import_module("tests.benchmarks.peers.full_report"))
        apps.append(module)
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=module.app), base_url="http://peer.test")

    yield start
    for module in apps:
        await module.engine.dispose()
        await postgres_server.execute('DROP DATABASE IF EXISTS "peer" WITH (FORCE)')


async def test_the_full_peer_keeps_the_same_rows_and_gives_the_same_answer(
    service: Service, peer: Any, postgres_server: TestServer
) -> None:
    task_id = await an_assigned_task(service, coordinating_organisations=["G01"], deadline=IN_A_MONTH)
    await service.database.engine.dispose()
    name = service.database.url.partition("@/")[2].partition("?")[0]
    await postgres_server.execute(f'CREATE DATABASE "peer" TEMPLATE "{name}"')
    headers = service.headers("G06") | {"Idempotency-Key": "report-1"}
    path = f"/api/tasks/v1/tasks/{task_id}/progress"
    ours = await service.http.post(path, json=REPORT, headers=headers)
    theirs = await (await peer("peer")).post(path, json=REPORT, headers=headers)
    assert (ours.status_code, theirs.status_code) == (201, 201), (ours.text, theirs.text)
    assert _without_instants(theirs.json()) == _without_instants(ours.json())
    assert await _rows(postgres_server, "peer", task_id) == await _rows(postgres_server, name, task_id)


async def test_the_full_peer_gives_the_answer_again_and_refuses_who_may_not(
    service: Service, peer: Any, postgres_server: TestServer
) -> None:
    task_id = await an_assigned_task(service, deadline=IN_A_MONTH)
    await service.database.engine.dispose()
    name = service.database.url.partition("@/")[2].partition("?")[0]
    await postgres_server.execute(f'CREATE DATABASE "peer" TEMPLATE "{name}"')
    client, path = await peer("peer"), f"/api/tasks/v1/tasks/{task_id}/progress"
    headers = service.headers("G06") | {"Idempotency-Key": "report-1"}
    first = await client.post(path, json=REPORT, headers=headers)
    again = await client.post(path, json=REPORT, headers=headers)
    assert again.json() == first.json()
    assert (await client.post(path, json=REPORT | {"percent": 41}, headers=headers)).status_code == 422
    assert (await client.post(path, json=REPORT, headers=service.headers("75"))).status_code == 403
    assert (await client.post(path, json=REPORT, headers={"Authorization": "Bearer no"})).status_code == 401
    assert (await client.post(path, json=REPORT | {"percent": 101}, headers=headers)).status_code == 422


async def _rows(server: TestServer, database: str, task_id: UUID) -> dict[str, Any]:
    """The four rows of a report, without instants and without what names the request."""
    connection = await asyncpg.connect(user="postgres", database=database, host=str(server.socket_dir))
    try:
        event = "entity_type, entity_id, version, previous_version, change, data, meta, published"
        asked = {
            "task": "SELECT to_jsonb(task) FROM task WHERE task_id = $1",
            "report": "SELECT to_jsonb(progress_report) FROM progress_report WHERE task_id = $1",
            "event": f"SELECT to_jsonb(e) FROM (SELECT {event} FROM event WHERE entity_id = $1) AS e ORDER BY version",
            "key": "SELECT to_jsonb(k) FROM (SELECT client_id, key_hash, route, status FROM idempotency_key) AS k"
            " WHERE $1::uuid IS NOT NULL",
        }
        found = {name: await connection.fetch(statement, task_id) for name, statement in asked.items()}
    finally:
        await connection.close()
    return {name: [_without_instants(json.loads(row[0])) for row in rows] for name, rows in found.items()}


def _without_instants(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "…" if _said(key, one) else _without_instants(one) for key, one in value.items()}
    return [_without_instants(one) for one in value] if isinstance(value, list) else value


def _said(key: str, value: object) -> bool:
    return value is not None and (key in _INSTANTS or key == "request_id")
