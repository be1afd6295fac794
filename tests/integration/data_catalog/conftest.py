"""The data catalogue's application on real PostgreSQL, with the shipped programme lists and clients of three bodies."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from sixclear.common.ids import stable_id
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.mirrored import follow
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import RunningService, running_service
from sixclear.data_catalog.app import create_app
from sixclear.data_catalog.events import EVENTS
from sixclear.data_catalog.organisation.models import Organisation
from sixclear.data_catalog.programme_list.service import seed_lists
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
    "auditor": ("audit:read",),
    "inspector": ("catalog:inspect",),
    "inspector-above": ("catalog:inspect",),
    "inspector-elsewhere": ("catalog:inspect",),
    "citizen": ("feedback:endorse",),
}
# What the tokens of inspectors name: the ministry, the body above it, and another one.
MANDATES = {
    "inspector": "organisation:G06",
    "inspector-above": "organisation:P57",
    "inspector-elsewhere": f"organisation:{OTHER_MINISTRY} programme:nq57-central",
}
WITHOUT_BODY = {"inspector", "inspector-above", "inspector-elsewhere", "citizen"}


class Service(RunningService):
    """Clients of the ministry unless they belong to another body."""

    prefix = "/api/catalog/v1"
    tables = (
        *("entry", "document", "replaced_document", "step_proof", "assignment", "event", "idempotency_key"),
        *("element", "element_version", "code_list", "code_list_version"),
        *("field", "field_past", "finding_excuse"),
    )

    def headers(self, client_id: str, /) -> dict[str, str]:
        organisation_id = None if client_id in WITHOUT_BODY else ORGANISATIONS.get(client_id, MINISTRY)
        token = self.issuer.token(
            *SCOPES[client_id],
            client_id=client_id,
            organisation_id=organisation_id,
            mandate=MANDATES.get(client_id),
        )
        return {"Authorization": f"Bearer {token}"}

    async def read(self, client_id: str, path: str, **params: str | int) -> Any:
        """GET as a client; the answer must be 200."""
        response = await self.http.get(self.prefix + path, params=params, headers=self.headers(client_id))
        assert response.status_code == 200, response.text
        return response.json()

    async def done(self, client_id: str, path: str, body: Any) -> Any:
        """POST as a client; the answer must be a success."""
        response = await self.post(client_id, path, body)
        assert response.status_code in (200, 201), response.text
        return response.json()

    async def codes(self, **params: str | int) -> list[str]:
        """The codes on the first page of entries."""
        return [entry["code"] for entry in (await self.get("/entries", **params))["items"]]


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The data catalogue's application at START."""
    async with started(clone_database) as running:
        yield running


