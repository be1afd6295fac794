"""Text that bodies send: cleaned where it can be, else refused with what is wrong, where, and what to do."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task, proposal

CASES = Path(__file__).resolve().parents[2] / "cases"
DIRECTIVE = {"programme": "plan", "issued_on": "2025-06-19", "issuer": "P57", "title": "Quyết định"}


def cases(name: str) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in (CASES / name).read_bytes().splitlines()]


@pytest.mark.asyncio
async def test_a_title_that_is_no_line_is_refused_with_words_that_help_and_without_the_text(service: Service) -> None:
    for case in cases("single_line_text.ndjson"):
        refused = await service.post("P57", "/tasks", proposal(title=case["value"]))
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["pointer"]) == (422, "#/title"), case
        assert error["code"] in {"nothing-visible", "line-break", "control-character"}
        assert "Bcc" not in refused.text
        assert "Nguyen" not in refused.text
    broken = await service.post("P57", "/tasks", proposal(product="Cơ sở\ndữ liệu"))
    assert broken.json()["errors"] == [
        {
            "pointer": "#/product",
            "code": "line-break",
            "detail": "Character 6 breaks the line, and the text must be one line; put a blank there",
        }
    ]


@pytest.mark.asyncio
async def test_numbers_of_directives_that_look_the_same_are_one_directive(service: Service) -> None:
    [same] = [case["values"] for case in cases("same_to_the_eye.ndjson") if case["what"] == "directive number"]
    answers = [await service.post("P57", "/directives", DIRECTIVE | {"number": number}) for number in same]
    assert {answer.json()["directive_id"] for answer in answers} == {answers[0].json()["directive_id"]}
    assert {answer.json()["number"] for answer in answers} == {same[0]}
    assert [answer.json()["version"] for answer in answers] == [1] * len(same)


@pytest.mark.asyncio
async def test_titles_of_positions_that_look_the_same_are_one_position(service: Service) -> None:
    [same] = [case["values"] for case in cases("same_to_the_eye.ndjson") if "position" in case["what"]]
    positions = []
    for title in same:
        position = {"title": title, "organisation": "G06"}
        answer = await service.post("P57", "/tasks", proposal(responsible_position=position))
        positions.append(answer.json()["responsible_position"])
    assert positions == [positions[0]] * len(same)
    assert [event.change for event in await service.events() if event.entity_type == "task"] == ["proposed", "assigned"]


@pytest.mark.asyncio
async def test_a_task_is_found_by_what_people_type_and_its_event_carries_the_clean_title(service: Service) -> None:
    for number, case in enumerate(cases("search.ndjson")):
        named = proposal(title=case["title"], external_id=f"NV-{number}", assign=False)
        await service.post("P57", "/tasks", named)
        for query in case["queries"]:
            found = (await service.get("/tasks", q=query))["items"]
            assert [task["code"] for task in found] == [f"NV-{number}"], query
    titles = [event.data["title"] for event in await service.events() if event.entity_type == "task"]
    assert titles == ["Đề án Định danh (chữ Eth)", "Cổng dữ liệu mở", "Số hóa hồ sơ"]


@pytest.mark.asyncio
async def test_a_report_keeps_its_lines_and_loses_what_does_not_show(service: Service) -> None:
    task = await an_assigned_task(service)
    said = {"percent": 40, "text": "Bước\u00a01\u200b:\r\n\r\n  xong\u202e ", "cause": "Thiếu\u00ad vốn"}
    reported = await service.post("G06", f"/tasks/{task}/progress", said)
    assert reported.status_code == 201, reported.text
    [report] = (await service.get(f"/tasks/{task}/reports"))["items"]
    assert (report["text"], report["cause"]) == ("Bước 1:\n\nxong", "Thiếu vốn")
    for unfit in ("\u200b", "Xong\x07", "Xong\ufffe"):
        refused = await service.post("G06", f"/tasks/{task}/progress", said | {"text": unfit})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/text")


@pytest.mark.asyncio
async def test_a_search_for_what_does_not_show_narrows_nothing_and_one_with_a_control_is_refused(
    service: Service,
) -> None:
    await an_assigned_task(service)
    for query in ("", " ", "\u200b\u2060"):
        assert len((await service.get("/tasks", q=query))["items"]) == 1
    refused = await service.http.get(f"{service.prefix}/tasks", params={"q": "Xây\x1b dựng"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "q"


@pytest.mark.asyncio
async def test_a_title_is_as_long_as_it_is_stored(service: Service) -> None:
    decomposed = await service.post("P57", "/tasks", proposal(title="e\u0302\u0301" * 500))
    assert decomposed.json()["title"] == "ế" * 500
    for longer in ("ế" * 501, "\u200b" * 2_001):
        refused = await service.post("P57", "/tasks", proposal(title=longer))
        assert refused.json()["errors"][0]["code"] == "string-too-long"


@pytest.mark.asyncio
async def test_signs_and_blanks_do_not_count_in_a_search(service: Service) -> None:
    title = "Ứng dụng “kỹ thuật” theo 123/QĐ-TTg tại TP.HCM – Hải Phòng"
    await service.post("P57", "/tasks", proposal(title=title, external_id="NV-1", assign=False))
    for query in ("123 QĐ TTg", "kĩ thuật", "tphcm", "Thành phố Hồ Chí Minh Hải Phòng", '"kỹ thuật"', "nv1"):
        assert [task["code"] for task in (await service.get("/tasks", q=query))["items"]] == ["NV-1"], query
    for query in ("ke thuat", "124/QĐ-TTg", "№", "„"):
        assert (await service.get("/tasks", q=query))["items"] == [], query
    assert len((await service.get("/tasks", q="“"))["items"]) == 1, "signs alone are looked for as they are written"
