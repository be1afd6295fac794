"""The tasks of a programme as a table: labels of its own fields, and of what is not public only for those concerned."""

import asyncio
import csv
from io import StringIO
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, proposal, statements
from tests.integration.tasks.programme.test_own_fields import VALUES, patch, with_fields
from tests.integration.tasks.programme.test_work_groups import GROUPS

from sixclear.common.access_log import list_readings
from sixclear.tasks.export import routes
from sixclear.tasks.export import service as exporting

pytestmark = pytest.mark.asyncio

PUBLIC = ["Mã xã", "Chi phí (triệu đồng)", "Ngày khai trương", "Giai đoạn"]
INSIDE = ["Khẩn", "Đơn vị phối hợp", "Trang"]


async def table(
    service: Service, path: str = "/programmes/plan/tasks/export", code: str | None = None, **asked: Any
) -> list[dict[str, str]]:
    """The rows of an export, by the headings of their columns."""
    headers = {} if code is None else service.headers(code)
    answer = await service.http.get(f"{service.prefix}{path}", params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="plan.csv"'
    text = answer.content.decode("utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(text, newline="")))


async def test_public_fields_are_exported_with_their_labels(service: Service) -> None:
    await with_fields(service)
    created = await service.post("P57", "/tasks", proposal(own_fields=VALUES))
    (row,) = await table(service)
    assert list(row)[-4:] == PUBLIC
    assert [row[name] for name in PUBLIC] == ["00004", "12.5", "2026-03-01", "Thử nghiệm"]
    assert (row["task_id"], row["status"], row["bucket"]) == (created.json()["task_id"], "assigned", "in_term")
    assert (row["lead_organisation"], row["current_deadline"]) == ("Bộ Khoa học và Công nghệ", "2025-12-15T10:00:00Z")
    (english,) = await table(service, language="en")
    assert (english["Commune code"], english["lead_organisation"]) == ("00004", "Science")


async def test_what_is_not_public_is_exported_to_the_bodies_concerned(service: Service) -> None:
    await with_fields(service)
    assert (await service.post("P57", "/tasks", proposal(own_fields=VALUES))).is_success
    kept = proposal(external_id="NV-2", classification="restricted", own_fields=VALUES)
    assert (await service.post("P57", "/tasks", kept)).is_success
    assert len(await table(service)) == 1
    own = "/own/programmes/plan/tasks/export"
    rows = await table(service, own, "G06")
    assert [[row[name] for name in INSIDE] for row in rows] == [["Có", "Bộ Công an", "https://example.invalid/x"]] * 2
    assert await table(service, own, "G01") == []
    assert len(await table(service, own, "P57", role="assigning")) == 2
    refused = await service.http.get(f"{service.prefix}{own}")
    assert refused.status_code == 401
    async with service.database.session() as session:
        read = await list_readings(session, limit=10)
    assert "exportOwnTasks" in {one.operation for one in read}


async def test_an_export_is_narrowed_and_read_in_parts(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await with_fields(service)
    for number in range(5):
        values = {"cost": number, "stage": "trial" if number % 2 else "full"}
        assert (await service.post("P57", "/tasks", proposal(external_id=f"NV-{number}", own_fields=values))).is_success
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    rows = await table(service)
    assert sorted(row[PUBLIC[1]] for row in rows) == ["0", "1", "2", "3", "4"]
    assert [row["task_id"] for row in rows] == sorted(row["task_id"] for row in rows)
    narrowed = await table(service, own_field="stage:trial", status="assigned")
    assert sorted(row[PUBLIC[1]] for row in narrowed) == ["1", "3"]
    for asked, code in (
        ({"own_field": "colour:red"}, "own-fields-invalid"),
        ({"organisation": "X"}, "reference-unknown"),
    ):
        answer = await service.http.get(f"{service.prefix}/programmes/plan/tasks/export", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    missing = await service.http.get(f"{service.prefix}/programmes/none/tasks/export")
    assert missing.json()["code"] == "programme-not-found"
    monkeypatch.setattr(exporting, "AT_ONCE", 200)
    with statements(service) as sent:
        await table(service)
    assert len(sent) < 8, "a part is a few statements, however many tasks are in it"


async def test_a_title_is_no_formula_and_a_group_has_its_label(service: Service) -> None:
    assert (await patch(service, "/programmes/plan", {"work_groups": GROUPS})).is_success
    created = await service.post("P57", "/tasks", proposal(title="=1+1"))
    asked = {"kind": "regrouping", "reason": "Sắp xếp", "work_group": "the-che-2"}
    decision = (await service.post("G06", f"/tasks/{created.json()['task_id']}/decisions", asked)).json()
    granted = await service.post("P57", f"/decisions/{decision['decision_id']}/decide", {"outcome": "granted"})
    assert granted.is_success, granted.text
    (row,) = await table(service)
    assert (row["title"], row["work_group"]) == ("'=1+1", "Quy trình")


async def test_no_more_than_a_few_tables_are_written_at_the_same_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        assert (await service.post("P57", "/tasks", proposal(external_id=f"NV-{number}"))).is_success
    begun, go, next_part = asyncio.Event(), asyncio.Event(), exporting.next_part

    async def slow(*asked: Any) -> exporting.Part:
        if asked[-1] is not None:
            begun.set()
            await go.wait()
        return await next_part(*asked)

    monkeypatch.setattr(exporting, "AT_ONCE", 1)
    monkeypatch.setattr(exporting, "next_part", slow)
    monkeypatch.setattr(routes, "MOST_AT_ONCE", 1)
    first = asyncio.create_task(table(service))
    await begun.wait()
    refused = await service.http.get(f"{service.prefix}/programmes/plan/tasks/export")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), refused.text
    assert refused.headers["retry-after"] == "5"
    go.set()
    assert len(await first) == 2
    assert len(await table(service)) == 2
