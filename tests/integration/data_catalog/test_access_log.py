"""What everyone reads leaves no row; who reads below `/own`, or what a step without an event shows, is in the log."""

import pytest
from tests.integration.data_catalog.conftest import Service

from sixclear.common.web.access import access_rules

pytestmark = pytest.mark.asyncio


async def test_nothing_but_own_addresses_and_the_log_itself_needs_a_token_to_be_read(service: Service) -> None:
    asked = [path for method, path, rule in access_rules(service.app) if method == "GET" and rule and rule.scopes]
    ways = [
        *("entries", "entries/{entry_id}", "entries/{entry_id}/history", "entries/{entry_id}/dossier", "dossiers"),
        *("entries/{entry_id}/assignments", "entries/{entry_id}/owners", "assignments"),
        *("elements", "elements/{code}", "code-lists/{code}"),
        *("entries/{entry_id}/fields", "elements/{code}/uses", "findings", "findings/figures"),
    ]
    assert sorted(asked) == sorted([*(f"{service.prefix}/own/{way}" for way in ways), f"{service.prefix}/access-log"])


async def test_what_everyone_reads_leaves_no_row(service: Service) -> None:
    for path in ("/entries", "/lists", "/log"):
        for headers in ({}, service.headers("steward")):
            assert (await service.http.get(service.prefix + path, headers=headers)).status_code == 200
    for noted in (0, 1):
        log = await service.http.get(f"{service.prefix}/access-log", headers=service.headers("auditor"))
        assert [one["operation"] for one in log.json()["items"]] == ["readCatalogAccessLog"] * noted
