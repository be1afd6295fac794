"""Every address of a running platform: HEAD as GET, all methods in `Allow`, no unknown parameter, no body but JSON."""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio
from tests.e2e.platforms import Platform, free_ports

pytestmark = [pytest.mark.slow, pytest.mark.asyncio]

# Each with a client whom most of its operations admit.
SERVICES = {"tasks": "org-01", "feedback": "feedback-hub", "catalog": "data-steward", "monitoring": "operator"}
STREAM = "/api/monitoring/v1/stream"
ELSEWHERE = ("/livez", "/readyz", "/metrics", "/.well-known/jwks.json", "/.well-known/openid-configuration")
_ADDRESSES = "/ /tasks /organisations /results /catalogue /feedback /feedback/mailbox /problems/not-found"
PAGES = tuple(_ADDRESSES.split())
FILES = ("/robots.txt", "/favicon.ico", "/api/tasks/v1/docs", "/api/tasks/v1/docs/files/start.js")
# Of two answers that follow one another these differ.
MOVING = {"date", "x-request-id", "content-length", "etag"}


class Door:
    """One operation of a service at an address that stands for nothing."""

    def __init__(self, method: str, path: str, operation: dict[str, Any]) -> None:
        self.method = method.upper()
        given = operation.get("parameters", [])
        # What has a fixed choice of values gets one of them: another one is no address.
        named = {
            one["name"]: one["schema"]["enum"][0] for one in given if one["in"] == "path" and "enum" in one["schema"]
        }
        self.path = re.sub(r"\{([a-z_]+)\}", lambda found: named.get(found[1], str(uuid4())), path)
        self.parameters = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
        self.takes_json = "application/json" in operation.get("requestBody", {}).get("content", {})


@pytest.fixture(scope="module")
def empty_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform without the demonstration."""
    platform = Platform("run", tmp_path_factory.mktemp("doors"), free_ports(1), extra=("--no-demo",))
    try:
        platform.start(within_seconds=60)
        yield platform
    finally:
        platform.end()


@pytest_asyncio.fixture
async def http(empty_platform: Platform) -> AsyncIterator[httpx2.AsyncClient]:
    """One connection after another, kept alive: a body after a HEAD would spoil the next answer."""
    async with empty_platform.client() as client:
        yield client


@pytest_asyncio.fixture(params=SERVICES)
async def doors(empty_platform: Platform, http: httpx2.AsyncClient, request: pytest.FixtureRequest) -> Sequence[Door]:
    """The operations of one service; `http` calls them as a client of it."""
    document = (await http.get(f"/api/{request.param}/v1/openapi.json")).json()
    http.headers["Authorization"] = f"Bearer {await empty_platform.token(SERVICES[request.param])}"
    found = [Door(method, path, one) for path, at in document["paths"].items() for method, one in at.items()]
    assert len(found) > 5
    return found


async def test_every_get_has_a_head_with_the_same_headers(http: httpx2.AsyncClient, doors: Sequence[Door]) -> None:
    for door in doors:
        if door.method == "GET" and door.path != STREAM:
            await compare(http, door.path)


async def test_every_page_and_probe_has_a_head_with_the_same_headers(http: httpx2.AsyncClient) -> None:
    for path in (*PAGES, *ELSEWHERE, *FILES):
        await compare(http, path, exact=path in FILES)


async def compare(http: httpx2.AsyncClient, path: str, *, exact: bool = False) -> None:
    head, get = await http.head(path), await http.get(path)
    assert (head.status_code, head.content) == (get.status_code, b""), path
    # How a body is framed is known only while it is made: HEAD may leave that out (RFC 9110 §9.3.2).
    assert list(head.headers) == [name for name in get.headers if name != "transfer-encoding"], path
    moving = set() if not exact else MOVING - {"date", "x-request-id"}
    for name in (set(head.headers) - MOVING) | moving & set(get.headers):
        assert head.headers[name] == get.headers[name], (path, name)
    if exact:
        assert int(head.headers["content-length"]) == len(get.content), path


async def test_a_head_of_the_stream_opens_none(http: httpx2.AsyncClient) -> None:
    for _ in range(3):
        head = await http.head(STREAM)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"].startswith("text/event-stream")
        assert "content-length" not in head.headers
    metrics = (await http.get("/metrics")).text
    assert 'sixclear_sse_clients{sixclear_service="monitoring"} 0.0' in metrics


async def test_every_address_tells_all_its_methods(http: httpx2.AsyncClient, doors: Sequence[Door]) -> None:
    by_shape: dict[str, set[str]] = {}
    for door in doors:
        shape = re.sub("[0-9a-f]{8}-[0-9a-f-]{27}", "*", door.path)
        by_shape.setdefault(shape, set()).update({door.method, "HEAD"} if door.method == "GET" else {door.method})
    for door in doors:
        for method in ("OPTIONS", "PROPFIND"):
            refused = await http.request(method, door.path)
            told = set(refused.headers["allow"].split(", "))
            shape = re.sub("[0-9a-f]{8}-[0-9a-f-]{27}", "*", door.path)
            assert (refused.status_code, told >= by_shape[shape]) == (405, True), (door.path, told)
            assert refused.headers["content-type"] == "application/problem+json"


async def test_no_operation_takes_a_parameter_that_it_does_not_know(
    http: httpx2.AsyncClient, doors: Sequence[Door]
) -> None:
    refused = 0
    for door in doors:
        answer = await http.request(door.method, door.path, params={"fbclid": "IwAR0x"}, json={})
        if answer.status_code in (401, 403):
            continue
        refused += 1
        assert answer.status_code == 422, (door.method, door.path, answer.text)
        error = answer.json()["errors"][0]
        assert (error["parameter"], error["code"]) == ("fbclid", "unknown-parameter")
        assert all(f"`{name}`" in error["detail"] for name in door.parameters), (door.path, error)
        assert "IwAR0x" not in answer.text
    assert refused >= len(doors) / 2, f"only {refused} of {len(doors)} were tried"


async def test_no_operation_takes_a_parameter_twice(http: httpx2.AsyncClient, doors: Sequence[Door]) -> None:
    for door in doors:
        for name in door.parameters:
            answer = await http.request(door.method, f"{door.path}?{name}=1&{name}=1", json={})
            codes = [] if answer.status_code in (401, 403) else [one["code"] for one in answer.json()["errors"]]
            assert set(codes) <= {"repeated-parameter"}, (door.path, answer.text)


async def test_no_operation_reads_what_is_not_json(http: httpx2.AsyncClient, doors: Sequence[Door]) -> None:
    for door in doors:
        if not door.takes_json:
            continue
        for headers, told in (
            ({"Content-Type": "text/plain"}, "accept"),
            ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, "accept-encoding"),
        ):
            answer = await http.request(door.method, door.path, content=b"{}", headers=headers)
            if answer.status_code not in (401, 403, 429):
                assert answer.status_code == 415, (door.method, door.path, answer.text)
                assert answer.json()["code"] == "unsupported-media-type"
                assert told in answer.headers
