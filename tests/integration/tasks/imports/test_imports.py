"""An officer's file comes in: each row by the rules of the single route, each fault named at its cell."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from tests.integration.tasks.conftest import Service, proposal

from sixclear.common.bulk.tables import CSV, XLSX
from sixclear.common.testing.service import CommitFails
from sixclear.common.web.openapi import NDJSON
from sixclear.tasks.imports.rules import COLUMNS

TASK = {
    "programme": "plan",
    "title": "Xây dựng cơ sở dữ liệu",
    "source": "excel",
    "assigned_by": "Trung ương",
    "assigning_organisation": "P57",
    "lead_organisation": "G06",
    "responsible_position.title": "Cục trưởng",
    "responsible_position.organisation": "G06",
    "product": "Cơ sở dữ liệu vận hành",
    "authority": "Quyết định trong phạm vi được giao",
    "deadline": "15/12/2025",
    "assign": "Có",
}


def heading(kind: Any, name: str) -> str:
    return next(one.heading for one in COLUMNS[kind].columns if one.name == name)


def as_csv(kind: str, rows: Sequence[dict[str, Any]], separator: str = ";", mark: str = "\ufeff") -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow([heading(kind, name) for name in names])
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return (mark + text.getvalue()).encode()


def as_xlsx(kind: str, rows: Sequence[dict[str, Any]], path: Path) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Nhiệm vụ")
        sheet.write_row(0, 0, [heading(kind, name) for name in names])
        for place, row in enumerate(rows, 1):
            sheet.write_row(place, 0, [row.get(name) for name in names])
    return path.read_bytes()


async def send(
    service: Service, kind: str, content: bytes, media_type: str = CSV, code: str = "P57", query: str = ""
) -> httpx2.Response:
    headers = service.headers(code) | {"Content-Type": media_type}
    return await service.http.post(f"{service.prefix}/imports/{kind}{query}", content=content, headers=headers)


async def told(service: Service, kind: str, content: bytes, *rest: Any, **more: Any) -> dict[str, Any]:
    answer = await send(service, kind, content, *rest, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def faults(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    wrong = [one for one in answer["items"] if one["outcome"] == "rejected"]
    return [(one["row"], one["problem"]["column"], one["problem"]["came"], one["problem"]["code"]) for one in wrong]


# So many rows, of which a transaction takes so many here: the file is a job.
COUNT, AT_ONCE = 96, 40


@pytest.fixture(autouse=True)
def _few_at_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.app.state.service_state.own, "bulk_tasks", AT_ONCE)


# By what an officer did: the cells that are wrong, and the code and the heading that the answer names.
WRONG: Sequence[tuple[dict[str, Any], str, str]] = (
    ({"deadline": "31/2/2026"}, "invalid", "deadline"),
    ({"deadline": "1/12/2025"}, "deadline-in-past", "deadline"),
    ({"lead_organisation": "G99"}, "reference-unknown", "lead_organisation"),
    ({"title": ""}, "invalid", "title"),
    ({"title": "x" * 501}, "invalid", "title"),
    ({"assigned_by": "Cấp huyện"}, "invalid", "assigned_by"),
    ({"assigned_by": "Cấp xã"}, "level-mismatch", "assigned_by"),
    ({"product": ""}, "six-clears-missing", "product"),
    ({"programme": "de-an-07"}, "reference-unknown", "programme"),
    ({"assign": "có lẽ"}, "invalid", "assign"),
    ({"if_match": '"1.7"'}, "stale-version", "if_match"),
    ({"task_id": "NV-1"}, "invalid", "task_id"),
)


def officers_rows(count: int, wrong: int) -> tuple[list[dict[str, Any]], dict[int, tuple[str, str]]]:
    """Rows of which so many are wrong, spread over the file; by their place what is told of them."""
    rows = [TASK | {"external_id": f"NV-{number}", "task_id": "", "if_match": ""} for number in range(count)]
    faults: dict[int, tuple[str, str]] = {}
    for number in range(wrong):
        place = number * count // wrong
        cells, code, name = WRONG[number % len(WRONG)]
        rows[place] |= cells
        faults[place] = (code, name)
    return rows, faults


def as_lines(rows: Sequence[dict[str, Any]]) -> bytes:
    """The same as NDJSON, as a program writes it."""
    columns = {one.name: one for one in COLUMNS["tasks"].columns}
    items = []
    for row in rows:
        item: dict[str, Any] = {}
        for name, cell in row.items():
            if cell != "":
                outer, dot, inner = name.partition(".")
                value = columns[name].value_of(cell)
                item = item | ({outer: item.get(outer, {}) | {inner: value}} if dot else {name: value})
        items.append(json.dumps(item))
    return "\n".join(items).encode()


async def ended(service: Service, address: str, tries: int = 30) -> dict[str, Any]:
    """The job when it has ended; a slow machine may need several tries for a chunk."""
    for _ in range(tries):
        while await service.app.state.service_state.jobs.work_once():
            pass
        job: dict[str, Any] = (await service.http.get(address, headers=service.headers("P57"))).json()
        if job["finished_at"] is not None:
            return job
        service.clock.pass_by(seconds=30)
    raise AssertionError("the job did not end")


async def worked(service: Service, answer: httpx2.Response) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The job that the file became, when it has ended, and its results."""
    assert answer.status_code == 202, answer.text
    address = answer.headers["location"]
    return await ended(service, address), await results_of(service, address)


