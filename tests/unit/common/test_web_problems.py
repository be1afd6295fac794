"""Error answers: their shape, where the fault is, and that nothing of the request or of an exception comes back."""

import json
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, Depends, FastAPI
from pydantic import Field
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs

from sixclear.common.errors import DomainError, field_error
from sixclear.common.testing.identity import FakeIssuer, http_client
from sixclear.common.web import patterns as web_patterns
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.problems import problem_responses
from sixclear.common.web.route import TransactionalRoute
from sixclear.common.web.schemas import Page, Schema
from sixclear.common.web.validation import field_errors

SECRET = "hunter2-very-secret"
PUBLIC = Depends(Access.public("a test"))


class NothingFound(DomainError):
    code = "nothing-found"
    status = 404
    title = "Nothing was found"


class Step(Schema):
    name: str = Field(max_length=20)
    number: int = 0


class Body(Schema):
    title: str
    steps: list[Step] = Field(default_factory=list)
    owner: UUID | None = None
    share: float | None = None


def nested(levels: int) -> Any:
    """A list in a list in a list …"""
    value: Any = SECRET
    for _ in range(levels):
        value = [value]
    return value


def application() -> FastAPI:
    router = APIRouter(route_class=TransactionalRoute, dependencies=[PUBLIC])

    @router.post("/things", responses=problem_responses(NothingFound))
    async def make(body: Body) -> Page[Step]:
        return Page(items=body.steps)

    @router.get("/things/{number}")
    async def show(number: int, limit: int = 5) -> None:
        if number == 404:
            raise NothingFound("There is no such thing.", errors=[field_error("/a", "wrong", "Wrong.")])
        if number == 500:
            raise ValueError(SECRET)
        if number == 503:
            raise ConnectionRefusedError(SECRET)
        if number == 504:
            raise PoolTimeout(SECRET)

    return create_service_app(
        title="Things", service="things", version="1", prefix="/api/things/v1", routers=[router], verifier=None
    )


BASE = "/api/things/v1/things"


@pytest.mark.asyncio
async def test_a_domain_error_is_answered_with_its_fields() -> None:
    async with http_client(application()) as client:
        answer = await client.get(f"{BASE}/404", headers={"X-Request-ID": "abc-1"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "abc-1"
    assert answer.json() == {
        "type": "/problems/nothing-found",
        "title": "Nothing was found",
        "status": 404,
        "code": "nothing-found",
        "detail": "There is no such thing.",
        "instance": f"{BASE}/404",
        "errors": [{"pointer": "#/a", "code": "wrong", "detail": "Wrong."}],
        "request_id": "abc-1",
    }


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "#/title", "missing"),
        ({"title": "x", "extra": SECRET}, "#/extra", "extra-forbidden"),
        ({"title": "x", "steps": [{"name": "ok"}, {"name": SECRET * 3}]}, "#/steps/1/name", "string-too-long"),
        ({"title": "x", "steps": [{"name": "a", "number": SECRET}]}, "#/steps/0/number", "int-parsing"),
        ({"title": "x", "owner": SECRET}, "#/owner", "uuid-parsing"),
        ({"title": "x", "steps": [{"name": f"{SECRET}\x00"}]}, "#/steps/0/name", "unusable-text"),
        ({"title": "x", "steps": nested(100)}, "#", "nested-too-deeply"),
        ({"title": "x", "steps": nested(900)}, "#", "nested-too-deeply"),
        ({"title": "x", "a/b~c": SECRET}, "#/a~1b~0c", "extra-forbidden"),
    ],
)
async def test_each_fault_has_a_pointer_and_the_input_does_not_come_back(
    body: dict[str, object], pointer: str, code: str
) -> None:
    async with http_client(application()) as client:
        answer = await client.post(BASE, json=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid-request"
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert SECRET not in answer.text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"title": "x", "titel": SECRET}, "There is no such member here. Did you mean `title`? Known: `title`, "),
        ({"title": "x", "Owner": SECRET}, "Did you mean `owner`?"),
        ({"title": "x", "steps": [{"name": "a"}, {"name": "b", "nummer": 1}]}, "Did you mean `number`? Known: `name`"),
        ({"title": "x", "zzz": SECRET}, "There is no such member here. Known: `title`, "),
    ],
)
async def test_a_member_that_is_not_known_gets_the_nearest_that_is(body: dict[str, object], words: str) -> None:
    async with http_client(application()) as client:
        answer = await client.post(BASE, json=body)
    assert [(error["code"], words in error["detail"]) for error in answer.json()["errors"]] == [
        ("extra-forbidden", True)
    ], answer.text
    assert SECRET not in answer.text


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "content",
    [
        b'{"title": "x"',
        b'{"title": NaN}',
        b'{"title": "x", "share": NaN}',
        b'{"title": "\\ud800"}',
        b'{"title": "\xff"}',
        b"[" * 100_000,
        b"\x00",
        b'{"title": "x", "steps": 1e999999}',
        b"null",
        b"",
    ],
)
async def test_an_unreadable_body_is_a_client_error(content: bytes) -> None:
    async with http_client(application()) as client:
        answer = await client.post(BASE, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.asyncio
async def test_a_query_or_path_fault_names_the_parameter() -> None:
    async with http_client(application()) as client:
        answer = await client.get(f"{BASE}/{SECRET}", params={"limit": SECRET})
    assert answer.status_code == 422
    assert [(error["in"], error["parameter"]) for error in answer.json()["errors"]] == [
        ("path", "number"),
        ("query", "limit"),
    ]
    assert SECRET not in str(answer.json()["errors"])


@pytest.mark.asyncio
@pytest.mark.parametrize(("number", "code"), [(500, "internal-error"), (503, "unavailable")])
async def test_a_failure_is_logged_but_its_text_is_not_sent(number: int, code: str) -> None:
    with capture_logs() as lines:
        async with http_client(application()) as client:
            answer = await client.get(f"{BASE}/{number}")
    assert answer.status_code == number
    assert answer.json()["code"] == code
    assert answer.headers.get("retry-after") == ("1" if number == 503 else None)
    assert SECRET not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert [line["log_level"] for line in lines] == ["error"]


@pytest.mark.asyncio
async def test_a_request_that_waited_for_a_connection_in_vain_is_a_line_in_the_log_and_no_stack() -> None:
    with capture_logs() as lines:
        async with http_client(application()) as client:
            answer = await client.get(f"{BASE}/504")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    expected = {"event": "refused: no connection to the database was free in time", "log_level": "warning"}
    assert lines == [expected]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not-found"), ("DELETE", BASE, 405, "method-not-allowed")],
)
async def test_addresses_and_methods_that_do_not_exist(method: str, path: str, status: int, code: str) -> None:
    async with http_client(application()) as client:
        answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-request-id"]


