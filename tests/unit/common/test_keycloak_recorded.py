"""Tokens that a real Keycloak 26.5.6 made in the development realm, with its keys: recorded for every landing.

`tests/e2e/test_keycloak.py` asks a running one; its realm was thrown away.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from sixclear.common.auth.token_keys import KeyUrl
from sixclear.common.auth.token_rules import TokenRules
from sixclear.common.auth.tokens import TokenVerifier
from sixclear.common.caller import Caller, InvalidToken
from sixclear.common.ids import stable_id
from sixclear.common.issuer.roles import ROLES, organisation_role
from sixclear.common.settings import CommonSettings

RECORDED = json.loads(Path(__file__).with_name("keycloak_recorded.json").read_text(encoding="utf-8"))
AT = datetime.fromtimestamp(RECORDED["at"], UTC)


def verifier(later_seconds: float = 0) -> TokenVerifier:
    """One that knows the name of the issuer and nothing else, at this time after the first token was made."""
    certs = f"{RECORDED['issuer']}/protocol/openid-connect/certs"

    def answer(request: httpx2.Request) -> httpx2.Response:
        described = {"issuer": RECORDED["issuer"], "jwks_uri": certs}
        return httpx2.Response(200, json=RECORDED["jwks"] if str(request.url) == certs else described)

    rules = TokenRules.from_settings(CommonSettings(issuer_url=RECORDED["issuer"]))
    keys = KeyUrl(None, issuer=RECORDED["issuer"], transport=httpx2.MockTransport(answer))
    return TokenVerifier(rules, keys, lambda: AT + timedelta(seconds=later_seconds))


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["org-G06", "feedback-publisher", "operator"])
async def test_a_token_as_keycloak_makes_it_says_what_the_table_says(name: str) -> None:
    role = ROLES.get(name) or organisation_role("G06")
    code = role.organisation_code
    expected = Caller(
        name, stable_id("organisation", code) if code else None, frozenset(role.scopes), position=role.position
    )
    assert await verifier().verify(RECORDED["tokens"][name]) == expected


@pytest.mark.asyncio
async def test_clocks_may_differ_by_a_minute_and_a_token_ends_after_its_life() -> None:
    for seconds in (-59, 290):
        await verifier(seconds).verify(RECORDED["tokens"]["org-G06"])
    for seconds in (-61, 306):
        with pytest.raises(InvalidToken):
            await verifier(seconds).verify(RECORDED["tokens"]["org-G06"])
