"""Text of entries and dossiers: what looks the same is the same, and what shows nothing is refused."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.integration.data_catalog.conftest import Service, description

CASES = Path(__file__).resolve().parents[2] / "cases"


def cases(name: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (CASES / name).read_bytes().splitlines()]


async def an_entry(service: Service, **changes: Any) -> str:
    entry = await service.done("ministry", "/entries", description(**changes))
    return f"/entries/{entry['entry_id']}"


@pytest.mark.asyncio
async def test_a_missing_document_is_there_under_each_title_that_looks_the_same(service: Service) -> None:
    [same] = [case["values"] for case in cases("same_to_the_eye.ndjson") if "dossier" in case["what"]]
    for number, title in enumerate(same):
        entry = await an_entry(service, code=f"KHCN-{number}")
        await service.done("ministry", f"{entry}/documents", {"title": "Tờ trình", "sha256": "1" * 64})
        await service.done("ministry", f"{entry}/registration/submit", {})
        missing = {"missing_documents": [{"title": same[0]}], "reason": "Chưa đủ"}
        await service.done("steward", f"{entry}/registration/return", missing)
        added = await service.done("ministry", f"{entry}/documents", {"title": title, "sha256": "2" * 64})
        assert added["registration"]["missing_documents"] == 0
        [document] = [document for document in added["documents"] if document["title"] == same[0]]
        path = f"{entry}/documents/{document['document_id']}/remove"
        left = await service.done("ministry", path, {})
        assert [document["title"] for document in left["documents"]] == ["Tờ trình"]


@pytest.mark.asyncio
async def test_a_name_that_is_no_line_is_refused(service: Service) -> None:
    for case in cases("single_line_text.ndjson"):
        for field in ("name_vi", "name_en", "legal_basis"):
            refused = await service.post("ministry", "/entries", description(**{field: case["value"]}))
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"#/{field}"), case
    assert await service.codes() == []


@pytest.mark.asyncio
async def test_an_entry_is_found_by_what_people_type_and_its_event_carries_the_clean_name(service: Service) -> None:
    for number, case in enumerate(cases("search.ndjson")):
        await an_entry(service, code=f"KHCN-{number}", name_vi=case["title"])
        for query in case["queries"]:
            assert await service.codes(q=query) == [f"KHCN-{number}"], query
    names = [event.data["name_vi"] for event in await service.events()]
    assert names == ["Đề án Định danh (chữ Eth)", "Cổng dữ liệu mở", "Số hóa hồ sơ"]


@pytest.mark.asyncio
async def test_signs_and_blanks_do_not_count_in_a_search(service: Service) -> None:
    await an_entry(service, code="KHCN-1", name_vi="Cơ sở dữ liệu “kỹ thuật” (TP.HCM)")
    for query in ("khcn 1", "csdl kĩ thuật tphcm", '"kỹ thuật"'):
        assert await service.codes(q=query) == ["KHCN-1"], query
    assert await service.codes(q="khcn 2") == []
