"""A visitor who asks too often gets a page in the visitor's language, whatever was asked; the process found it out."""

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from sixclear.common.web.allowances import ASKS_TOO_OFTEN, TooManyRequests

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("language", "said"),
    [("vi", "quá nhiều yêu cầu"), ("en", "Too many requests in a short time"), ("ar", "طلبات كثيرة")],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/tasks"), ("POST", "/feedback"), ("GET", "/nowhere")])
async def test_it_is_a_page(app: Starlette, method: str, path: str, language: str, said: str) -> None:
    async def refused(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, ASKS_TOO_OFTEN: TooManyRequests(7)}, receive, send)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=refused), base_url="http://portal") as client:
        answer = await client.request(method, path, headers={"Accept-Language": language})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Security-Policy" in answer.headers
    assert said in answer.text