async def results_of(service: Service, address: str) -> list[dict[str, Any]]:
    result = await service.http.get(f"{address}/result", headers=service.headers("P57"))
    assert "attachment" in result.headers["content-disposition"]
    return [json.loads(line) for line in result.text.splitlines()]


@pytest.mark.asyncio
@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson"])
async def test_each_wrong_row_of_an_officers_file_is_named_at_its_cell(
    service: Service, form: str, tmp_path: Path
) -> None:
    rows, wrong = officers_rows(COUNT, 24)
    media = {"csv": CSV, "xlsx": XLSX, "ndjson": NDJSON}[form]
    content = {
        "csv": lambda: as_csv("tasks", rows),
        "xlsx": lambda: as_xlsx("tasks", rows, tmp_path / "nhiem-vu.xlsx"),
        "ndjson": lambda: as_lines(rows),
    }[form]()
    before = len(await service.events())
    job, items = await worked(service, await send(service, "tasks", content, media, query="?mode=atomic"))
    assert (job["state"], job["nothing_written"], job["outcomes"]["rejected"]) == ("finished", True, 24)
    assert len(await service.events()) == before
    job, items = await worked(service, await send(service, "tasks", content, media))
    assert job["outcomes"] == {"created": COUNT - 24, "updated": 0, "unchanged": 0, "rejected": 24}
    for place, (code, name) in wrong.items():
        problem = items[place]["problem"]
        column = name if form == "ndjson" else heading("tasks", name)
        assert (problem["code"], problem["column"]) == (code, column), (place, problem)
        came = rows[place][name]
        assert problem["came"] == (None if came == "" or name == "if_match" else said(problem["came"], came, form))
        assert items[place]["row" if form != "ndjson" else "line"] == place + (2 if form != "ndjson" else 1)
        assert items[place]["sheet"] == ("Nhiệm vụ" if form == "xlsx" else None)
    written = len(await service.events())
    job, items = await worked(service, await send(service, "tasks", content, media))
    assert job["outcomes"] == {"created": 0, "updated": 0, "unchanged": COUNT - 24, "rejected": 24}
    assert len(await service.events()) == written


def said(told: str, came: str, form: str) -> str:
    """What the answer repeats of a cell: its beginning; of NDJSON as the program wrote it."""
    assert len(told) <= 80
    if form == "ndjson":
        return told
    return came if len(came) <= 80 else came[:79] + "…"


