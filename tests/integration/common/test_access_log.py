"""On real PostgreSQL: each answer that shows what is not public is in the access log before it leaves."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import text

from sixclear.common import access_log
from sixclear.common.db import Database
from sixclear.common.entity_cache import note_changed
from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.testing.postgres import EmptyDatabase
from sixclear.common.web.access import Access
from sixclear.common.web.access_log import shows_only_public
from sixclear.common.web.access_log_route import access_log_router
from sixclear.common.web.app import create_service_app
from sixclear.common.web.route import SessionDep, TransactionalRoute
from sixclear.common.web.route_options import RouteOptions
from sixclear.common.web.texts import Words

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
BODY = UUID("0197c3a0-0000-7000-8000-000000000057")
OWN = Depends(Access.scope("things:read", "things:write"))

router = APIRouter(route_class=TransactionalRoute)


@router.get("/things", operation_id="listThings", dependencies=[Depends(Access.public("a test"))])
async def list_things() -> str:
    return "public"


@router.get("/own/things", operation_id="listOwnThings", dependencies=[OWN])
async def list_own_things(
    request: Request,
    q: Words | None = None,
    kind: Words | None = None,
    cursor: Words | None = None,
) -> Response:
    if kind == "public":
        shows_only_public(request)
    return Response(status_code=304) if kind == "known" else Response("secret")


@router.get("/own/things/{thing_id}/parts/{part}", operation_id="getOwnPart", dependencies=[OWN])
async def get_own_part(thing_id: UUID, part: str) -> StreamingResponse:
    return StreamingResponse(iter([b"sec", b"ret"]))


@router.get("/own/missing", dependencies=[OWN])
async def get_missing() -> Response:
    return Response(status_code=404)


@router.get("/own/jobs", dependencies=[OWN, Depends(RouteOptions(recorded=False))])
async def get_job() -> str:
    return "running"


@router.post("/own/things", operation_id="makeThing", dependencies=[OWN])
async def make_thing(session: SessionDep, same: bool = False) -> str:
    if not same:
        note_changed(session, [("thing", BODY)])  # as an event does
    return "made"


@router.post("/own/files", dependencies=[OWN, Depends(RouteOptions(recorded=False))])
async def take_file() -> str:
    return "taken"


@router.post("/own/contact", operation_id="readContact", dependencies=[OWN, Depends(RouteOptions(recorded=True))])
async def read_contact() -> str:
    return "secret"


class Site:
    def __init__(self, database: Database, app: FastAPI, http: httpx2.AsyncClient, issuer: FakeIssuer) -> None:
        self.database, self.app, self.http, self.issuer = database, app, http, issuer

    def headers(self, *scopes: str) -> dict[str, str]:
        return self.issuer.headers(*(scopes or ("things:read",)), client_id="org-G06", organisation_id=BODY)

    async def get(self, path: str, *scopes: str, **params: str) -> httpx2.Response:
        return await self.http.get(f"/t{path}", params=params, headers=self.headers(*scopes))

    async def rows(self) -> list[dict[str, Any]]:
        async with self.database.session() as session:
            found = await access_log.list_readings(session, limit=100)
        return [dict(row._mapping) for row in found]


@pytest_asyncio.fixture
async def site(empty_database: EmptyDatabase) -> AsyncIterator[Site]:
    database, clock = Database(await empty_database(), application_name="test"), MovingClock(NOW)
    async with database.transaction() as session:
        for statement in access_log.DDL_V1:
            await session.execute(text(statement))
    issuer = FakeIssuer(clock)
    app = create_service_app(
        title="T",
        service="t",
        version="1",
        prefix="/t",
        routers=[router, access_log_router("readAccessLog", "t")],
        verifier=issuer.verifier(),
        database=database,
        clock=clock,
    )
    async with http_client(app) as http:
        yield Site(database, app, http, issuer)
    await database.close()


async def test_a_reading_with_a_token_leaves_one_row(site: Site) -> None:
    thing_id = uuid4()
    answer = await site.get(f"/own/things/{thing_id}/parts/2026-11", "things:read", "facts:past")
    assert (answer.status_code, answer.text) == (200, "secret")
    [row] = await site.rows()
    assert row.pop("access_record_id") == 1
    assert row.pop("request_id") == answer.headers["X-Request-ID"]
    assert row == {
        "read_at": NOW,
        "client_id": "org-G06",
        "organisation_id": BODY,
        "scopes": ["things:read"],
        "operation": "getOwnPart",
        "entity": f"{thing_id}/2026-11",
        "filter": {},
    }


async def test_what_shows_nothing_leaves_none(site: Site) -> None:
    assert (await site.get("/things")).status_code == 200
    assert (await site.get("/own/missing")).status_code == 404
    assert (await site.get("/own/jobs")).status_code == 200
    assert (await site.get("/own/things", kind="public")).status_code == 200
    assert (await site.get("/own/things", "facts:past")).status_code == 403
    assert (await site.http.get("/t/own/things")).status_code == 401
    assert (await site.http.post("/t/own/things", headers=site.headers("things:write"))).status_code == 200
    assert (await site.http.post("/t/own/files", headers=site.headers("things:write"))).status_code == 200
    assert await site.rows() == []


async def test_that_nothing_has_changed_is_told_and_noted(site: Site) -> None:
    assert (await site.get("/own/things", kind="known")).status_code == 304
    assert [row["operation"] for row in await site.rows()] == ["listOwnThings"]


async def test_what_a_writing_route_shows_without_an_event_is_a_reading(site: Site) -> None:
    headers = site.headers("things:write")
    assert (await site.http.post("/t/own/things?same=true", headers=headers)).status_code == 200
    [row] = await site.rows()
    assert (row["operation"], row["scopes"]) == ("makeThing", ["things:write"])
    async with site.database.transaction() as session:
        await session.execute(
            text("ALTER TABLE access_record ADD CONSTRAINT full_disk CHECK (client_id = '') NOT VALID")
        )
    answer = await site.http.post("/t/own/things?same=true", headers=headers)
    assert (answer.status_code >= 500, "made" in answer.text) == (True, False)
    changed = await site.http.post("/t/own/things", headers=headers)
    assert changed.status_code == 200, "the event says who did it"


async def test_a_list_is_found_by_the_identifiers_in_its_filter(site: Site) -> None:
    await site.get("/own/things", kind=str(BODY), q=str(BODY))
    assert [row["entity"] for row in await site.rows()] == [str(BODY)]


async def test_a_method_whose_purpose_is_to_read_leaves_one(site: Site) -> None:
    assert (await site.http.post("/t/own/contact", headers=site.headers())).status_code == 200
    assert [row["operation"] for row in await site.rows()] == ["readContact"]
    assert (await site.http.head("/t/own/things", headers=site.headers())).status_code == 200
    assert [row["operation"] for row in await site.rows()] == ["listOwnThings", "readContact"]


async def test_nothing_that_somebody_typed_is_kept(site: Site) -> None:
    await site.get("/own/things", q="Bình", kind="Trần Thị Bình 0912 345 678", cursor="abc")
    await site.get("/own/things", kind="G06:2026-11-29")
    assert [row["filter"] for row in await site.rows()] == [{"kind": "G06:2026-11-29"}, {"q": "…", "kind": "…"}]


@pytest.mark.parametrize("path", ["/own/things", f"/own/things/{BODY}/parts/1"])
async def test_what_cannot_be_noted_is_not_shown(site: Site, path: str) -> None:
    async with site.database.transaction() as session:
        await session.execute(text("ALTER TABLE access_record ADD CONSTRAINT full_disk CHECK (client_id = '')"))
    answer = await site.get(path)
    assert answer.status_code >= 500
    assert "secret" not in answer.text
    assert (await site.get("/things")).status_code == 200


async def test_reading_the_log_is_a_reading_too(site: Site) -> None:
    for kind in ("a", "b", "c"):
        await site.get("/own/things", kind=kind)
    assert (await site.get("/access-log")).status_code == 403
    page = (await site.get("/access-log", "audit:read", limit="2")).json()
    assert [one["filter"] for one in page["items"]] == [{"kind": "c"}, {"kind": "b"}]
    rest = (await site.get("/access-log", "audit:read", limit="2", cursor=page["next"])).json()
    assert ([one["filter"] for one in rest["items"]], rest["next"]) == ([{"kind": "a"}], None)
    by_client = (await site.get("/access-log", "audit:read", client="org-G06")).json()["items"]
    assert [one["operation"] for one in by_client[:2]] == ["readAccessLog"] * 2
    assert by_client[0]["scopes"] == ["audit:read"]
    assert (await site.get("/access-log", "audit:read", client="org-01")).json()["items"] == []
    assert (await site.get("/access-log", "audit:read", entity=str(BODY))).json()["items"] == []
    assert (await site.get("/access-log", "audit:read", cursor="x")).json()["code"] == "invalid-cursor"


async def test_old_readings_are_deleted_and_a_second_time_changes_nothing(site: Site) -> None:
    await site.get("/own/things")
    async with site.database.transaction() as session:
        await session.execute(
            text(
                """INSERT INTO access_record (read_at, client_id, scopes, operation, filter)
                   SELECT CAST(:at AS timestamptz), 'old', '{}', 'x', '{}' FROM generate_series(1, 3)"""
            ),
            {"at": datetime(2024, 11, 28, tzinfo=UTC)},
        )
    assert await access_log.purge(site.database, 730, NOW) == 3
    assert await access_log.purge(site.database, 730, NOW) == 0
    assert [row["client_id"] for row in await site.rows()] == ["org-G06"]
