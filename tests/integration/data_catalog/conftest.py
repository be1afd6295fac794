"""The data catalogue's application on real PostgreSQL, with the shipped programme lists and clients of three bodies."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import text

from sixclear.common.db import Database
from sixclear.common.event_log import EventLog, StoredEvent
from sixclear.common.ids import stable_id
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.data_catalog.app import create_app
from sixclear.data_catalog.service.seed import seed_lists
from sixclear.data_catalog.settings import Settings

START = datetime(2025, 12, 4, 3, 0, tzinfo=UTC)
MINISTRY = stable_id("organisation", "G06")
OTHER_MINISTRY = stable_id("organisation", "G01")
STANDING_BODY = stable_id("organisation", "P57")
ORGANISATIONS = {"ministry": MINISTRY, "other-ministry": OTHER_MINISTRY, "steward": STANDING_BODY}
_OWNER = ("catalog:write", "catalog:heartbeat")
SCOPES = {
    "ministry": _OWNER,
    "other-ministry": _OWNER,
    "historian": (*_OWNER, "facts:past"),
    "reviewing-ministry": (*_OWNER, "catalog:approve"),
    "steward": ("catalog:write", "catalog:approve", "facts:past"),
}
TABLES = ("entry", "document", "event", "idempotency_key")


class MovingClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> None:
        """Let time pass."""
        self.now += timedelta(**duration)


@dataclass
class Service:
    """The application, its database, its clock, and clients of organisations."""

    app: FastAPI
    database: Database
    log: EventLog
    clock: MovingClock
    issuer: FakeIssuer
    http: httpx2.AsyncClient

    def headers(self, client_id: str) -> dict[str, str]:
        """The Authorization header of a client; of the ministry unless it belongs to another body."""
        organisation_id = ORGANISATIONS.get(client_id, MINISTRY)
        return self.issuer.headers(*SCOPES[client_id], client_id=client_id, organisation_id=organisation_id)

    async def post(self, client_id: str, path: str, body: Any, **headers: str) -> httpx2.Response:
        """POST as a client."""
        return await self.http.post(f"/api/catalog/v1{path}", json=body, headers=self.headers(client_id) | headers)

    async def done(self, client_id: str, path: str, body: Any) -> Any:
        """POST as a client; the answer must be a success."""
        response = await self.post(client_id, path, body)
        assert response.status_code in (200, 201), response.text
        return response.json()

    async def get(self, path: str, **params: str | int) -> Any:
        """GET as anybody; the answer must be 200."""
        response = await self.http.get(f"/api/catalog/v1{path}", params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def codes(self, **params: str | int) -> list[str]:
        """The codes on the first page of entries."""
        return [entry["code"] for entry in (await self.get("/entries", **params))["items"]]

    async def events(self) -> list[StoredEvent]:
        """Every event of the log, in order."""
        return list(await self.log.reader().read(0, 10_000))

    async def counts(self) -> dict[str, int]:
        """How many rows each table holds that requests write to."""
        async with self.database.session() as session:
            return {
                table: int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())
                for table in TABLES
            }


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The data catalogue's application with its programme lists and no entry."""
    url = await clone_database("sixclear.data_catalog")
    database = Database(url, application_name="test")
    clock = MovingClock()
    log = EventLog("data-catalog", database, clock)
    issuer = FakeIssuer(clock)
    app = create_app(
        Settings(database_url=url), verifier=issuer.verifier(), database=database, event_log=log, clock=clock
    )
    await seed_lists(database)
    async with http_client(app) as http:
        yield Service(app, database, log, clock, issuer, http)
    await database.close()


def description(**changes: Any) -> dict[str, Any]:
    """A database of the ministry that stands in Plan 02 and promises a heartbeat a day."""
    body: dict[str, Any] = {
        "code": "KHCN-01",
        "name_vi": "Cơ sở dữ liệu nhiệm vụ khoa học",
        "name_en": "Database of research tasks",
        "kind": "database",
        "owner_organisation_id": str(MINISTRY),
        "lists": [{"list": "plan-02", "edition": "2025"}],
        "legal_basis": "Luật Khoa học và Công nghệ",
        "security_level": 3,
        "promised_period_seconds": 86_400,
        "deployment_due": "2026-06-30",
        "description": "Nhiệm vụ, kết quả và đánh giá",
    }
    return body | changes


async def an_entry(service: Service, **changes: Any) -> str:
    """The path of a new entry of the ministry."""
    entry = await service.done("ministry", "/entries", description(**changes))
    return f"/entries/{UUID(entry['entry_id'])}"


async def a_submitted_entry(service: Service, **changes: Any) -> str:
    """The path of an entry whose dossier was handed in."""
    entry = await an_entry(service, **changes)
    await service.done("ministry", f"{entry}/registration/submit", {})
    return entry
