"""The examples of the data catalogue's OpenAPI document are what the life of an entry asks and is answered."""

import json
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from tests.contract.data_catalog.test_data_catalog_examples import the_life_of_an_element, the_life_of_an_entry
from tests.integration.data_catalog.conftest import (
    IDENTITY_LAW,
    Service,
    an_approved_element,
    described_fields,
    element,
    field,
    service,
)

from sixclear.common.testing.http_examples import Exchanges
from sixclear.common.testing.route_costs import RouteCosts

__all__ = ["service"]

EXAMPLES = Path(__file__).parents[3] / "services/data-catalog/src/sixclear/data_catalog/data/http-examples.json"

STATEMENTS = Path(__file__).parent / "statements.json"


async def the_fields_of_an_entry(service: Service, entry: str) -> None:
    """What is said of fields, once; the finding that is left is excused."""
    await described_fields(service, "ministry", entry, field(), field(name="ma_dinh_danh_cu", role="collected"))
    [master, old] = (await service.get(f"{entry}/fields"))["items"][::-1]
    confirmed = {"standing": "confirmed", "version": master["version"], "legal_basis": IDENTITY_LAW}
    await service.done("steward", f"{entry}/fields/{master['field_id']}/decide", confirmed)
    await service.post("ministry", f"{entry}/fields/{old['field_id']}/remove", {})
    await service.get("/elements/so-dinh-danh-ca-nhan/uses", role="master")
    [alone] = (await service.get("/findings", kind="shared_with_nobody"))["items"]
    excuse = {"legal_basis": IDENTITY_LAW, "expires_at": "2026-12-31T16:59:59Z"}
    await service.done("steward", f"/findings/{alone['finding_id']}/excuse", excuse)
    for path in ("/elements/so-dinh-danh-ca-nhan/uses", "/findings", "/findings/figures"):
        await service.read("ministry", f"/own{path}")


@pytest.mark.asyncio
async def test_every_operation_shows_what_is_asked_and_answered(service: Service) -> None:
    exchanges = Exchanges(cast(FastAPI, service.app), service.http)
    costs = RouteCosts(cast(FastAPI, service.app), service.http, service.database)
    await the_life_of_an_entry(service)
    await the_life_of_an_element(service)
    await an_approved_element(service)
    lines = "\n".join(json.dumps(element(code=code)) for code in ("ho-chu-dem-va-ten", "so-dinh-danh-ca-nhan"))
    headers = service.headers("ministry") | {"content-type": "application/x-ndjson"}
    await service.http.post(f"{service.prefix}/elements/bulk", content=lines, headers=headers)
    for path in ("/elements/so-dinh-danh-ca-nhan", "/elements/so-dinh-danh-ca-nhan/versions/1"):
        await service.get(path)
    for path in (
        "/code-lists/gioi-tinh",
        "/code-lists/gioi-tinh/versions/1",
        "/elements/so-dinh-danh-ca-nhan/versions",
    ):
        await service.get(path)
    for path in ("/own/elements/so-dinh-danh-ca-nhan", "/own/code-lists/gioi-tinh"):
        await service.http.get(f"{service.prefix}{path}", headers=service.headers("ministry"))
    await service.http.get(f"{service.prefix}/own/elements?limit=1", headers=service.headers("ministry"))
    entry_id = (await service.get("/entries"))["items"][0]["entry_id"]
    await the_fields_of_an_entry(service, f"/entries/{entry_id}")
    headers = service.headers("ministry") | {"content-type": "application/merge-patch+json"}
    path = f"{service.prefix}/entries/{entry_id}"
    response = await service.http.patch(path, json={"name_en": "Database of research projects"}, headers=headers)
    assert response.status_code == 200, response.text
    await service.http.get(f"{service.prefix}/access-log", headers=service.headers("auditor"))
    readers = (lambda: service.headers("ministry"), lambda: service.headers("auditor"))
    await exchanges.read_everything(dict, *readers, entry_id=entry_id)
    exchanges.same_as(EXAMPLES)
    costs.same_as(STATEMENTS)
