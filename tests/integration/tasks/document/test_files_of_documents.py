"""A file of documents: what is simply new is entered together, and says and writes what one by one would."""

from typing import Any

import orjson
import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.imports.test_imports import send

from sixclear.common.web.openapi import NDJSON

CIRCULAR = {
    "programme": "plan",
    "type": "circular",
    "number": "12/2025/TT-BKHCN",
    "issued_on": "2025-08-01",
    "effective_on": "2025-09-15",
    "issuer": "G06",
    "signer_position": "Bộ trưởng",
    "subject": "Hướng dẫn chi tiết",
}
# What two documents that are entered alike do not have in common.
_OWN = ("document_id", "number")


def alike(view: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if name not in _OWN}


def of_number(number: str, **changes: Any) -> dict[str, Any]:
    return CIRCULAR | {"number": number} | changes


async def by_file(
    service: Service, rows: list[dict[str, Any]], query: str = "", code: str = "P57"
) -> list[tuple[str, str | None]]:
    """The outcome of each row, with the code of a refusal."""
    answer = await send(service, "documents", b"\n".join(map(orjson.dumps, rows)), NDJSON, code, query)
    assert answer.status_code == 200, answer.text
    return [(item["outcome"], item["problem"] and item["problem"]["code"]) for item in answer.json()["items"]]


@pytest.mark.asyncio
async def test_each_row_becomes_what_the_single_route_makes_of_it(service: Service) -> None:
    known = (await service.post("P57", "/documents", of_number("1"))).json()
    rows = [
        of_number("2"),
        of_number("1", subject="Hướng dẫn chi tiết, đã sửa"),
        of_number("3"),
        of_number("3 ", subject="Cùng số trong một tệp"),
        of_number("4", issuer="none"),
        of_number("5", issued_on="2099-01-01"),
        of_number("6", replaces=[known["document_id"]], issued_on="2025-08-03"),
        of_number("7", if_match='"1.1"'),
        of_number("8", programme="none"),
    ]
    wanted = [
        ("created", None),
        ("updated", None),
        ("created", None),
        ("updated", None),
        ("rejected", "reference-unknown"),
        ("rejected", "fact-in-future"),
        ("created", None),
        ("rejected", "stale-version"),
        ("rejected", "reference-unknown"),
    ]
    written = len(await service.events())
    assert await by_file(service, rows, "?dry_run=true") == wanted
    assert len(await service.events()) == written, "a dry run writes nothing"
    assert await by_file(service, rows) == wanted
    listed = {one["number"]: one for one in (await service.get("/documents", programme="plan"))["items"]}
    assert set(listed) == {"1", "2", "3", "6"}
    assert listed["3"]["subject"] == "Cùng số trong một tệp"
    assert listed["1"]["replaced_by_id"] == listed["6"]["document_id"]
    unchanged = [("unchanged", None)]
    assert (await by_file(service, rows))[:1] == unchanged
    assert await by_file(service, [of_number("2")]) == unchanged


@pytest.mark.asyncio
async def test_a_document_of_a_file_is_that_of_a_single_request_with_the_same_event(service: Service) -> None:
    single = (await service.post("P57", "/documents", of_number("1"))).json()
    assert await by_file(service, [of_number("2"), of_number("3")]) == [("created", None)] * 2
    pages = (await service.get("/documents", programme="plan"))["items"]
    assert [alike(one) for one in pages] == [alike(single)] * 3
    assert len({one["document_id"] for one in pages}) == 3
    events = [one for one in await service.events() if one.entity_type == "document"]
    told = [{name: value for name, value in one.data.items() if name not in _OWN} for one in events]
    assert told == [told[0]] * 3
    assert {(one.change, one.version) for one in events} == {("registered", 1)}


@pytest.mark.asyncio
async def test_a_body_enters_its_own_by_file_and_no_other_ones(service: Service) -> None:
    rows = [of_number("1"), of_number("2", issuer="G01"), of_number("3")]
    told = await by_file(service, rows, code="G06")
    assert told == [("created", None), ("rejected", "organisation-not-allowed"), ("created", None)]
