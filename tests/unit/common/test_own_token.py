"""A process gets its own token and renews it; a provider that is away or refuses costs a line a minute, and no wait."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import httpx2
import pytest
from structlog.testing import capture_logs

from sixclear.common.auth.own_token import OwnToken
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.clock import utc_now
from sixclear.common.issuer.app import create_issuer_app
from sixclear.common.issuer.clients import Client, seed_clients
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually

ENDPOINT = "https://identity.test/token"
ISSUER = "https://identity.test/realms/sixclear/"
SECRET = "s%e:c ret+"


class Provider:
    """Gives token after token, of `life`; is told to answer otherwise."""

    def __init__(self, life: Any = 300) -> None:
        self.life = life
        self.given = 0
        self.asked: list[httpx2.Request] = []
        self.instead: Callable[[httpx2.Request], httpx2.Response] | None = None

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        if self.instead is not None:
            return self.instead(request)
        self.given += 1
        return httpx2.Response(200, json={"access_token": f"token-{self.given}", "expires_in": self.life})


def settings(**changes: Any) -> CommonSettings:
    given = {"token_url": ENDPOINT, "client_id": "pro:cesses", "client_secret": SECRET}
    return CommonSettings.model_validate(given | changes)


@asynccontextmanager
async def running(
    provider: Any, given: CommonSettings | None = None, least_age: float = 0.05
) -> AsyncIterator[OwnToken]:
    token = OwnToken(
        given or settings(),
        transport=httpx2.MockTransport(provider),
        first_pause_seconds=0.01,
        longest_pause_seconds=0.02,
        least_age_seconds=least_age,
    )
    assert token.configured
    assert token.value is None
    token.start()
    yield token
    began = time.monotonic()
    await token.stop()
    assert time.monotonic() - began < 1.0


async def until(token: OwnToken, value: str | None) -> None:
    async def reached() -> bool:
        return token.value == value

    await eventually(reached)


async def turns() -> None:
    """Let everything run that is ready to."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_it_asks_as_rfc_6749_says() -> None:
    provider = Provider()
    async with running(provider) as token:
        await until(token, "token-1")
    (asked,) = provider.asked
    assert (asked.method, str(asked.url)) == ("POST", ENDPOINT)
    assert parse_qs(asked.content.decode()) == {"grant_type": ["client_credentials"], "scope": ["monitoring:spans"]}
    name, _, secret = base64.b64decode(asked.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
    assert (unquote_plus(name), unquote_plus(secret)) == ("pro:cesses", SECRET)


@pytest.mark.asyncio
async def test_it_is_renewed_before_it_expires() -> None:
    provider = Provider(life="2")
    async with running(provider) as token:
        await until(token, "token-1")
        seen = set()

        async def renewed() -> bool:
            seen.add(token.value)
            return token.value == "token-2"

        await eventually(renewed, every_seconds=0.005)
    assert seen == {"token-1", "token-2"}, "at no moment there was none"


@pytest.mark.asyncio
async def test_a_refused_one_is_given_up_and_another_one_asked_for() -> None:
    provider = Provider()
    async with running(provider) as token:
        await until(token, "token-1")
        await asyncio.to_thread(token.refused, "token-1")  # as the exporter does, from a thread of its own
        await until(token, "token-2")
        token.refused("token-1")
        await turns()
        assert token.value == "token-2", "the word comes late: that one is gone"


@pytest.mark.asyncio
async def test_a_server_that_refuses_every_token_does_not_empty_the_provider() -> None:
    provider = Provider()
    async with running(provider, least_age=5.0) as token:
        await until(token, "token-1")
        token.refused("token-1")
        await until(token, None)
        await turns()
        assert len(provider.asked) == 1


FAILURES: dict[str, Callable[[httpx2.Request], httpx2.Response]] = {
    "refuses the client": lambda _: httpx2.Response(401, json={"error": "invalid_client", "client_secret": SECRET}),
    "says nonsense": lambda _: httpx2.Response(200, text=f"<html>{SECRET}"),
    "gives none": lambda _: httpx2.Response(200, json={"token": SECRET}),
    "gives one that is no header": lambda _: httpx2.Response(200, json={"access_token": f"a\r\nb {SECRET}"}),
    "leads elsewhere": lambda _: httpx2.Response(302, headers={"Location": "https://elsewhere.test/"}),
    "breaks": lambda _: httpx2.Response(503, json={"error": "Bearer something\nsecret"}),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_a_provider_that_fails_is_asked_again_and_said_once(
    failure: Callable[[httpx2.Request], httpx2.Response],
) -> None:
    provider = Provider()
    provider.instead = failure
    with capture_logs() as lines:
        async with running(provider) as token:

            async def several() -> bool:
                return len(provider.asked) >= 4

            await eventually(several)
            assert token.value is None
            provider.instead = None
            await until(token, "token-1")
    assert [line["event"] for line in lines] == ["no access token", "access token obtained"]
    assert {str(request.url) for request in provider.asked} == {ENDPOINT}
    assert SECRET not in str(lines)
    assert "token-1" not in str(lines)


@pytest.mark.asyncio
async def test_a_provider_that_is_away_stops_nothing() -> None:
    async def away(request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with running(away) as token:
        await turns()
        assert token.value is None


@pytest.mark.asyncio
async def test_the_token_endpoint_is_found_by_the_issuers_configuration() -> None:
    provider = Provider()

    async def issuer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/realms/sixclear/.well-known/openid-configuration":
            return httpx2.Response(200, json={"issuer": ISSUER, "token_endpoint": ENDPOINT})
        return await provider(request)

    async with running(issuer, settings(token_url=None, issuer_url=ISSUER)) as token:
        await until(token, "token-1")
    assert str(provider.asked[0].url) == ENDPOINT


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://elsewhere.test", "token_endpoint": ENDPOINT},
        {"issuer": ISSUER, "token_endpoint": "http://identity.test/token"},
        {"issuer": ISSUER, "token_endpoint": ["https://identity.test/token"]},
        {},
    ],
    ids=["another issuer", "not encrypted", "not an address", "nothing"],
)
async def test_a_secret_goes_nowhere_else(configuration: dict[str, Any]) -> None:
    asked: list[str] = []

    async def issuer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        return httpx2.Response(200, json=configuration)

    async def several() -> bool:
        return len(asked) >= 3

    with capture_logs() as lines:
        async with running(issuer, settings(token_url=None, issuer_url=ISSUER)):
            await eventually(several)
    assert set(asked) == {"GET"}
    assert "set SIXCLEAR_TOKEN_URL" in lines[0]["reason"]


@pytest.mark.asyncio
async def test_a_secret_file_is_read_at_each_renewal(tmp_path: Path) -> None:
    file, provider = tmp_path / "secret", Provider()
    with capture_logs() as lines:
        async with running(provider, settings(client_secret_file=file)) as token:

            async def said() -> bool:
                return bool(lines)

            await eventually(said)
            assert lines[0]["reason"] == "SIXCLEAR_CLIENT_SECRET_FILE cannot be read (FileNotFoundError)"
            file.write_text("rotated\n")
            await until(token, "token-1")
    assert base64.b64decode(provider.asked[0].headers["Authorization"].split()[1]).endswith(b":rotated")


@pytest.mark.parametrize("life", [None, "soon", float("nan"), float("inf"), -1, 10**400])
def test_a_life_that_is_none_is_a_short_one(life: Any) -> None:
    from sixclear.common.auth.own_token import _life

    assert 2 <= _life(life) <= 12 * 3600


@pytest.mark.asyncio
async def test_the_deprecated_token_is_used_as_it_is() -> None:
    token = OwnToken(CommonSettings.model_validate({"streams_token": "given"}))
    token.start()
    token.refused("given")
    assert (token.configured, token.value) == (True, "given")
    await token.stop()
    assert not OwnToken(CommonSettings()).configured


@pytest.mark.asyncio
async def test_the_embedded_issuer_gives_one_that_services_take(tmp_path: Path) -> None:
    given = settings(home=tmp_path, token_url="https://issuer.test/oauth2/token")
    seed_clients(tmp_path, [], own=Client("pro:cesses", SECRET, ("monitoring:spans",), None))
    app = create_issuer_app(given)
    token = OwnToken(given, transport=httpx2.ASGITransport(app))
    token.start()

    async def there() -> bool:
        return token.value is not None

    await eventually(there)
    principal = await TokenVerifier.from_settings(given, utc_now).verify(token.value or "")
    assert (principal.client_id, principal.scopes) == ("pro:cesses", frozenset({"monitoring:spans"}))
    await token.stop()
