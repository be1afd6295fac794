"""Every list of the service is a file, too: what it says, narrowed as it is, and as the import takes it."""

import csv
from io import BytesIO, StringIO
from typing import Any

import orjson
import pytest
from python_calamine import CalamineWorkbook
from tests.integration.tasks.conftest import EVERYTHING, Service, proposal
from tests.integration.tasks.value.values import an_indicator

from sixclear.common.bulk.tables import CSV, XLSX
from sixclear.common.spreadsheets.writing import MEDIA_TYPE
from sixclear.common.web.openapi import NDJSON
from sixclear.tasks.export import kinds, listed
from sixclear.tasks.export.kinds import KINDS

pytestmark = pytest.mark.asyncio


async def answer(service: Service, path: str, code: str | None = None, **asked: Any) -> bytes:
    """The file of an export."""
    headers = {} if code is None else service.headers(code)
    got = await service.http.get(f"{service.prefix}{path}", params=asked, headers=headers)
    assert got.status_code == 200, got.text
    assert got.headers["content-disposition"].startswith("attachment; filename=")
    content: bytes = got.content
    return content


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a table, by the headings of their columns."""
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


async def test_each_list_is_a_table_a_file_of_lines_and_a_workbook(service: Service) -> None:
    created = (await service.post("P57", "/tasks", proposal(title="=1+1"))).json()
    assert (await service.post("G06", f"/tasks/{created['task_id']}/progress", {"text": "-x"})).status_code == 201
    for kind in KINDS:
        path = f"/own/exports/{kind.name}" if kind.own else f"/exports/{kind.name}"
        asked = {"task": created["task_id"]} if any(one.name == "task_id" for one in kind.parameters) else {}
        if kind.name == "targets":
            await an_indicator(service)
            asked = {"indicator": "online-filing"}
        table = rows_of(await answer(service, path, "P57", **asked))
        objects = [
            orjson.loads(line) for line in (await answer(service, path, "P57", format="ndjson", **asked)).splitlines()
        ]
        assert len(table) == len(objects), kind
    (row,) = rows_of(await answer(service, "/exports/tasks"))
    assert (row["title"], row["lead_organisation"], row["responsible_position.title"]) == ("'=1+1", "G06", "Cục trưởng")
    (whole,) = [orjson.loads(line) for line in (await answer(service, "/exports/tasks", format="ndjson")).splitlines()]
    assert (whole["title"], whole["task_id"]) == ("=1+1", created["task_id"])
    book = CalamineWorkbook.from_filelike(BytesIO(await answer(service, "/exports/tasks", format="xlsx")))
    (head, only) = book.get_sheet_by_index(0).to_python()
    shown = dict(zip(head, only, strict=True))
    assert (shown["title"], shown["status"], shown["percent"]) == ("=1+1", "in_progress", 0)


async def test_a_list_is_exported_as_the_import_takes_it(service: Service) -> None:
    created = (await service.post("P57", "/tasks", proposal())).json()
    lines = await answer(service, "/own/exports/tasks", "P57", role="assigning", format="ndjson", columns="import")
    headers = service.headers("P57") | {"content-type": "application/x-ndjson"}
    again = (await service.http.post(f"{service.prefix}/tasks/bulk", content=lines, headers=headers)).json()
    assert (again["unchanged"], again["rejected"]) == (1, 0), again
    (row,) = rows_of(await answer(service, "/own/exports/tasks", "P57", role="assigning", columns="import"))
    assert row["deadline"] == created["current_deadline"]
    assert "bucket" not in row


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx"])
async def test_what_was_exported_is_imported_again_and_nothing_is_written(service: Service, form: str) -> None:
    listed = {"programme": "plan", "number": "02-KH/BCĐTW", "issued_on": "2025-06-19", "issuer": "P57"}
    directive = (await service.post("P57", "/directives", {**listed, "title": "Kế hoạch"})).json()
    task = proposal(directive_id=directive["directive_id"], coordinating_organisations=["G01", "75"], title="=Số hóa")
    task_id = (await service.post("P57", "/tasks", task)).json()["task_id"]
    planned = {"title": "Chạy thử", "weight": 3, "deadline": "2025-12-12"}
    assert (await service.post("G06", f"/tasks/{task_id}/milestones", planned)).status_code == 201
    said = {"text": "Đã khảo sát", "percent": 40, "difficulty": "Thiếu máy"}
    assert (await service.post("G06", f"/tasks/{task_id}/progress", said)).status_code == 201
    before = len(await service.events())
    types = {"csv": "text/csv", "ndjson": "application/x-ndjson", "xlsx": MEDIA_TYPE}
    for kind, sender, asked in (
        ("tasks", "P57", {}),
        ("directives", "P57", {}),
        ("reports", "G06", {"task": task_id}),
        ("milestones", "G06", {"task": task_id}),
    ):
        content = await answer(service, f"/exports/{kind}", columns="import", format=form, **asked)
        headers = service.headers(sender, *EVERYTHING, "facts:past") | {"content-type": types[form]}
        again = await service.http.post(f"{service.prefix}/imports/{kind}", content=content, headers=headers)
        assert (again.json()["unchanged"], again.json()["rejected"]) == (1, 0), (kind, again.text)
    assert len(await service.events()) == before


async def test_what_was_exported_is_taken_again_whatever_stands_in_it_and_an_edited_row_is_a_change(
    service: Service,
) -> None:
    described = {"programme": "plan", "number": "2", "issued_on": "2025-06-19", "issuer": "P57", "title": "'=Kế hoạch"}
    directive = described | {"clauses": ["Mục I; ý a", "[2] Mục II"]}
    assert (await service.post("P57", "/directives", directive)).status_code == 201
    task_id = (await service.post("P57", "/tasks", proposal(title="-1", product="'=1"))).json()["task_id"]
    report = {"text": "'-x\nđã xong", "percent": 40}
    assert (await service.post("G06", f"/tasks/{task_id}/progress", report)).status_code == 201
    milestone = {"title": "Khảo sát", "deadline": "2025-12-10", "weight": 3}
    assert (await service.post("G06", f"/tasks/{task_id}/milestones", milestone)).status_code == 201
    written = len(await service.events())
    of_task = {"task": task_id}
    for path, code, asked in (
        ("/exports/directives", "P57", {}),
        ("/own/exports/tasks", "P57", {"role": "assigning"}),
        ("/own/exports/reports", "G06", of_task),
        ("/own/exports/milestones", "G06", of_task),
    ):
        kind = path.rpartition("/")[2]
        for form, media_type in (("csv", CSV), ("xlsx", XLSX), ("ndjson", NDJSON)):
            content = await answer(service, path, code, format=form, columns="import", **asked)
            assert await taken(service, code, kind, content, media_type) == ["unchanged"], (kind, form)
    assert len(await service.events()) == written
    tasks = await answer(service, "/own/exports/tasks", "P57", role="assigning", columns="import")
    service.clock.pass_by(hours=1)
    assert await taken(service, "P57", "tasks", tasks.replace(b"NV-1", b"NV-2"), CSV) == ["rejected"], "another key"
    edited = tasks.replace("Quyết định".encode(), "Đề xuất".encode())
    assert await taken(service, "P57", "tasks", edited, CSV) == ["updated"]


async def taken(service: Service, code: str, kind: str, content: bytes, media_type: str) -> list[str]:
    """What became of the rows of a file."""
    headers = service.headers(code) | {"content-type": media_type}
    path = f"{service.prefix}/imports/{kind}"
    told = (await service.http.post(path, content=content, headers=headers)).json()
    return [one["outcome"] for one in told["items"]]


async def test_what_is_restricted_is_in_no_public_file(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "LONGEST_PAGE", 2)
    for number in range(5):
        kept = "restricted" if number == 4 else "public"
        entry = proposal(external_id=f"NV-{number}", classification=kept)
        assert (await service.post("P57", "/tasks", entry)).status_code == 201
    assert len(rows_of(await answer(service, "/exports/tasks"))) == 4
    assert len(rows_of(await answer(service, "/own/exports/tasks", "P57", role="assigning"))) == 5
    narrowed = await answer(service, "/exports/tasks", external_id="NV-2", source="ministry")
    assert [row["external_id"] for row in rows_of(narrowed)] == ["NV-2"]
    monkeypatch.setattr(listed, "MOST_ROWS", 3)
    refused = await service.http.get(f"{service.prefix}/exports/tasks", params={"format": "xlsx"})
    assert (refused.status_code, refused.json()["code"]) == (422, "too-many-rows")
    unknown = await service.http.get(f"{service.prefix}/exports/tasks", params={"organisation": "X"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "reference-unknown")
