"""A process on a real socket: for whom a request comes is what a trusted proxy says, and only what that one says."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from sixclear.launcher.options import RunOptions
from sixclear.launcher.run import process
from sixclear.launcher.signals import Signals

pytestmark = pytest.mark.asyncio

WRONG = {"Authorization": "Basic " + base64.b64encode(b"operator:guess").decode()}


@asynccontextmanager
async def issuer(monkeypatch: pytest.MonkeyPatch, home: Path, trusted: str | None) -> AsyncIterator[httpx2.AsyncClient]:
    """The embedded issuer, as `sixclear run --target issuer` starts it."""
    monkeypatch.setenv("SIXCLEAR_HOME", str(home))
    if trusted is not None:
        monkeypatch.setenv("SIXCLEAR_TRUSTED_PROXIES", trusted)
    options = RunOptions(target="issuer", host="127.0.0.1", port=0)
    with Signals(print) as signals:
        async with process(options, signals, print) as running:
            base_url = f"http://127.0.0.1:{running.server.port}"
            async with httpx2.AsyncClient(base_url=base_url) as client:
                yield client


async def guess(client: httpx2.AsyncClient, visitor: str) -> int:
    grant = {"grant_type": "client_credentials"}
    answer = await client.post("/oauth2/token", data=grant, headers=WRONG | {"X-Forwarded-For": visitor})
    return answer.status_code


async def test_a_trusted_proxy_says_for_whom_it_asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with issuer(monkeypatch, tmp_path, trusted=None) as client:
        guesses = [await guess(client, f"203.0.113.5:{4000 + number}") for number in range(21)]
        assert guesses == [401] * 20 + [429]
        assert [await guess(client, f"[2001:db8:0:{number}::1]:443") for number in range(5)] == [401] * 5


async def test_another_peer_speaks_for_itself_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with issuer(monkeypatch, tmp_path, trusted="192.0.2.0/24") as client:
        guesses = [await guess(client, f"203.0.113.{number}") for number in range(21)]
        assert guesses == [401] * 20 + [429]


async def test_a_process_counts_each_visitor_and_not_who_asks_for_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIXCLEAR_REQUESTS_PER_MINUTE", "8")
    monkeypatch.setenv("SIXCLEAR_REPLICAS", "2")
    path = "/.well-known/openid-configuration"
    async with issuer(monkeypatch, tmp_path, trusted=None) as client:
        answers = [await client.get(path, headers={"X-Forwarded-For": "203.0.113.5"}) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
        assert answers[-1].headers["RateLimit-Policy"] == '"requests";q=4;w=60'
        assert answers[-1].json()["code"] == "too-many-requests"
        assert (await client.get(path, headers={"X-Forwarded-For": "203.0.113.6"})).status_code == 200
        own = [await client.get(path) for _ in range(9)]
        assert {(answer.status_code, answer.headers.get("RateLimit")) for answer in own} == {(200, None)}


async def test_no_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIXCLEAR_REQUESTS_PER_MINUTE", "0")
    async with issuer(monkeypatch, tmp_path, trusted=None) as client:
        answer = await client.get("/.well-known/openid-configuration", headers={"X-Forwarded-For": "203.0.113.5"})
        assert "RateLimit" not in answer.headers
