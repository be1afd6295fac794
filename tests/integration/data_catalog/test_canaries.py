"""A crawl of every route of the catalogue, as each reader: no word of what is hidden from it comes back."""

from collections.abc import Iterator
from typing import Any, cast

import httpx2
import pytest
from fastapi import FastAPI
from tests.integration.data_catalog.conftest import (
    PLAN_02,
    SCOPES,
    Service,
    an_approved_element,
    an_entry,
    described_fields,
    description,
    element,
    field,
)

from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.common.testing.operations import Operations

pytestmark = pytest.mark.asyncio

CANARY = "KIVIHIDDEN"
PERSON_ID = "so-dinh-danh-ca-nhan"
_CHANGES = {
    "name_vi": f"Tên {CANARY}",
    "name_en": f"Name {CANARY}",
    "description": f"Nội dung {CANARY}",
    "legal_basis": f"Luật {CANARY}",
}
HIDDEN_FROM = {
    "restricted": (None, "citizen", "other-ministry", "inspector-elsewhere"),
    "state": (None, "citizen"),
}


async def a_canary(service: Service, classification: str) -> str:
    """The identifier of an entry that everyone knew, that is now hidden, and that goes on living.

    An element that everyone knew is restricted as well, and has a draft again.
    """
    body = description(code=f"{CANARY}-1", lists=PLAN_02, **_CHANGES)
    made = await service.done("steward", "/entries", body)
    entry = f"/entries/{made['entry_id']}"
    document = {"title": f"Tài liệu {CANARY}", "url": f"https://example.invalid/{CANARY}"}
    await service.done("ministry", f"{entry}/documents", document)
    await service.done("steward", "/entries", body | {"classification": classification})
    await service.done("ministry", f"{entry}/heartbeats", {})
    proof = {"decision": {"document": f"QĐ {CANARY}"}, "evidence": [{"title": CANARY, "url": f"https://{CANARY}.vn"}]}
    formed = {"deployment_stage": "formed_centralised", "risk": "high"} | proof
    await service.done("ministry", f"{entry}/stage", formed)
    await service.done("ministry", f"{entry}/registration/submit", {})
    position = {"title": f"Trưởng phòng {CANARY}", "organisation": "G06"}
    await service.done("ministry", f"{entry}/assignments", {"role": "technical", "position": position})
    refused = {"refused_documents": [{"title": document["title"], "reason": CANARY}], "reason": CANARY}
    await service.done("steward", f"{entry}/registration/return", refused)
    # Of an element that everyone may know.
    await an_approved_element(service)
    words = {"name": f"{CANARY}_cot", "label": f"Cột {CANARY}", "subjects": CANARY.lower()}
    await described_fields(service, "ministry", entry, field(**words))
    await a_canary_element(service)
    return cast(str, made["entry_id"])


async def a_canary_element(service: Service) -> None:
    """An element that everyone knew, that is now restricted, and that has a draft again."""
    words = {"code": CANARY, "name_vi": f"Tên {CANARY}", "definition": f"Nghĩa {CANARY}"}
    path = await an_approved_element(service, **words)
    drafted = await service.done("ministry", "/elements", element(restricted=True, **words))
    await service.done("steward", f"{path}/approve", {"version": drafted["version"]})
    await service.done("ministry", "/elements", element(restricted=True, **words, unit=CANARY))


def requests(service: Service, entry_id: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation of the document, for the canary; of lists each way to narrow them that could find it."""
    for method, _, path, operation in Operations(cast(FastAPI, service.app).openapi()).listed:
        named = {"entry_id": entry_id, "document_id": entry_id, "assignment_id": entry_id, "code": CANARY, "number": 1}
        named |= {"field_id": stable_id("field", entry_id, folded_key(f"{CANARY}_cot")), "finding_id": entry_id}
        address = path.format_map(named)
        assert "{" not in address, f"{path}: say what stands in this path"
        body: dict[str, Any] = {} if method == "get" else {"json": {"deployment_stage": "retire", "title": "x"}}
        if method == "patch":
            body["headers"] = {"content-type": "application/merge-patch+json"}
        yield method, address, body
        if path.endswith("/uses"):
            yield method, path.replace("{code}", PERSON_ID), body
        names = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        asked = {"q": CANARY, "owner": "G06", "list": "plan-02", "risk": "high", "limit": 1, "begin": "oldest"}
        asked |= {"element": PERSON_ID, "entry": entry_id, "role": "master"}
        for name in names & asked.keys():
            yield method, address, body | {"params": {name: asked[name]}}


@pytest.mark.parametrize("classification", HIDDEN_FROM)
async def test_no_answer_of_any_route_says_a_word_of_what_is_hidden(service: Service, classification: str) -> None:
    await an_entry(service)
    entry_id = await a_canary(service, classification)
    tried = 0
    for reader in HIDDEN_FROM[classification]:
        headers = service.headers(reader) if reader else {}
        for method, address, rest in requests(service, entry_id):
            kind = rest.pop("headers", {})
            answer = await service.http.request(method, address, headers=headers | kind, **rest)
            tried += 1
            _says_nothing(answer, entry_id, f"{reader}: {method} {address}")
    assert tried > 50


def _says_nothing(answer: httpx2.Response, entry_id: str, asked: str) -> None:
    assert answer.status_code < 500, asked
    # A refusal names the address that was asked for.
    said = (answer.text + str(answer.headers)).replace(asked.rpartition(" ")[2], "")
    assert CANARY not in said, asked
    if "/entries/" in asked or CANARY in asked:
        assert answer.status_code in (401, 403, 404, 422), asked
        if answer.status_code == 403:
            assert answer.json()["code"] in {"insufficient-scope", "organisation-required"}, asked
    elif answer.headers["content-type"].startswith("application/cloudevents"):
        # That it is gone is told, by its identifier alone.
        told = [event["data"] for event in answer.json() if event["subject"] == entry_id]
        assert all(data == {"change": "withdrawn", "entry_id": entry_id} for data in told), asked
    else:
        assert entry_id not in said, asked


async def test_whom_it_concerns_the_crawl_finds_it(service: Service) -> None:
    """The same words are found by those who may know of it: the crawl above looks where they would be."""
    entry_id = await a_canary(service, "restricted")
    for reader in ("ministry", "steward", "inspector"):
        found = set()
        for method, address, rest in requests(service, entry_id):
            if method == "get":
                answer = await service.http.get(address, headers=service.headers(reader), **rest)
                is_told = answer.status_code == 200 and CANARY in answer.text
                found |= {address.removeprefix(service.prefix)} if is_told else set()
        entry = f"/own/entries/{entry_id}"
        places = {"/own/entries", entry, f"{entry}/history", f"{entry}/dossier", "/own/dossiers"}
        places |= {f"{entry}/assignments", "/own/assignments"}
        places |= {"/own/elements", f"/own/elements/{CANARY}"}
        places |= {f"{entry}/fields", f"/own/elements/{PERSON_ID}/uses", "/own/findings"}
        assert found == places, reader
    assert set(SCOPES) > {"ministry", "steward", "inspector"}


async def test_nothing_of_it_is_published_but_that_it_is_gone(service: Service) -> None:
    hidden = await a_canary(service, "restricted")
    after = [event for event in await service.events() if str(event.entity_id) == hidden and event.version > 2]
    assert [(event.change, event.published) for event in after] == [
        ("withdrawn", True),
        ("heartbeat_received", False),
        ("deployment_stage_changed", False),
        ("registration_submitted", False),
        ("registration_returned", False),
    ]
    assert CANARY not in str(after[0].data)
