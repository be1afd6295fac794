"""The embedded issuer and its demonstration clients."""

import base64
import json
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import KeySet

from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.caller import Caller, InvalidToken
from sixclear.common.ids import stable_id
from sixclear.common.issuer.app import IssuerRefused, create_issuer_app
from sixclear.common.issuer.clients import (
    UnknownClient,
    get_client,
    load_clients,
    mint_token,
    seed_clients,
)
from sixclear.common.issuer.roles import ROLES, organisation_role
from sixclear.common.issuer.wrong_secrets import WrongSecrets
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.identity import http_client
from sixclear.common.web.access import access_rules

NOW = datetime(2025, 12, 4, tzinfo=UTC)
ORGANISATIONS = [("G06", UUID(int=6)), ("01", UUID(int=1))]
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def settings(tmp_path: Path) -> CommonSettings:
    return CommonSettings(home=tmp_path / "home", public_url="https://sixclear.test")


@pytest_asyncio.fixture
async def client(settings: CommonSettings) -> AsyncIterator[httpx2.AsyncClient]:
    seed_clients(settings.home, ORGANISATIONS)
    async with http_client(create_issuer_app(settings, lambda: NOW)) as made:
        yield made


def secret(settings: CommonSettings, client_id: str = "org-G06") -> str:
    return get_client(settings.home, client_id).secret


def basic(client_id: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{password}".encode()).decode()}


def verifier(settings: CommonSettings, now: datetime = NOW) -> TokenVerifier:
    return TokenVerifier.from_settings(settings, lambda: now)


@pytest.mark.asyncio
@pytest.mark.parametrize("way", ["basic", "body"])
async def test_a_client_gets_a_token_that_services_accept(
    client: httpx2.AsyncClient, settings: CommonSettings, way: str
) -> None:
    password = secret(settings)
    answer = (
        await client.post("/oauth2/token", data=GRANT, headers=basic("org-G06", password))
        if way == "basic"
        else await client.post("/oauth2/token", data={**GRANT, "client_id": "org-G06", "client_secret": password})
    )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 600)
    token = answer.json()["access_token"]
    expected = Caller("org-G06", UUID(int=6), frozenset(organisation_role("G06").scopes), position="case-desk")
    assert await verifier(settings).verify(token) == expected
    with pytest.raises(InvalidToken):
        await verifier(settings, NOW + timedelta(minutes=11)).verify(token)


@pytest.mark.asyncio
async def test_a_client_may_ask_for_less_but_not_for_more(client: httpx2.AsyncClient, settings: CommonSettings) -> None:
    headers = basic("org-G06", secret(settings))
    less = await client.post("/oauth2/token", data={**GRANT, "scope": "tasks:report"}, headers=headers)
    assert (await verifier(settings).verify(less.json()["access_token"])).scopes == {"tasks:report"}
    more = await client.post("/oauth2/token", data={**GRANT, "scope": "tasks:report everything"}, headers=headers)
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