@pytest.mark.asyncio
async def test_an_insane_request_id_is_replaced() -> None:
    async with http_client(application()) as client:
        answer = await client.get(f"{BASE}/1", headers={"X-Request-ID": "a b" * 40})
    assert UUID(answer.headers["x-request-id"])


def test_openapi_documents_problems_and_access() -> None:
    document = application().openapi()
    operation = document["paths"]["/api/things/v1/things"]["post"]
    assert operation["security"] == []
    assert operation["responses"]["404"]["description"] == "`nothing-found`: Nothing was found"
    assert "application/problem+json" in operation["responses"]["422"]["content"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "Problem" in document["components"]["schemas"]


def test_openapi_names_the_scope() -> None:
    router = APIRouter(route_class=TransactionalRoute)

    @router.get("/mine", dependencies=[Depends(Access.scope("things:read", organisation="own"))])
    async def mine() -> None: ...

    app = create_service_app(
        title="T", service="t", version="1", prefix="/t", routers=[router], verifier=FakeIssuer().verifier()
    )
    assert app.openapi() == app.openapi()
    operation = app.openapi()["paths"]["/t/mine"]["get"]
    assert operation["security"] == [{"token": []}]
    assert operation["x-scopes"] == ["things:read"]
    assert operation["description"] == (
        "Needs scope `things:read`; the caller acts for an organisation, and gets that organisation's own records."
    )


@pytest.mark.asyncio
async def test_a_body_in_another_encoding_is_told_what_to_do() -> None:
    async with http_client(application()) as client:
        sent = '{"title": "Đã xong ở Hà Nội"}'.encode("cp1258", "replace").replace(b"?", b"")
        answer = await client.post(BASE, content=sent, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")
    assert "not UTF-8" in answer.json()["detail"]
    assert "Save and send it as UTF-8" in answer.json()["detail"]


@pytest.mark.asyncio
@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}])
async def test_a_request_without_a_body_hears_what_to_send(headers: dict[str, str]) -> None:
    async with http_client(application()) as client:
        answer = await client.post(BASE, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    (told,) = answer.json()["errors"]
    assert (told["pointer"], told["code"]) == ("#", "missing")
    assert "`{}`" in told["detail"]


def test_every_pattern_of_a_request_is_said_in_words() -> None:
    patterns = {value for name, value in vars(web_patterns).items() if name.isupper()}
    assert len(patterns) > 5
    for pattern in patterns:
        (entry,) = field_errors(
            [{"type": "string_pattern_mismatch", "loc": ("body", "a"), "ctx": {"pattern": pattern}}]
        )
        assert entry["detail"].startswith("Write "), pattern
        assert pattern not in entry["detail"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "body", [[{"\ud800": 1}], {"title": "x", "a\udfff": 1}, {"title": "x", "\ud800": {"\udc00": 1}}]
)
async def test_a_name_that_cannot_be_written_is_a_fault_of_the_request(body: Any) -> None:
    async with http_client(application()) as client:
        answer = await client.post(BASE, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    (told,) = field_errors([{"type": "extra_forbidden", "loc": ("body", "a\ud800\n"), "msg": "No."}])
    assert told["pointer"] == "#/a\ufffd\ufffd"
