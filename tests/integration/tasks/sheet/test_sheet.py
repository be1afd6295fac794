"""All that a body owes for a week on one sheet: filled in, sent back whole, twice, and by several of the body."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.filing.filings import WEEKLY, oblige, states, told
from tests.integration.tasks.sheet.sheets import (
    WEEK,
    XLSX,
    Answers,
    filled,
    get_sheet,
    get_workbook,
    send,
    send_workbook,
    sheets_of,
)

pytestmark = pytest.mark.asyncio


async def three_tasks(service: Service) -> list[str]:
    """Two tasks of G06, and one that is reported each week."""
    weekly = {"kind": "recurring", "recurrence": "FREQ=WEEKLY;BYDAY=FR", "deadline": None}
    given: list[dict[str, Any]] = [{"title": "Nhiệm vụ một"}, {"title": "Nhiệm vụ hai"}, weekly]
    return [str(await an_assigned_task(service, external_id=f"NV-{number}", **one)) for number, one in enumerate(given)]


async def test_a_sheet_is_filled_in_and_sent_back_and_the_second_time_writes_nothing(service: Service) -> None:
    first, _, _ = await three_tasks(service)
    await oblige(service, WEEKLY)
    assert (await service.post("G06", f"/tasks/{first}/progress", {"text": "Tuần trước", "percent": 20})).is_success
    service.clock.now = service.clock.now.replace(day=9)
    sheet = await get_sheet(service, period="2025-W50")
    assert [row["tasks"][0]["title"] for row in sheet["tasks"]] == ["Nhiệm vụ một", "Nhiệm vụ hai"]
    assert (sheet["tasks"][0]["last"]["text"], sheet["tasks"][0]["answer"]) == ("Tuần trước", None)
    answers = {
        "Nhiệm vụ": [{"percent": "40%", "text": "Đã khảo sát", "expected_on": "19/12/2025"}, {"no_change": "x"}],
        "Kỳ báo cáo": [{"text": "Đã tổng hợp"}],
    }
    back = filled(await get_workbook(service, period="2025-W50"), answers)
    done = await send_workbook(service, back)
    assert [done[name] for name in ("taken", "unchanged", "conflicts", "refused", "untouched")] == [2, 0, 0, 0, 1], done
    assert [one["programme"] for one in done["filings"]] == ["plan"]
    assert ("filed", "2025-W50") in await told(service)
    assert (await states(service))["G06 2025-W50"] == "on_time"
    shown = await service.get(f"/tasks/{first}")
    assert (shown["percent"], shown["expected_on"]) == (40, "2025-12-19")
    before = len(await service.events())
    again = await send_workbook(service, back)
    assert [again[name] for name in ("taken", "unchanged", "conflicts", "refused")] == [0, 2, 0, 0], again
    assert len(await service.events()) == before, "the second sending writes nothing"
    now = await get_sheet(service, period="2025-W50")
    assert (now["tasks"][0]["answer"]["text"], now["tasks"][0]["last"]["text"]) == ("Đã khảo sát", "Tuần trước")
    assert [row["no_change"] for row in now["tasks"]] == [False, True]
    whole = await send(service, now)
    assert (whole["taken"], whole["unchanged"], whole["untouched"]) == (0, 0, 3), "sent back as it was got"
    assert len(await service.events()) == before


async def test_what_another_changed_meanwhile_is_told_at_its_cell_and_the_rest_is_taken(service: Service) -> None:
    first, second, _ = await three_tasks(service)
    book = await get_workbook(service)
    assert (await service.post("G06", f"/tasks/{first}/progress", {"text": "Từ trang mạng", "percent": 30})).is_success
    extended = {"deadline": "2026-01-15", "reason": "Chờ văn bản"}
    assert (await service.post("P57", f"/tasks/{second}/extend", extended)).is_success
    answers = {"Nhiệm vụ": [{"text": "Từ bảng tính", "percent": 50}, {"text": "Đã ký", "percent": 60}]}
    done = await send_workbook(service, filled(book, answers))
    assert (done["taken"], done["conflicts"]) == (1, 1), done
    conflict = next(row for row in done["rows"] if row["outcome"] == "conflict")
    assert (conflict["sheet"], conflict["row"]) == ("Nhiệm vụ", 3)
    at = {one["column"]: (one["cell"], one["came"], one["now"]) for one in conflict["problems"]}
    assert at == {"percent": ("K3", 50, 30), "text": ("L3", "Từ bảng tính", "Từ trang mạng")}
    assert (await service.get(f"/tasks/{first}"))["percent"] == 30
    assert (await service.get(f"/tasks/{second}"))["percent"] == 60, "that it was extended meanwhile does not matter"


async def test_work_that_several_plans_ask_for_is_one_row(service: Service) -> None:
    other = {"slug": "second", "name_vi": "Kế hoạch hai", "name_en": "Second", "resolution": "57-NQ/TW", "owner": "P57"}
    assert (await service.post("P57", "/programmes", other)).status_code == 201
    first = str(await an_assigned_task(service, title="Số hóa hồ sơ đất đai"))
    second = await an_assigned_task(service, title="SỐ HÓA hồ sơ  đất đai", programme="second", external_id="B")
    (proposed,) = (await get_sheet(service))["same_work_proposed"]
    assert set(proposed["task_ids"]) == {first, str(second)}
    said = {"task_ids": proposed["task_ids"]}
    refused = await service.post("G01", "/own/same-work", said)
    assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    for _ in range(2):
        assert (await service.post("G06", "/own/same-work", said)).json()["same"] is True
    sheet = await get_sheet(service)
    (row,) = sheet["tasks"]
    assert (len(row["tasks"]), sheet["same_work_proposed"]) == (2, [])
    answers = {"Nhiệm vụ": [{"text": "Đã quét 1.200 hồ sơ", "percent": 35}]}
    done = await send_workbook(service, filled(await get_workbook(service), answers))
    assert (done["taken"], len(done["rows"])) == (1, 1), "one row, one answer"
    assert [(await service.get(f"/tasks/{one}"))["percent"] for one in (first, second)] == [35, 35]
    assert (await service.post("G06", "/own/same-work", {**said, "same": False})).is_success
    apart = await get_sheet(service)
    assert (len(apart["tasks"]), apart["same_work_proposed"]) == (2, []), "nor is it proposed again"


async def test_milestones_urges_evidence_and_decisions_are_answered_on_the_sheet(service: Service) -> None:
    task_id, second, _ = await three_tasks(service)
    planned = {"title": "Chạy thử", "deadline": "2025-12-05"}
    assert (await service.post("G06", f"/tasks/{task_id}/milestones", planned)).status_code == 201
    urging = {"kind": "urging", "text": "Đề nghị báo cáo"}
    urge = (await service.post("P57", f"/tasks/{task_id}/urges", urging)).json()
    wrong = {"title": "Bản nháp", "url": "https://example.invalid/nhap.pdf"}
    attached = (await service.post("G06", f"/tasks/{second}/evidence", wrong)).json()
    reason = {"reason": "Chưa ký"}
    assert (await service.post("P57", f"/evidence/{attached['evidence_id']}/refuse", reason)).is_success
    asked = {"kind": "extension", "reason": "Chờ thiết bị", "deadline": "2026-07-15"}
    decision = (await service.post("G06", f"/tasks/{second}/decisions", asked)).json()
    link = {"title_of_evidence": "Biên bản", "url": "https://example.invalid/bb.pdf"}
    answers: Answers = {"Mốc": [link], "Đôn đốc": [{"answer": "Đã báo cáo hôm nay"}], "Minh chứng": [link]}
    back = filled(await get_workbook(service), answers)
    done = await send_workbook(service, back)
    assert (done["taken"], done["refused"], done["conflicts"]) == (3, 0, 0), done
    assert (await service.get(f"/urges/{urge['urge_id']}"))["state"] == "answered"
    (milestone,) = (await service.get(f"/tasks/{task_id}/milestones"))["items"]
    assert milestone["reached_at"] is not None
    word: Answers = {"Chờ quyết định": [{"outcome": "Không đồng ý", "word": "Đã đủ thời gian"}]}
    from_owner = filled(await get_workbook(service, "P57"), word)
    headers = service.headers("P57", "tasks:report") | {"Content-Type": XLSX}
    without = await service.http.post(f"{service.prefix}/own/sheet", content=from_owner, headers=headers)
    assert without.json()["rows"][0]["problems"][0]["code"] == "insufficient-scope"
    assert (await send_workbook(service, from_owner, "P57"))["taken"] == 1
    assert (await service.get(f"/decisions/{decision['decision_id']}"))["state"] == "refused"
    before = len(await service.events())
    for book, code, count in ((back, "G06", 3), (from_owner, "P57", 1)):
        again = await send_workbook(service, book, code)
        assert (again["taken"], again["unchanged"], again["conflicts"]) == (0, count, 0), again
    assert len(await service.events()) == before
    other = filled(back, {"Đôn đốc": [{"answer": "Khác"}]})
    (conflict,) = [row for row in (await send_workbook(service, other))["rows"] if row["outcome"] == "conflict"]
    assert (conflict["sheet"], conflict["problems"][0]["now"]) == ("Đôn đốc", "Đã báo cáo hôm nay")


async def test_what_cannot_be_taken_is_named_at_its_cell_and_stops_nothing(service: Service) -> None:
    first, second, _ = await three_tasks(service)
    book = await get_workbook(service)
    answers: Answers = {
        "Nhiệm vụ": [{"percent": 140, "text": "x"}, {"percent": 60}],
        "Kỳ báo cáo": [{"text": "Đã tổng hợp"}],
    }
    done = await send_workbook(service, filled(book, answers))
    assert (done["taken"], done["refused"], done["filings"]) == (1, 2, []), "no programme asks for a filing"
    problems = [row["problems"][0] for row in done["rows"] if row["outcome"] == "refused"]
    assert [(one["cell"], one["code"]) for one in problems] == [("K3", "invalid"), ("L4", "missing")]
    assert [(await service.get(f"/tasks/{one}"))["percent"] for one in (first, second)] == [0, 0]
    # A row whose identifier is that of another body's task is refused as one that is not there.
    strange = str(await an_assigned_task(service, external_id="X", lead_organisation="G01"))
    row = {"tasks": [{"task_id": strange}], "answer": {"text": "Không phải của tôi"}}
    (refused,) = (await send(service, {"period": "2025-W49", "tasks": [row]}))["rows"]
    assert (refused["outcome"], refused["problems"][0]["code"]) == ("refused", "task-not-found")


async def test_a_file_that_is_no_sheet_of_this_body_is_refused_whole(service: Service) -> None:
    await three_tasks(service)
    book = await get_workbook(service)
    path = f"{service.prefix}/own/sheet"
    for content, code, kind, status, problem in (
        (book, "G01", XLSX, 422, "sheet-not-read"),
        (b"no workbook", "G06", XLSX, 422, "workbook-unreadable"),
        (b"{", "G06", "application/json", 400, "malformed-request"),
        (b'{"period": "2025-W60"}', "G06", "application/json", 422, "invalid-request"),
        (b'{"period": "2025-W49", "task": []}', "G06", "application/json", 422, "invalid-request"),
        (b"a;b", "G06", "text/csv", 415, "unsupported-media-type"),
    ):
        headers = service.headers(code) | {"Content-Type": kind}
        answer = await service.http.post(path, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, problem), answer.text
    unknown = await service.http.get(path, params={"period": "2025-W60"}, headers=service.headers("G06"))
    assert (unknown.status_code, unknown.json()["errors"][0]["parameter"]) == (422, "period")
    guide = dict(row[1:] for row in sheets_of(book)["Hướng dẫn"][2:5])
    assert (guide["Đơn vị"], guide["Kỳ"]) == ("G06", "2025-W49")


async def test_evidence_that_was_not_refused_has_no_other_piece_put_in_its_place(service: Service) -> None:
    task_id, *_ = await three_tasks(service)
    link = {"title": "Biên bản", "url": "https://example.invalid/bb.pdf"}
    attached = (await service.post("G06", f"/tasks/{task_id}/evidence", link)).json()
    other = {"title": "Biên bản 2", "url": "https://example.invalid/bb-2.pdf"}
    row = {"evidence_id": attached["evidence_id"], "task_id": task_id, "answer": other}
    before = len(await service.events())
    done = await send(service, {"period": WEEK, "evidence": [row]})
    assert (done["taken"], done["rows"][0]["problems"][0]["code"]) == (0, "transition-not-allowed")
    assert len(await service.events()) == before