@pytest.mark.asyncio
async def test_unknown_clients_and_wrong_secrets_are_told_the_same(
    client: httpx2.AsyncClient, settings: CommonSettings
) -> None:
    tries = [
        basic("nobody", "x"),
        basic("org-G06", "x"),
        basic("org-G06", ""),
        basic("", "no such client"),
        basic("org-01", secret(settings)),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()},
        {"Authorization": "Basic " + base64.b64encode(b"org-G06").decode()},
        {"Authorization": "Bearer x"},
        {},
    ]
    answers = [await client.post("/oauth2/token", data=GRANT, headers=headers) for headers in tries]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["error"] == "invalid_client"
    assert answers[0].headers["www-authenticate"].startswith("Basic ")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (b"grant_type=client_credentials&client_secret=x", "invalid_request"),
        (b"grant_type=%ff", "invalid_request"),
        (b"&".join(b"a%d=1" % number for number in range(50)), "invalid_request"),
    ],
)
async def test_a_bad_form_is_explained(
    client: httpx2.AsyncClient, settings: CommonSettings, content: bytes, error: str
) -> None:
    headers = {**basic("org-G06", secret(settings)), "Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post("/oauth2/token", content=content, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.asyncio
async def test_other_requests_are_refused(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/oauth2/token", json=GRANT)).json()["error"] == "invalid_request"
    assert (await client.get("/oauth2/token")).status_code == 405
    large = await client.post("/oauth2/token", data={"grant_type": "x" * 10_000})
    assert (large.status_code, large.json()["code"]) == (413, "content-too-large")


@pytest.mark.asyncio
async def test_the_issuer_describes_itself_and_shows_no_private_key(client: httpx2.AsyncClient) -> None:
    described = (await client.get("/.well-known/openid-configuration")).json()
    assert described["issuer"] == "https://sixclear.test"
    assert described["token_endpoint"] == "https://sixclear.test/oauth2/token"
    (key,) = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert key["kty"] == "EC"
    assert "d" not in key


def test_files_are_for_their_owner_only_and_survive_a_restart(settings: CommonSettings) -> None:
    first = seed_clients(settings.home, ORGANISATIONS)
    create_issuer_app(settings)
    folder = settings.home / "identity"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "clients.json": 0o600,
        "key.json": 0o600,
        "jwks.json": 0o600,
    }
    key = (folder / "key.json").read_bytes()
    again = seed_clients(settings.home, [*ORGANISATIONS, ("79", UUID(int=79))])
    create_issuer_app(settings)
    assert (folder / "key.json").read_bytes() == key
    assert [client for client in again if client.client_id != "org-79"] == first


def test_seeded_clients_have_their_organisation_and_a_secret_of_their_own(settings: CommonSettings) -> None:
    clients = {
        client.client_id: client for client in seed_clients(settings.home, [*ORGANISATIONS, ("P57", UUID(int=57))])
    }
    assert clients.keys() == {*ROLES, "org-G06", "org-01"}
    assert clients["standing-body"].organisation_id == str(UUID(int=57))
    assert clients["operator"].organisation_id is None
    assert len({client.secret for client in clients.values()}) == len(clients)
    assert all(client.secret not in repr(client) for client in clients.values())
    assert clients["feedback-hub"].scopes != clients["feedback-publisher"].scopes
    assert load_clients(settings.home) == list(clients.values())
    without = {client.client_id: client for client in seed_clients(settings.home, [])}
    assert without["standing-body"].organisation_id == str(stable_id("organisation", "P57"))
    assert "org-G06" in {client.client_id for client in load_clients(settings.home)}


@pytest.mark.asyncio
async def test_a_token_can_be_minted_at_the_command_line(settings: CommonSettings) -> None:
    seed_clients(settings.home, ORGANISATIONS)
    token = mint_token(settings.home, "org-G06", NOW, issuer=settings.issuer)
    assert (await verifier(settings).verify(token)).client_id == "org-G06"
    inspector = await verifier(settings).verify(mint_token(settings.home, "inspector", NOW, issuer=settings.issuer))
    assert (inspector.mandate, inspector.inspects) == (ROLES["inspector"].mandate, True)
    with pytest.raises(UnknownClient):
        mint_token(settings.home, "nobody", NOW)
    public = KeySet.import_key_set(json.loads((settings.home / "identity" / "jwks.json").read_text()))
    assert jwt.decode(mint_token(settings.home, "operator", NOW), public, ["ES256"]).claims["aud"] == "sixclear"


def test_production_has_no_embedded_issuer(tmp_path: Path) -> None:
    with pytest.raises(IssuerRefused, match="SIXCLEAR_JWKS_URL"):
        create_issuer_app(CommonSettings(env="production", home=tmp_path))
    assert not (tmp_path / "identity").exists()


def test_every_route_of_the_issuer_has_a_rule(settings: CommonSettings) -> None:
    assert all(rule for _, _, rule in access_rules(create_issuer_app(settings)))


@pytest.mark.asyncio
async def test_who_guesses_secrets_is_stopped_and_others_are_not(
    client: httpx2.AsyncClient, settings: CommonSettings
) -> None:
    guesser, neighbour = {"X-Forwarded-For": "203.0.113.7:4711"}, {"X-Forwarded-For": "203.0.113.8"}
    guesses = [
        await client.post("/oauth2/token", data=GRANT, headers=basic("org-G06", f"guess {number}") | guesser)
        for number in range(100)
    ]
    assert [answer.status_code for answer in guesses] == [401] * 20 + [429] * 80
    assert guesses[-1].json()["error"] == "slow_down"
    assert 1 <= int(guesses[-1].headers["Retry-After"]) <= 5
    right = basic("org-G06", secret(settings))
    assert (await client.post("/oauth2/token", data=GRANT, headers=right | guesser)).status_code == 429
    for _ in range(30):
        assert (await client.post("/oauth2/token", data=GRANT, headers=right | neighbour)).status_code == 200


def test_wrong_secrets_come_back_with_time_and_memory_is_bounded() -> None:
    now = [1000.0]
    wrong = WrongSecrets(at_once=2, per_minute=6, networks=50, monotonic=lambda: now[0])
    for _ in range(2):
        assert wrong.waits_seconds("192.0.2.1") == 0
        wrong.add("192.0.2.1")
    assert wrong.waits_seconds("192.0.2.1") == 10
    now[0] += 10
    assert wrong.waits_seconds("192.0.2.1") == 0
    for number in range(200):
        wrong.add(f"203.0.113.{number}")
    assert len(wrong) == 50
