"""The table of scopes and clients is whole, and the realms that ship are made from it."""

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from sixclear.common.clock import utc_now
from sixclear.common.issuer.roles import ROLES, SCOPES, organisation_role
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.web.access import access_rules
from sixclear.launcher.identity_realms import realm_with
from sixclear.launcher.keycloak_realm import DEMO_SECRET
from sixclear.launcher.registry import SERVICES

REALMS = Path(__file__).resolve().parents[2] / "deploy/keycloak"
# Asked for in use cases, not by a route.
OF_USE_CASES = {"facts:past", "tasks:organise"}


def _of_routes() -> set[str]:
    scopes: set[str] = set()
    for service in SERVICES:
        if service.has_database:
            settings = service.settings_class()(database_url="postgresql+asyncpg://only-described/")
            app = import_module(f"{service.package}.app").create_app(settings, clock=utc_now)
            scopes |= {scope for _, _, rule in access_rules(app) if rule for scope in rule.scopes}
    return scopes


def test_every_scope_that_a_route_needs_is_explained_and_no_other() -> None:
    assert set(SCOPES) == _of_routes() | OF_USE_CASES
    assert all(meaning.endswith(".") for meaning in SCOPES.values())


def test_every_client_has_known_scopes_and_every_scope_a_client() -> None:
    roles = [*ROLES.values(), organisation_role("G06")]
    assert {scope for role in roles for scope in role.scopes} == set(SCOPES)


def test_who_drafts_and_who_publishes_hold_different_positions() -> None:
    held = {scope: {role.position for role in ROLES.values() if scope in role.scopes} for scope in SCOPES}
    assert (held["feedback:publish"], held["feedback:custodian"]) == ({"publication"}, {"custody"})
    assert organisation_role("G06").position == ROLES["feedback-hub"].position == "case-desk"


@pytest.mark.parametrize("name", ["sixclear-realm.json", "development/sixclear-realm.json"])
def test_a_realm_has_a_client_for_each_body_that_asks_for_nothing_unknown(name: str) -> None:
    realm = json.loads((REALMS / name).read_text(encoding="utf-8"))
    clients = {client["clientId"]: client for client in realm["clients"]}
    assert clients.keys() >= {*ROLES, "org-G06", "org-01", "org-96"}
    scopes = {scope["name"] for scope in realm["clientScopes"]}
    assert scopes >= set(SCOPES)
    assert {scope for client in clients.values() for scope in client["defaultClientScopes"]} <= scopes
    assert all(not client["publicClient"] for client in clients.values())
    assert [name for name, client in clients.items() if client["fullScopeAllowed"]] == ["identity-admin"]
    assert _fixed(clients["org-G06"]) == {"organisation_code": "G06", "position": "case-desk"}
    assert _fixed(clients["operator"]) == {}
    assert _fixed(clients["supervisor"]) == {"mandate": "programme:nq57-central"}
    assert realm["accessTokenLifespan"] == 300


def test_no_realm_that_ships_holds_a_secret() -> None:
    shipped = json.loads((REALMS / "sixclear-realm.json").read_text(encoding="utf-8"))
    assert not [client for client in shipped["clients"] if "secret" in client]
    development = json.loads((REALMS / "development/sixclear-realm.json").read_text(encoding="utf-8"))
    assert {client["secret"] for client in development["clients"]} == {DEMO_SECRET}


def test_a_commune_gets_its_client_by_its_code() -> None:
    clients = {client["clientId"]: client for client in realm_with(["00004"], demo=False)["clients"]}
    assert _fixed(clients["org-00004"])["organisation_code"] == "00004"
    assert clients["org-00004"]["name"]
    with pytest.raises(CannotStart, match="99999"):
        realm_with(["99999"], demo=False)


def _fixed(client: dict[str, Any]) -> dict[str, str]:
    return {mapper["config"]["claim.name"]: mapper["config"]["claim.value"] for mapper in client["protocolMappers"]}


def test_the_page_lists_every_scope_and_client_as_the_table_has_them() -> None:
    page = (REALMS.parents[1] / "docs/identity.md").read_text(encoding="utf-8")
    for scope, meaning in SCOPES.items():
        assert f"| `{scope}` | {meaning} |" in page
    for name, role in (ROLES | {"org-<code>": organisation_role("G06")}).items():
        scopes = " ".join(f"`{scope}`" for scope in role.scopes)
        assert re.search(rf"\| `{name}` \| .+ \| {re.escape(role.meaning)} \| {re.escape(scopes)} \|", page), name