@asynccontextmanager
async def started(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The data catalogue's application with its programme lists and no entry."""
    settings = Settings(database_url=await clone_database("sixclear.data_catalog"))
    async with running_service(Service, EVENTS, settings, create_app, MovingClock(START)) as running:
        await seed_lists(running.database)
        await follow(running, Organisation, "organisation", "G06", "G01", "P57")
        yield running


@pytest.fixture(params=["hot", "ordinary"])
def both_ways(request: pytest.FixtureRequest, service: Service) -> Iterator[None]:
    """The test is run twice: with the routes of the front, and without them."""
    if request.param == "hot":
        yield
    else:
        with service.ordinary_routes():
            yield


REQUEST = {"title": "Văn bản đề nghị", "url": "https://example.invalid/dn", "sha256": "1" * 64}
PLAN_02 = [{"list": "plan-02", "edition": "2025"}]


def description(**changes: Any) -> dict[str, Any]:
    """A database of the ministry that promises a heartbeat a day; in which lists it stands, a steward says."""
    body: dict[str, Any] = {
        "code": "KHCN-01",
        "name_vi": "Cơ sở dữ liệu nhiệm vụ khoa học",
        "name_en": "Database of research tasks",
        "kind": "database",
        "owner_organisation_id": str(MINISTRY),
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


IDENTITY_LAW = {"document": "Luật Căn cước số 26/2023/QH15", "article": "Điều 9, khoản 3"}
SEXES: dict[str, Any] = {
    "code": "gioi-tinh",
    "name_vi": "Giới tính",
    "name_en": "Sex",
    "legal_basis": {"document": "Luật Căn cước số 26/2023/QH15", "article": "Điều 9, khoản 5"},
    "items": [{"code": "1", "name_vi": "Nam", "name_en": "Male"}, {"code": "2", "name_vi": "Nữ", "name_en": "Female"}],
}


def element(**changes: Any) -> dict[str, Any]:
    """The personal identifier, as the law on identity says it."""
    body: dict[str, Any] = {
        "code": "so-dinh-danh-ca-nhan",
        "name_vi": "Số định danh cá nhân",
        "name_en": "Personal identifier",
        "definition": "Dãy số tự nhiên gồm 12 chữ số do Cơ sở dữ liệu quốc gia về dân cư xác lập.",
        "type": "string",
        "min_length": 12,
        "max_length": 12,
        "pattern": "^[0-9]{12}$",
        "domain": "person",
        "level": "national",
        "legal_basis": IDENTITY_LAW,
        "personal": True,
        "identifier": True,
    }
    return body | changes


async def an_approved_element(service: Service, **changes: Any) -> str:
    """The path of an element of the ministry that the steward has approved."""
    described = element(**changes)
    drafted = await service.done("ministry", "/elements", described)
    path = f"/elements/{described['code']}"
    await service.done("steward", f"{path}/approve", {"version": drafted["version"]})
    return path


def field(**changes: Any) -> dict[str, Any]:
    """A field that is declared the master of the personal identifier."""
    body: dict[str, Any] = {
        "name": "so_dinh_danh",
        "type": "string",
        "max_length": 12,
        "element": "so-dinh-danh-ca-nhan",
        "role": "master",
        "legal_basis": IDENTITY_LAW,
    }
    return body | changes


async def described_fields(service: Service, client: str, entry: str, /, *fields: dict[str, Any]) -> Any:
    """What became of these fields of an entry; None where they were refused."""
    response = await service.post(client, f"{entry}/fields", {"fields": fields})
    return response.json() if response.status_code == 200 else None


async def an_approved_code_list(service: Service, **changes: Any) -> str:
    """The path of a code list of the ministry that the steward has approved."""
    described = SEXES | changes
    drafted = await service.done("ministry", "/code-lists", described)
    path = f"/code-lists/{described['code']}"
    await service.done("steward", f"{path}/approve", {"version": drafted["version"]})
    return path


async def a_submitted_entry(service: Service, **changes: Any) -> str:
    """The path of an entry whose dossier, one document, was handed in."""
    entry = await an_entry(service, **changes)
    await service.done("ministry", f"{entry}/documents", REQUEST)
    await service.done("ministry", f"{entry}/registration/submit", {})
    return entry


async def some_entries(service: Service) -> None:
    """One entry of each freshness, at several stages, in several lists."""
    await service.done("steward", "/entries", description(code="A", lists=PLAN_02))
    await service.done("steward", "/entries", description(code="B", lists=PLAN_02, promised_period_seconds=None))
    both = [{"list": "plan-02", "edition": "2026"}, {"list": "resolution-71", "edition": "2025"}]
    await service.done("steward", "/entries", description(code="C", lists=both))
    other = description(code="D", owner_organisation_id=str(OTHER_MINISTRY), demonstration=True, lists=both[1:])
    await service.done("steward", "/entries", other)
    await service.done("ministry", f"/entries/{stable_id('entry', 'C')}/heartbeats", {})
    service.clock.pass_by(days=2)
    await service.done("other-ministry", f"/entries/{stable_id('entry', 'D')}/heartbeats", {})
    await service.done("ministry", f"/entries/{stable_id('entry', 'B')}/documents", REQUEST)
    await service.done("ministry", f"/entries/{stable_id('entry', 'B')}/registration/submit", {})
    stage = {"deployment_stage": "deploying_foundation", "risk": "high"}
    await service.done("ministry", f"/entries/{stable_id('entry', 'C')}/stage", stage)