@pytest.mark.asyncio
async def test_a_file_that_was_cancelled_or_killed_says_where_it_stands_and_goes_on(service: Service) -> None:
    rows, _ = officers_rows(COUNT, 0)
    content = as_csv("tasks", rows)
    jobs, before = service.app.state.service_state.jobs, len(await service.events())
    address = (await send(service, "tasks", content)).headers["location"]
    with service.commits_fail(), pytest.raises(CommitFails):
        await jobs.work_once()
    assert len(await service.events()) == before
    while not (await service.http.get(address, headers=service.headers("P57"))).json()["done"]:
        await jobs.work_once()
        service.clock.pass_by(seconds=30)
    headers = service.headers("P57")
    other = await service.http.post(f"{address}/cancel", json={}, headers=service.headers("G06"))
    assert (other.status_code, other.json()["code"]) == (404, "job-not-found")
    stopped = (await service.http.post(f"{address}/cancel", json={}, headers=headers)).json()
    assert stopped["state"] == "stopped"
    assert stopped["cancelled_at"]
    assert 0 < stopped["done"] < COUNT
    assert (
        await ended(service, address) == (await service.http.post(f"{address}/cancel", json={}, headers=headers)).json()
    )
    result = (await service.http.get(f"{address}/result", params={"format": "csv"}, headers=headers)).text
    told = list(csv.DictReader(io.StringIO(result.removeprefix("\ufeff"))))
    assert [(one["row"], one["outcome"]) for one in told[:2]] == [("2", "created"), ("3", "created")]
    assert len(told) == stopped["done"]
    job, _ = await worked(service, await send(service, "tasks", content))
    assert job["outcomes"]["unchanged"] == stopped["done"]
    assert job["outcomes"]["created"] == COUNT - stopped["done"]


@pytest.mark.asyncio
async def test_all_or_nothing_takes_a_large_file_that_is_right_and_stops_where_that_changes(service: Service) -> None:
    rows, _ = officers_rows(COUNT, 0)
    mine = proposal(source="excel", external_id=rows[-1]["external_id"])
    rows[-1]["if_match"] = (await service.post("P57", "/tasks", mine)).headers["etag"]
    address = (await send(service, "tasks", as_csv("tasks", rows), query="?mode=atomic")).headers["location"]
    jobs, headers = service.app.state.service_state.jobs, service.headers("P57")
    for _ in range(30):
        await jobs.work_once()
        job = (await service.http.get(address, headers=headers)).json()
        if not job["nothing_written"]:
            break
        service.clock.pass_by(seconds=30)
    assert (job["atomic"], job["state"]) == (True, "running")
    assert (await service.post("P57", "/tasks", mine | {"title": "Tên khác"})).status_code == 200
    job = await ended(service, address)
    assert (job["state"], job["cancelled_at"], job["done"] < COUNT) == ("stopped", None, True)
    again, _ = await worked(service, await send(service, "tasks", as_csv("tasks", rows[:-1]), query="?mode=atomic"))
    assert (again["state"], again["nothing_written"], again["outcomes"]["rejected"]) == ("finished", False, 0)
    assert again["outcomes"]["created"] + again["outcomes"]["unchanged"] == COUNT - 1


@pytest.mark.asyncio
async def test_signs_that_no_text_may_hold_are_told_at_their_row(service: Service) -> None:
    row = TASK | {"external_id": "NV-1", "title": "a\0b"}
    assert faults(await told(service, "tasks", as_csv("tasks", [row]))) == [
        (2, heading("tasks", "title"), "a\ufffdb", "invalid")
    ]
    key = TASK | {"external_id": "NV\0-1"}
    assert [code for *_, code in faults(await told(service, "tasks", as_csv("tasks", [key])))] == ["invalid"]
    lines = [b'{"title": "a\\u0000b"}', b'\x1f{"sheet": null, "cells": {"x": 1}, "beside": false}', b"\n\x1f[]"]
    for content in (*lines, b"[%b]" % lines[2]):
        answer = await send(service, "tasks", content, NDJSON)
        assert answer.status_code in (200, 400), answer.text
        assert answer.status_code == 400 or answer.json()["rejected"] == 1


@pytest.mark.asyncio
async def test_a_workbook_with_macros_is_refused_with_how_to_save_it(service: Service, tmp_path: Path) -> None:
    content = as_xlsx("tasks", [TASK], tmp_path / "a.xlsx")
    with_macros = io.BytesIO(content)
    with zipfile.ZipFile(with_macros, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"Sub AutoOpen")
    for sent, code in ((with_macros.getvalue(), "file-has-macros"), (content[:500], "workbook-unreadable")):
        answer = await send(service, "tasks", sent, XLSX)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    unnamed = await send(service, "tasks", b"Ten;So\n1;2\n")
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "columns-unknown")
    text = await send(service, "tasks", content)
    assert (text.status_code, text.json()["code"]) == (400, "malformed-request")
