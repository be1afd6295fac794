"""A provider's keys are found from its issuer's name alone, over TLS, and from nowhere else."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, KeySet
from pydantic import ValidationError
from structlog.testing import capture_logs
from tests.unit.common.provider_server import Handler, ProviderServer, provider_server, send

from sixclear.common.auth import provider as provider_calls
from sixclear.common.auth.token_keys import KeyUrl
from sixclear.common.errors import Unavailable
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.authority import Authority

ISSUER = "https://identity.test/realms/sixclear"
KEYS = KeySet([ECKey.generate_key("P-256", auto_kid=True)]).as_dict(private=False)


def provider(configuration: Any) -> httpx2.MockTransport:
    """Answers with its configuration, and elsewhere with its keys."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        described = request.url.path == "/realms/sixclear/.well-known/openid-configuration"
        return httpx2.Response(200, json=configuration if described else KEYS)

    return httpx2.MockTransport(answer)


@pytest.mark.asyncio
async def test_keys_are_where_the_configuration_of_the_issuer_says() -> None:
    said = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/certs"}
    assert len(list(await KeyUrl(None, issuer=ISSUER, transport=provider(said)).load())) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://identity.test/realms/other", "jwks_uri": f"{ISSUER}/certs"},
        {"issuer": ISSUER, "jwks_uri": "http://identity.test/certs"},
        {"issuer": ISSUER},
        ["nothing"],
    ],
    ids=["another issuer", "not encrypted", "no address", "no object"],
)
async def test_a_configuration_that_is_not_the_issuers_gives_no_keys(configuration: Any) -> None:
    with pytest.raises(Unavailable):
        await KeyUrl(None, issuer=ISSUER, transport=provider(configuration)).load()


@pytest.mark.parametrize("name", ["jwks_url", "token_url", "issuer_url"])
def test_keys_and_tokens_come_over_tls_beyond_this_machine(name: str) -> None:
    for address in ("https://identity.test/x", "http://127.0.0.1:8080/x", "http://[::1]/x", "http://localhost/x"):
        CommonSettings.model_validate({name: address})
    for address in ("http://identity.test/x", "http://127.0.0.1.example.vn/x", "http://10.0.0.7/x"):
        with pytest.raises(ValidationError, match="https"):
            CommonSettings.model_validate({name: address})
        CommonSettings.model_validate({name: address, "identity_plain_http": True})
        with pytest.raises(ValidationError, match="IDENTITY_PLAIN_HTTP"):
            CommonSettings.model_validate({name: address, "identity_plain_http": True, "env": "production"})


def test_the_name_of_an_issuer_may_be_http_where_its_keys_are_not_fetched_by_it() -> None:
    given = CommonSettings(issuer_url="http://localhost.test", jwks_url="https://identity.test/certs")
    assert given.outside_provider
    assert not CommonSettings().outside_provider


@pytest.mark.asyncio
async def test_an_authority_of_ones_own_is_trusted_by_setting_only(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with provider_server(authority.certificate("identity")) as server:
        server.answers["/certs"] = KEYS
        address = f"{server.url}/certs"
        assert len(list(await KeyUrl(address, ca_file=authority.file).load())) == 1
        with pytest.raises(Unavailable):
            await KeyUrl(address).load()
        with pytest.raises(Unavailable):
            await KeyUrl(address, ca_file=tmp_path / "nothing.pem").load()


def _drips(provider: ProviderServer) -> Callable[[Handler], None]:
    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        while not provider.ends.wait(0.05):
            handler.wfile.write(b" ")

    return drip


def _endless(provider: ProviderServer) -> Callable[[Handler], None]:
    def endless(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for _ in range(100):
            if provider.ends.is_set():
                return
            handler.wfile.write(b" " * 1_000_000)

    return endless


HOSTILE: dict[str, tuple[Callable[[ProviderServer], Callable[[Handler], None]], str]] = {
    "a hundred megabytes": (_endless, "is longer than 1048576 bytes"),
    "a drip": (_drips, "was not whole within"),
    "not JSON": (lambda _: lambda handler: send(handler, b"<html>"), "is not JSON"),
    "deep": (lambda _: lambda handler: send(handler, b"[" * 100_000), "is not JSON"),
    "a list": (lambda _: lambda handler: send(handler, b"[]"), "is no JSON object"),
    "elsewhere": (lambda _: lambda handler: send(handler, b"", 302, Location="/other"), "redirects are not followed"),
    "compressed": (lambda _: lambda handler: send(handler, b"x", Content_Encoding="gzip"), "is compressed"),
    "broken": (lambda _: lambda handler: send(handler, b"", 500), "was answered with status 500"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/realms/sixclear/.well-known/openid-configuration", "/realms/sixclear/jwks_uri"])
@pytest.mark.parametrize(("fault", "words"), HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_provider_costs_little_and_is_named(
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    fault: Callable[[ProviderServer], Callable[[Handler], None]],
    words: str,
) -> None:
    monkeypatch.setattr(provider_calls, "_SECONDS", 0.5)
    with provider_server() as hostile:
        hostile.describe()
        hostile.answers[path] = fault(hostile)
        began = time.monotonic()
        with capture_logs() as lines, pytest.raises(Unavailable):
            await KeyUrl(None, issuer=hostile.issuer).load()
        assert time.monotonic() - began < 5.0
        assert words in lines[0]["error"]
        assert [asked for asked, _, _ in hostile.asked][-1] == path, "nothing is asked for after it"


@pytest.mark.asyncio
async def test_a_list_of_many_keys_costs_no_more_than_a_hundred() -> None:
    with provider_server() as hostile:
        hostile.describe()
        hostile.answers["/realms/sixclear/jwks_uri"] = {"keys": KEYS["keys"] * 3000}
        assert len(list(await KeyUrl(None, issuer=hostile.issuer).load())) == 100
