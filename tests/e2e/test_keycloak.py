"""The realm that ships, in a real Keycloak: its tokens as they come are taken, and its clients are kept by command."""

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import SecretStr
from tests.e2e.keycloak_server import DEMO_SECRET, PATIENT_SECONDS, KeycloakServer, keycloak
from tests.e2e.platforms import Platform, free_ports

from sixclear.common.auth.introspection import Introspection
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.caller import Caller, InvalidToken
from sixclear.common.clock import utc_now
from sixclear.common.ids import new_id
from sixclear.common.issuer.roles import organisation_role
from sixclear.common.settings import CommonSettings
from sixclear.common.testing.eventually import eventually
from sixclear.launcher.keycloak_realm import realm
from sixclear.tasks.organisation.seed import organisation_id

pytestmark = pytest.mark.long

OWN_KEY = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
G06 = Caller("org-G06", organisation_id("G06"), frozenset(organisation_role("G06").scopes), position="case-desk")
REPORT = Path(__file__).resolve().parents[2] / "deploy/examples/report.sh"
CALLBACK = "http://127.0.0.1/callback"


def our_realm() -> dict[str, Any]:
    """The development realm with two ministries: one proves itself by a key; and a page where one person signs in."""
    made = realm({"G06": "Bộ Khoa học và Công nghệ", "G01": "Bộ Công an"}, demo=True)
    by_name = {client["clientId"]: client for client in made["clients"]}
    by_name["org-G01"] |= {
        "clientAuthenticatorType": "client-jwt",
        "attributes": {
            "use.jwks.string": "true",
            "jwks.string": json.dumps(KeySet([OWN_KEY]).as_dict(private=False)),
            "token.endpoint.auth.signing.alg": "ES256",
        },
    }
    page = {"clientId": "desk", "publicClient": True, "redirectUris": [CALLBACK]}
    made["clients"].append(page | {"defaultClientScopes": ["basic", "sixclear", "feedback:handle"]})
    made["users"].append(
        {
            "username": "lan",
            "enabled": True,
            "email": "lan@example.vn",
            "firstName": "Lan",
            "lastName": "Lê",
            "credentials": [{"type": "password", "value": "lan", "temporary": False}],
        }
    )
    return made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeycloakServer]:
    with keycloak(tmp_path_factory.mktemp("keycloak"), our_realm()) as running:
        yield running


@pytest.fixture(params=[{}], ids=["keys"])
def platform(server: KeycloakServer, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Platform]:
    """Every service in one process; it knows the issuer's name and nothing else of the provider."""
    given = {"SIXCLEAR_ISSUER_URL": server.issuer} | request.param
    started = Platform("run", tmp_path / "home", free_ports(1), extra=("--no-demo",), environment=given)
    try:
        started.start()
        yield started
    finally:
        started.end()


def by_own_key(server: KeycloakServer, client_id: str) -> dict[str, str]:
    """The proof of `private_key_jwt` (RFC 7523)."""
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": server.issuer, "jti": str(new_id()), "iat": now}
    assertion = jwt.encode({"alg": "ES256", "kid": OWN_KEY.kid}, claims | {"exp": now + 60}, OWN_KEY)
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion_type": kind, "client_assertion": assertion}


async def own_tasks(platform: Platform, token: str) -> int:
    """The status of a route that needs a scope and an organisation."""
    async with platform.client() as client:
        headers = {"Authorization": f"Bearer {token}"}
        return (await client.get("/api/tasks/v1/own/tasks?role=lead", headers=headers)).status_code


def header_of(token: str) -> dict[str, Any]:
    part = token.partition(".")[0]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@pytest.mark.asyncio
async def test_tokens_as_keycloak_makes_them_open_a_service(server: KeycloakServer, platform: Platform) -> None:
    by_secret = server.token("org-G06")
    assert 290 <= by_secret["expires_in"] <= 300
    assert header_of(by_secret["access_token"])["alg"] == "RS256"
    assert await own_tasks(platform, by_secret["access_token"]) == 200
    by_key = server.token("org-G01", **by_own_key(server, "org-G01"))
    assert await own_tasks(platform, by_key["access_token"]) == 200
    server.new_key()
    renewed = server.token("org-G06")["access_token"]
    assert header_of(renewed)["kid"] != header_of(by_secret["access_token"])["kid"]

    async def taken() -> bool:
        return await own_tasks(platform, renewed) == 200

    await eventually(taken, within_seconds=30.0)  # keys are fetched again at most every ten seconds
    assert await own_tasks(platform, by_secret["access_token"]) == 200
    assert await own_tasks(platform, server.token("operator")["access_token"]) == 403
    assert await own_tasks(platform, renewed[:-4] + "AAAA") == 401


