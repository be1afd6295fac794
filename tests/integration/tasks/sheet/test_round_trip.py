"""A commune's whole week from four plans on one sheet: 92 tasks and 60 periods, filled in and back in one request."""

import asyncio
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.integration.tasks.conftest import Service, proposal
from tests.integration.tasks.filing.filings import WEEKLY, oblige, states
from tests.integration.tasks.sheet.sheets import Answers, filled, get_workbook, send_workbook, sheets_of

pytestmark = pytest.mark.asyncio

COMMUNE, PROVINCE, CENTRE = "25999", "75", "P57"
# By programme: its owner, how many tasks it gives the commune, and how many that are reported each week.
PLANS = {
    "plan": (CENTRE, 40, 20),
    "central-two": (CENTRE, 20, 20),
    "province-one": (PROVINCE, 20, 10),
    "province-two": (PROVINCE, 12, 10),
}
SOFFICE = shutil.which("soffice")


async def a_week_of_a_commune(service: Service) -> None:
    """What four programmes of two bodies ask of one commune."""
    for slug, (owner, tasks, weekly) in PLANS.items():
        if slug != "plan":
            told = {"slug": slug, "name_vi": f"Kế hoạch {slug}", "name_en": slug, "resolution": "57-NQ/TW"}
            made = await service.post(owner, "/programmes", told | {"owner": owner})
            assert made.status_code == 201, made.text
        level = "central" if owner == CENTRE else "province"
        common: dict[str, Any] = {"programme": slug, "assigned_by": level, "assigning_organisation": owner}
        common |= {"lead_organisation": COMMUNE, "source": slug}
        common["responsible_position"] = {"title": "Chủ tịch", "organisation": COMMUNE}
        given = [
            proposal(**common, external_id=f"NV-{number}", title=f"Nhiệm vụ {slug} {number}") for number in range(tasks)
        ]
        given += [
            proposal(
                **common,
                external_id=f"CT-{number}",
                title=f"Chỉ tiêu {slug} {number}",
                kind="recurring",
                recurrence="FREQ=WEEKLY;BYDAY=FR",
                deadline=None,
            )
            for number in range(weekly)
        ]
        headers = service.headers(owner) | {"content-type": "application/x-ndjson"}
        body = b"\n".join(map(orjson.dumps, given))
        answer = (await service.http.post(f"{service.prefix}/tasks/bulk", content=body, headers=headers)).json()
        assert (answer["rejected"], answer["assigned"]) == (0, tasks + weekly), answer
        await oblige(service, WEEKLY, slug=slug, code=owner)


def answers() -> Answers:
    """What an officer writes of each of 152 rows."""
    return {
        "Nhiệm vụ": [{"percent": 10 + place % 80, "text": f"Đã làm việc {place}"} for place in range(92)],
        "Kỳ báo cáo": [{"percent": place, "text": f"Đạt {place} hồ sơ"} for place in range(60)],
    }


async def back_and_seen(service: Service, book: bytes) -> None:
    """The sheet is taken in one request, seen on three levels, and written once."""
    done = await send_workbook(service, book, COMMUNE)
    assert (done["taken"], done["unchanged"], done["refused"], done["conflicts"]) == (152, 0, 0, 0), done["rows"][:3]
    assert {one["programme"] for one in done["filings"]} == set(PLANS)
    for code, asked in (
        (COMMUNE, {}),
        (PROVINCE, {"role": "lead"}),
        (CENTRE, {"role": "assigning"}),
    ):
        headers = service.headers(code)
        params: dict[str, Any] = {"limit": 200, "status": "in_progress", **asked}
        seen = await service.http.get(f"{service.prefix}/own/tasks", params=params, headers=headers)
        reported = [one for one in seen.json()["items"] if one["last_report_at"]]
        assert len(reported) == (100 if code == CENTRE else 152), code
    assert set((await states(service, organisation=PROVINCE)).values()) == {"on_time"}, "the province sees who reported"
    before = len(await service.events())
    service.clock.now += timedelta(hours=1)
    again = await send_workbook(service, book, COMMUNE)
    assert (again["taken"], again["unchanged"], again["conflicts"], again["refused"]) == (0, 152, 0, 0)
    assert len(await service.events()) == before, "the second sending writes nothing"


async def test_152_rows_come_back_in_one_request(service: Service) -> None:
    await a_week_of_a_commune(service)
    book = await get_workbook(service, COMMUNE)
    assert [len(rows) - 2 for rows in sheets_of(book).values()][1:] == [92, 60]
    await back_and_seen(service, filled(book, answers()))


@pytest.mark.long
async def test_a_spreadsheet_program_fills_in_152_rows(service: Service, tmp_path: Path) -> None:
    if SOFFICE is None:
        assert os.environ.get("CI") != "true", "LibreOffice (soffice) is missing"
        pytest.skip("LibreOffice (soffice) is not installed: no spreadsheet program fills in the sheet")
    await a_week_of_a_commune(service)
    written = await _saved_again(await get_workbook(service, COMMUNE), tmp_path / "first")
    names, _, *rows = sheets_of(written)["Nhiệm vụ"]
    assert (names[0], len(rows)) == ("tasks", 92), "a program that opens and saves it keeps the hidden row and columns"
    await back_and_seen(service, await _saved_again(filled(written, answers()), tmp_path / "second"))


async def _saved_again(book: bytes, folder: Path) -> bytes:
    """The workbook as LibreOffice saves it."""
    out = folder / "out"
    out.mkdir(parents=True)
    (folder / "sheet.xlsx").write_bytes(book)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    arguments = ("--headless", profile, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out))
    assert SOFFICE is not None
    program = await asyncio.create_subprocess_exec(SOFFICE, *arguments, str(folder / "sheet.xlsx"))
    assert await program.wait() == 0
    return (out / "sheet.xlsx").read_bytes()
