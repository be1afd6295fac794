"""A sheet as people bring it: of odd periods, filled in otherwise than it was meant, with rows taken out or added."""

import re
import zipfile
from io import BytesIO
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.filing.filings import WEEKLY, oblige
from tests.integration.tasks.sheet.sheets import XLSX, get_sheet, get_workbook, send, send_workbook, sheets_of, workbook

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("period", ["0001", "0001-W01", "9999-W52", "0000-Q1"])
async def test_a_period_at_the_end_of_the_calendar_is_refused(service: Service, period: str) -> None:
    path = f"{service.prefix}/own/sheet"
    got = await service.http.get(path, params={"period": period}, headers=service.headers("G06"))
    sent = await service.post("G06", "/own/sheet", {"period": period})
    assert [(one.status_code, one.json()["code"]) for one in (got, sent)] == [(422, "invalid-request")] * 2


async def test_the_same_work_is_at_least_two_tasks_and_at_most_fifty(service: Service) -> None:
    tasks = [str(await an_assigned_task(service, external_id=f"NV-{number}")) for number in range(51)]
    for same in (True, False):
        one = await service.post("G06", "/own/same-work", {"task_ids": [tasks[0], tasks[0]], "same": same})
        assert (one.status_code, one.json()["code"]) == (422, "invalid-request")
    assert (await service.post("G06", "/own/same-work", {"task_ids": tasks[:50]})).is_success
    more = await service.post("G06", "/own/same-work", {"task_ids": tasks[49:]})
    assert (more.status_code, more.json()["errors"][0]["pointer"]) == (422, "#/task_ids")
    assert [len(row["tasks"]) for row in (await get_sheet(service))["tasks"]] == [50, 1]


async def _sent(service: Service, sheets: dict[str, list[list[Any]]]) -> tuple[int, dict[str, Any]]:
    headers = service.headers("G06") | {"Content-Type": XLSX}
    answer = await service.http.post(f"{service.prefix}/own/sheet", content=workbook(sheets), headers=headers)
    return answer.status_code, answer.json()


async def test_no_answer_is_lost_because_the_file_was_arranged_otherwise(service: Service) -> None:
    """Headings taken out and columns moved are read; what can no longer be told apart is refused whole."""
    await oblige(service, WEEKLY)
    task_id = str(await an_assigned_task(service))
    sheets = sheets_of(await get_workbook(service))
    names = sheets["Nhiệm vụ"][0]
    row = dict(zip(names, sheets["Nhiệm vụ"][2], strict=True)) | {"text": "Đã ký", "percent": 40}
    filled = [*sheets["Nhiệm vụ"][:2], list(row.values())]
    whole = len(await service.events())
    arranged: tuple[dict[str, list[list[Any]]], ...] = (
        {**sheets, "Nhiệm vụ": filled[1:]},
        {**{name: rows for name, rows in sheets.items() if name != "Nhiệm vụ"}, "Tuần 49": filled},
        {**sheets, "Hướng dẫn": [["field", "label", "value"], ["programme", "", 5], *sheets["Hướng dẫn"][2:4]]},
        {**sheets, "Hướng dẫn": [*sheets["Hướng dẫn"][:4], ["programme", "", "Không phải mã"]]},
    )
    for broken in arranged:
        status, told = await _sent(service, broken)
        assert (status, told["code"]) == (422, "sheet-not-read"), told
    assert len(await service.events()) == whole, "nor is the period filed"
    moved = [[*one[::-1]] for one in (filled[0], filled[2])]
    _, told = await _sent(service, {**sheets, "Nhiệm vụ": moved})
    assert (told["taken"], len(told["filings"])) == (1, 1), told
    assert (await service.get(f"/tasks/{task_id}"))["percent"] == 40


async def test_a_row_that_stands_twice_with_different_words_is_a_conflict_with_itself(service: Service) -> None:
    task_id = str(await an_assigned_task(service))
    (row,) = (await get_sheet(service))["tasks"]
    same = row | {"answer": {"text": "Đã ký", "percent": 40}}
    other = row | {"answer": {"text": "Chưa ký", "percent": 30}}
    done = await send(service, {"period": "2025-W49", "tasks": [same, other, same]})
    assert [one["outcome"] for one in done["rows"]] == ["taken", "conflict", "unchanged"], done
    assert (await service.get(f"/tasks/{task_id}"))["percent"] == 40


async def test_more_than_a_thousand_rows_of_a_kind_are_refused_whole(service: Service) -> None:
    await an_assigned_task(service)
    sheets = sheets_of(await get_workbook(service))
    row = ["0" * 8 + "-0000-4000-8000-" + "0" * 12] * 2 + ["", "", "x", "", "Đã báo cáo"]
    urges = [["id", "task", "task_title", "said_by", "text", "answer_by", "answer"], [""], *[row] * 1_001]
    status, told = await _sent(service, {**sheets, "Đôn đốc": urges})
    assert (status, told["code"]) == (422, "sheet-too-long")
    # A row that cannot be read counts, too.
    status, told = await _sent(service, {**sheets, "Đôn đốc": [urges[0], [""], *[["x", *row[1:]]] * 5_001]})
    assert (status, told["code"]) == (422, "sheet-too-long")


async def test_a_sheet_of_a_week_to_come_may_be_sent_twice(service: Service) -> None:
    await an_assigned_task(service)
    book = sheets_of(await get_workbook(service, period="2025-W52"))
    names = book["Nhiệm vụ"][0]
    row = dict(zip(names, book["Nhiệm vụ"][2], strict=True)) | {"text": "Đã ký", "percent": 40}
    back = workbook({**book, "Nhiệm vụ": [*book["Nhiệm vụ"][:2], list(row.values())]})
    assert (await send_workbook(service, back))["taken"] == 1
    before = len(await service.events())
    assert (await send_workbook(service, back))["unchanged"] == 1
    assert len(await service.events()) == before


async def test_a_share_that_is_typed_stays_what_was_typed(service: Service) -> None:
    """`100%` in a cell of no format is 1 to a spreadsheet program, and would be taken for one percent."""
    await an_assigned_task(service)
    with zipfile.ZipFile(BytesIO(await get_workbook(service))) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    style = int(re.findall(r'<c r="K3" s="(\d+)"', sheet)[0])
    formats = re.findall(r'<xf [^>]*numFmtId="(\d+)"', styles.partition("<cellXfs")[2])
    assert formats[style] == "49", "text"
