"""Many elements by one file: a result per line, by the rules of a single one."""

import json
from typing import Any

import httpx2
import pytest
from tests.integration.data_catalog.conftest import OTHER_MINISTRY, Service, element


async def send(service: Service, *items: Any, client: str = "ministry", **params: str) -> httpx2.Response:
    headers = service.headers(client) | {"content-type": "application/x-ndjson"}
    content = "\n".join(item if isinstance(item, str) else json.dumps(item) for item in items)
    return await service.http.post(f"{service.prefix}/elements/bulk", content=content, headers=headers, params=params)


@pytest.mark.asyncio
async def test_a_refused_line_stops_no_other(service: Service) -> None:
    response = await send(
        service,
        element(code="quoc-tich"),
        element(code="dan-toc", owner_organisation_id=str(OTHER_MINISTRY)),
        element(code="ton-giao", code_list="no-such-list"),
        element(code="que-quan", type="date"),
        "not json",
        element(code="noi-sinh", owner_organisation_id="no-such-body"),
    )
    assert response.status_code == 200, response.text
    told = response.json()
    assert [item["outcome"] for item in told["items"]] == ["registered", *["rejected"] * 5]
    assert [item["problem"] and item["problem"]["code"] for item in told["items"]] == [
        None,
        "organisation-not-allowed",
        "code-list-unknown",
        "invalid",
        "unreadable",
        "organisation-unknown",
    ]
    assert all(item["problem"]["detail"] for item in told["items"][1:])
    assert (told["registered"], told["rejected"], (await service.counts())["element"]) == (1, 5, 1)


@pytest.mark.asyncio
async def test_a_file_that_is_sent_again_writes_nothing(service: Service) -> None:
    items = [element(code="quoc-tich"), element(code="dan-toc")]
    assert (await send(service, *items)).json()["registered"] == 2
    assert (await send(service, *items)).json()["unchanged"] == 2
    changed = (await send(service, items[0], items[1] | {"unit": "mã"})).json()
    assert [(item["outcome"], item["version"]) for item in changed["items"]] == [("unchanged", 1), ("drafted", 2)]
    assert (await service.counts())["element_version"] == 2


@pytest.mark.asyncio
async def test_two_lines_with_one_code_are_both_refused(service: Service) -> None:
    told = (await send(service, element(code="quoc-tich"), element(code="QUOC-TICH"))).json()
    assert {item["problem"]["code"] for item in told["items"]} == {"code-twice"}
    assert (await service.counts())["element"] == 0


@pytest.mark.asyncio
async def test_a_trial_and_a_file_that_is_all_or_nothing_write_nothing(service: Service) -> None:
    told = (await send(service, element(code="quoc-tich"), dry_run="true")).json()
    assert (told["registered"], told["items"][0]["version"]) == (1, None)
    refused = await send(service, element(code="quoc-tich"), element(code="dan-toc", type="date"), atomic="true")
    assert (refused.status_code, refused.json()["code"]) == (422, "bulk-refused")
    assert set((await service.counts()).values()) == {0}


@pytest.mark.asyncio
async def test_a_line_may_name_the_version_that_it_is_based_on(service: Service) -> None:
    await send(service, element(code="quoc-tich"))
    told = (await send(service, element(code="quoc-tich", unit="mã") | {"if_match": '"1.7"'})).json()
    assert told["items"][0]["problem"]["code"] == "stale-version"


@pytest.mark.asyncio
async def test_a_file_that_is_too_large_is_refused_and_says_what_is_taken(service: Service) -> None:
    refused = await send(service, *[element(code=f"e-{number}") for number in range(501)])
    assert (refused.status_code, refused.json()["code"]) == (413, "bulk-too-large")
    assert "500" in refused.json()["detail"]
    assert set((await service.counts()).values()) == {0}
