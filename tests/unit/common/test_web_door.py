"""The one layer of a service: what is expected is a problem, what is not is 500, and a begun answer is cut off."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Form
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import StreamingResponse
from structlog.testing import capture_logs

from sixclear.common.errors import NotFound
from sixclear.common.web.access import Access
from sixclear.common.web.app import create_service_app
from sixclear.common.web.door import Door
from sixclear.common.web.route import TransactionalRoute

pytestmark = pytest.mark.asyncio


def application() -> FastAPI:
    router = APIRouter(route_class=TransactionalRoute, dependencies=[Depends(Access.public("a test"))])

    @router.get("/missing")
    async def missing() -> None:
        raise NotFound("There is none.")

    @router.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError("secret")

    @router.get("/cut")
    async def cut() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"one"
            raise NotFound("too late")

        return StreamingResponse(parts())

    @router.post("/form")
    async def form(word: str = Form()) -> str:
        return word

    return create_service_app(title="T", service="t", version="1", prefix="/t", routers=[router])


async def ask(app: FastAPI, method: str, path: str, **options: Any) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://t.test") as client:
        return await client.request(method, path, **options)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/t/missing", 404, "not-found"),
        ("GET", "/t/nowhere", 404, "not-found"),
        ("PUT", "/t/missing", 405, "method-not-allowed"),
        ("GET", "/t/missing?x=1", 422, "invalid-request"),
        ("GET", "/t/missing?x=%", 400, "malformed-request"),
    ],
)
async def test_what_is_expected_is_a_problem_with_the_headers_of_every_answer(
    method: str, path: str, status: int, code: str
) -> None:
    answer = await ask(application(), method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_is_not_expected_is_logged_and_says_nothing() -> None:
    with capture_logs() as lines:
        answer = await ask(application(), "GET", "/t/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert "secret" not in answer.text
    assert [line["event"] for line in lines] == ["unexpected error"]


async def test_an_answer_that_has_begun_is_cut_off() -> None:
    with pytest.raises(NotFound):
        await ask(application(), "GET", "/t/cut")


async def test_what_only_the_framework_answers_is_answered_by_it() -> None:
    answer = await ask(application(), "POST", "/t/form", data={"word": "x"})
    assert answer.status_code in (200, 415), answer.text


async def test_there_is_one_layer_and_telemetry() -> None:
    app = application()
    await ask(app, "GET", "/t/missing")
    layers: list[Any] = []
    layer: Any = app.middleware_stack
    while hasattr(layer, "app") and layer is not app.router:
        layers.append(layer)
        layer = layer.app
    assert [type(one).__name__ for one in layers] == ["TelemetryMiddleware", "Door"]
    assert isinstance(layers[-1], Door)
    assert not any(isinstance(one, BaseHTTPMiddleware) for one in layers)