@pytest.mark.asyncio
async def test_clocks_may_differ_and_a_token_ends(server: KeycloakServer) -> None:
    token = server.token("org-G06")["access_token"]
    settings = CommonSettings(issuer_url=server.issuer)

    async def at(seconds: float) -> Caller:
        return await TokenVerifier.from_settings(settings, lambda: utc_now() + timedelta(seconds=seconds)).verify(token)

    assert await at(0) == await at(-50) == await at(290) == G06
    for seconds in (-90, 310):
        with pytest.raises(InvalidToken):
            await at(seconds)


def signed_in(server: KeycloakServer, name: str) -> str:
    """The access token of a person who signed in on Keycloak's page (authorisation code)."""
    query = {"client_id": "desk", "response_type": "code", "scope": "openid", "redirect_uri": CALLBACK}
    with httpx2.Client(timeout=PATIENT_SECONDS) as browser:
        page = browser.get(f"{server.issuer}/protocol/openid-connect/auth", params=query)
        form = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        assert form is not None, page.text[:2000]
        # Keycloak marks cookies as for https also on this machine, as browsers take it; this client keeps those back.
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
        proof = {"username": name, "password": name}
        sent = browser.post(unescape(form[1]), data=proof, headers={"Cookie": cookies})
        assert sent.status_code == 302, sent.text[:2000]
        code = httpx2.URL(sent.headers["location"]).params["code"]
        grant = {"grant_type": "authorization_code", "client_id": "desk", "code": code, "redirect_uri": CALLBACK}
        answer = browser.post(server.token_url, data=grant)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


@pytest.mark.asyncio
async def test_a_person_who_signed_in_is_told_from_a_machine(server: KeycloakServer) -> None:
    verifier = TokenVerifier.from_settings(CommonSettings(issuer_url=server.issuer))
    person = await verifier.verify(signed_in(server, "lan"))
    assert (person.client_id, person.position) == ("desk", None)
    assert person.person
    machine = await verifier.verify(server.token("feedback-publisher")["access_token"])
    assert (machine.person, machine.position) == (None, "publication")


