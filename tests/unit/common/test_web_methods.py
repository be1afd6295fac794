"""Methods and bodies: HEAD on every GET, a complete `Allow`, and 415 for what is not JSON."""

import gzip
from typing import Any

import httpx2
import orjson
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import Response
from tests.unit.common.conftest import MakeWorld

from sixclear.common.testing.identity import http_client
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.media_types import require_type
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.stream_route import StreamRoute
from sixclear.launcher.router import process_app

pytestmark = pytest.mark.asyncio

JSON = {"Content-Type": "application/json"}


def application() -> FastAPI:
    router = APIRouter(route_class=TransactionalRoute, dependencies=[Depends(Access.public("a test"))])

    @router.get("/things/{name}")
    async def read(name: str, request: Request) -> Response:
        assert request.method == "GET"
        return Response(name.encode(), headers={"ETag": '"1"', "Content-Type": "text/plain"})

    @router.put("/things/{name}")
    @router.post("/things/{name}")
    @router.patch("/things/{name}")
    async def change(name: str, body: dict[str, Any]) -> dict[str, Any]:
        return body

    @router.post("/maybe")
    async def maybe(body: dict[str, Any] | None = None) -> bool:
        return body is None

    @router.post("/step")
    async def step() -> int:
        return 1

    @router.post("/file")
    async def file(request: Request) -> int:
        require_type(request, ("application/x-ndjson", "application/json"))
        return len(await request.body())

    return create_service_app(title="T", service="t", version="1", prefix="/t", routers=[router])


async def asked(method: str, path: str, **options: Any) -> httpx2.Response:
    async with http_client(application()) as client:
        return await client.request(method, f"/t{path}", **options)


@pytest.mark.parametrize("path", ["/things/a", "/things/a?x=1", "/openapi.json", "/docs", "/docs/files/start.js"])
async def test_head_is_get_without_the_body(path: str) -> None:
    head, get = await asked("HEAD", path), await asked("GET", path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    named = ("content-type", "content-length", "etag", "content-security-policy")
    assert [head.headers.get(name) for name in named] == [get.headers.get(name) for name in named]


async def test_head_of_an_address_that_is_only_changed_is_refused() -> None:
    assert (await asked("HEAD", "/step")).status_code == 405


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/things/a", "GET, HEAD, PATCH, POST, PUT"),
        ("/step", "POST"),
        ("/openapi.json", "GET, HEAD"),
        ("/docs/files/start.js", "GET, HEAD"),
    ],
)
@pytest.mark.parametrize("method", ["DELETE", "OPTIONS", "PROPFIND"])
async def test_a_method_that_is_not_taken_is_answered_with_all_that_are(method: str, path: str, allowed: str) -> None:
    answer = await asked(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["code"] == "method-not-allowed"


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
async def test_probes_and_metrics_keep_to_the_same(path: str) -> None:
    async with http_client(process_app(list)) as client:
        assert (await client.head(path)).status_code == 200
        assert (await client.get(f"{path}?verbose=1&name[]=x")).status_code == 200
        refused = await client.post(path)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "text/json", "json", "", "a/b+json"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_body_that_is_not_json_is_refused_with_what_is(method: str, kind: str) -> None:
    answer = await asked(method, "/things/a", content=b"{}", headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert answer.headers["accept"] == "application/json"
    assert answer.headers.get(f"accept-{method.lower()}", "application/json") == "application/json"
    assert ("accept-patch" in answer.headers) is (method == "PATCH")


async def test_a_body_of_no_type_is_refused() -> None:
    assert (await asked("POST", "/things/a", content=b"{}")).status_code == 415


@pytest.mark.parametrize(
    "kind",
    ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json", "application/ld+json"],
)
async def test_json_under_any_of_its_names_is_read(kind: str) -> None:
    answer = await asked("PATCH", "/things/a", content=b'{"a":1}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()) == (200, {"a": 1})


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "identity, gzip", "deflate", "x"])
@pytest.mark.parametrize("path", ["/things/a", "/file"])
async def test_a_compressed_body_is_refused(path: str, coding: str) -> None:
    content = gzip.compress(orjson.dumps({"a": 1}))
    answer = await asked("POST", path, content=content, headers={**JSON, "Content-Encoding": coding})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert answer.headers["accept-encoding"] == "identity"


async def test_a_body_that_is_said_not_to_be_compressed_is_read() -> None:
    answer = await asked("POST", "/things/a", content=b"{}", headers={**JSON, "Content-Encoding": "identity"})
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}])
async def test_a_request_without_a_body_has_no_wrong_type(headers: dict[str, str]) -> None:
    assert (await asked("POST", "/maybe", headers=headers)).json() is True
    assert (await asked("POST", "/step", headers=headers)).json() == 1
    assert (await asked("POST", "/things/a", headers=headers)).status_code == 422


async def test_a_file_is_read_in_its_own_types() -> None:
    assert (await asked("POST", "/file", content=b"{}", headers={"Content-Type": "application/x-ndjson"})).json() == 2
    assert (await asked("POST", "/file", content=b"{}")).json() == 2
    refused = await asked("POST", "/file", content=b"a;b", headers={"Content-Type": "text/csv"})
    assert (refused.status_code, refused.headers["accept-post"]) == (415, "application/x-ndjson, application/json")


async def test_a_stream_refuses_what_it_does_not_know_and_takes_no_seat(make_world: MakeWorld) -> None:
    world = await make_world()
    routes = [StreamRoute("/t/stream", world.hub)]
    app = create_service_app(title="T", service="t", version="1", prefix="/t", routes=routes)
    async with http_client(app) as client:
        for query in ("since=5", "last_event_id=1&last_event_id=2"):
            assert (await client.get(f"/t/stream?{query}")).json()["code"] == "invalid-request"
        assert (await client.head("/t/stream")).status_code == 200
        assert (await client.post("/t/stream")).headers["allow"] == "GET, HEAD"
    assert world.hub.clients == 0