def sixclear(server: KeycloakServer, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`sixclear` with what an administrator has."""
    given = {"SIXCLEAR_ISSUER_URL": server.issuer, "SIXCLEAR_IDENTITY_ADMIN_SECRET": DEMO_SECRET} | more
    command = [sys.executable, "-m", "sixclear.launcher", *words]
    return subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False)


@pytest.mark.asyncio
async def test_a_body_gets_a_client_that_reports_by_script_until_it_is_revoked(
    server: KeycloakServer, platform: Platform, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    added = sixclear(server, "identity", "client", "add", "G15", "--secret-file", str(first))
    assert added.returncode == 0, added.stderr
    assert first.stat().st_mode & 0o777 == 0o600
    again = sixclear(server, "identity", "client", "add", "G15")
    assert (again.returncode, "already" in again.stderr) == (1, True)
    task_id = await _a_task(server, platform, "G15")
    reports = tmp_path / "reports.ndjson"
    reports.write_text(json.dumps({"task_id": task_id, "percent": 40, "text": "Đã trình"}) + "\n", encoding="utf-8")
    for outcome in ("reported", "unchanged"):  # the same file sent again changes nothing
        sent = _report(server, platform, first, reports)
        assert f'"{outcome}":1' in sent.stdout.replace(" ", ""), sent.stdout + sent.stderr
        assert sent.returncode == 0
    async with platform.client() as client:
        progress = (await client.get(f"/api/tasks/v1/tasks/{task_id}/reports")).json()
    assert [entry["percent"] for entry in progress["items"]] == [40]

    renewed = sixclear(server, "identity", "client", "renew", "G15", "--secret-file", str(second))
    assert renewed.returncode == 0, renewed.stderr
    assert _report(server, platform, first, reports).returncode != 0
    assert _report(server, platform, second, reports).returncode == 0
    assert sixclear(server, "identity", "client", "revoke", "G15").returncode == 0
    assert _report(server, platform, second, reports).returncode != 0
    assert sixclear(server, "identity", "client", "revoke", "G15").returncode == 1


ASKING = {
    "SIXCLEAR_IDENTITY_INTROSPECTION": "on",
    "SIXCLEAR_IDENTITY_INTROSPECTION_CLIENT": "processes",
    "SIXCLEAR_IDENTITY_INTROSPECTION_SECRET": DEMO_SECRET,
}


@pytest.mark.asyncio
@pytest.mark.parametrize("platform", [ASKING], indirect=True, ids=["introspection"])
async def test_with_introspection_a_revoked_client_is_refused_within_a_minute(
    server: KeycloakServer, platform: Platform, tmp_path: Path
) -> None:
    """Its token would hold for 300 seconds, and holds where the provider is not asked."""
    secret = tmp_path / "secret"
    tried = sixclear(server, "check-config", "--connect", **ASKING)
    assert (tried.returncode, "the provider says whether a token holds" in tried.stdout) == (0, True), tried.stderr
    assert sixclear(server, "identity", "client", "add", "G16", "--secret-file", str(secret)).returncode == 0
    token = server.token("org-G16", client_secret=secret.read_text().strip())["access_token"]
    other = server.token("org-G06")["access_token"]
    assert await own_tasks(platform, token) == await own_tasks(platform, other) == 200
    assert sixclear(server, "identity", "client", "revoke", "G16").returncode == 0
    revoked_at = time.monotonic()

    async def refused() -> bool:
        return await own_tasks(platform, token) == 401

    await eventually(refused, within_seconds=75.0)
    assert time.monotonic() - revoked_at < 62.0
    assert await own_tasks(platform, other) == 200
    only_keys = TokenVerifier.from_settings(CommonSettings(issuer_url=server.issuer))
    assert (await only_keys.verify(token)).client_id == "org-G16"


@pytest.mark.asyncio
async def test_the_provider_tells_of_people_who_signed_out_and_of_clients_that_are_off(server: KeycloakServer) -> None:
    settings = CommonSettings(
        issuer_url=server.issuer,
        identity_introspection="on",
        identity_introspection_client="processes",
        identity_introspection_secret=SecretStr(DEMO_SECRET),
    )
    state = Introspection(settings)
    person, machine, other = signed_in(server, "lan"), server.token("data-steward"), server.token("org-G06")
    tokens = [person, machine["access_token"], other["access_token"]]
    assert [await state.ask_once(token) for token in tokens] == [True] * 3
    server.sign_out("lan")
    server.disable("data-steward")
    assert [await state.ask_once(token) for token in tokens] == [False, False, True]


def _report(
    server: KeycloakServer, platform: Platform, secret: Path, reports: Path
) -> subprocess.CompletedProcess[str]:
    given = {
        "ISSUER": server.issuer,
        "PLATFORM": platform.announcement().address,
        "CLIENT_ID": "org-G15",
        "SECRET_FILE": str(secret),
    }
    command = ["sh", str(REPORT), str(reports)]
    return subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=False)


async def _a_task(server: KeycloakServer, platform: Platform, lead: str) -> str:
    """A task of this body, given out by the standing body."""
    headers = {"Authorization": f"Bearer {server.token('standing-body')['access_token']}"}
    programme = {"slug": "plan", "name_vi": "Kế hoạch", "name_en": "Plan", "resolution": "57-NQ/TW", "owner": "P57"}
    task = {
        "programme": "plan",
        "title": "Xây dựng cơ sở dữ liệu dùng chung",
        "source": "test",
        "external_id": "NV-1",
        "assigned_by": "central",
        "assigning_organisation": "P57",
        "lead_organisation": lead,
        "responsible_position": {"title": "Cục trưởng", "organisation": lead},
        "product": "Cơ sở dữ liệu vận hành",
        "authority": "Quyết định trong phạm vi được giao",
        "deadline": (utc_now() + timedelta(days=30)).date().isoformat(),
        "assign": True,
    }
    async with platform.client() as client:
        for path, body in (("programmes", programme), ("tasks", task)):
            key = {"Idempotency-Key": str(new_id())}
            answer = await client.post(f"/api/tasks/v1/{path}", json=body, headers=headers | key)
            assert answer.status_code == 201, answer.text
    return str(answer.json()["task_id"])
