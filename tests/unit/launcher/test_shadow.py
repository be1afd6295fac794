"""Beside the other system: every figure that differs is named, and what is not known is neither same nor different."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over.shadow import at_path, shadow

pytestmark = [pytest.mark.asyncio]

STATUS = {
    "tasks": {"total": 1287, "completed": 601, "overdue": 104, "completed_late": None},
    "rates_percent": {"on_time": 93.25},
    "periods": None,
}
OF_WARD = {"tasks": {"total": 92, "completed": 40, "overdue": 2}}
FIGURES = {"Tổng": "tasks.total", "Xong": "tasks.completed", "Quá hạn": "tasks.overdue"}


def answered(request: httpx2.Request) -> httpx2.Response:
    asked = dict(request.url.params)
    if asked.get("organisation") == "nowhere":
        return httpx2.Response(422, json={"code": "reference-unknown", "detail": "No organisation has this code."})
    return httpx2.Response(200, json=OF_WARD if asked.get("organisation") == "00004" else STATUS)


async def run(folder: Path, name: str, content: str, **plan: Any) -> tuple[int, list[str], list[httpx2.Request]]:
    (folder / "mapping.json").write_text(json.dumps(plan), encoding="utf-8")
    (folder / name).write_text(content, encoding="utf-8")
    said: list[str] = []
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return answered(request)

    options = Namespace(files=[folder / name], mapping=folder / "mapping.json")
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://here") as client:
        return await shadow(options, client, said.append), said, asked


async def test_every_figure_that_differs_is_listed(tmp_path: Path) -> None:
    table = "Đơn vị;Tổng;Xong;Quá hạn;Ghi chú\n;1.287;601;105;x\nPhường Ba Đình;92;40;2;\n"
    plan = {"columns": {"organisation": "Đơn vị"}, "organisations": {"Phường Ba Đình": "00004"}, "decimal": ","}
    code, said, asked = await run(tmp_path, "old.csv", table, figures=FIGURES, narrowed={"reach": "national"}, **plan)
    assert said == [
        "differs: Quá hạn (reach national): there 105, here 104 [old.csv row 2]",
        "5 same, 1 differs, 0 not known, 0 not compared",
    ]
    assert (code, len(asked)) == (1, 2), "what is asked about one body is asked once"


async def test_what_is_not_known_stays_not_known(tmp_path: Path) -> None:
    lines = '{"f": "late", "v": 0}\n{"f": "missing", "v": 0}\n{"f": "done", "v": "-"}\n{"f": "rate", "v": "93.25%"}\n'
    paths = {"late": "tasks.completed_late", "missing": "periods.missing", "done": "tasks.completed"}
    plan = {"figures": paths | {"rate": "rates_percent.on_time"}, "columns": {"figure": "f", "value": "v"}}
    code, said, _ = await run(tmp_path, "old.ndjson", lines, **plan)
    assert code == 2
    assert said == [
        "not known: late (the whole country): there 0, here not known [old.ndjson line 1]",
        "not known: missing (the whole country): there 0, here not known [old.ndjson line 2]",
        "not known: done (the whole country): there not known, here 601 [old.ndjson line 3]",
        "1 same, 0 differs, 3 not known, 0 not compared",
    ]


async def test_nothing_that_differs_ends_with_zero(tmp_path: Path) -> None:
    code, said, asked = await run(tmp_path, "old.csv", "as_of,Tổng\n2026-11-30T00:00:00Z,1287\n", figures=FIGURES)
    assert (code, said) == (0, ["1 same, 0 differs, 0 not known, 0 not compared"])
    assert asked[0].url.params["as_of"] == "2026-11-30T00:00:00Z"


async def test_what_cannot_be_compared_is_said_and_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "f,v,organisation\nTổng,viele,\nKhác,1,\nTổng,1,nowhere\nLạ,1,\n"
    columns = {"figure": "f", "value": "v"}
    code, said, _ = await run(tmp_path, "old.csv", lines, figures=FIGURES | {"Lạ": "tasks.none"}, columns=columns)
    told = capsys.readouterr().err.splitlines()
    assert (code, said) == (1, ["0 same, 0 differs, 0 not known, 4 not compared"])
    assert told == [
        "old.csv row 2: 'viele' is no number",
        "old.csv row 3: 'Khác' is not among `figures` of the mapping",
        "old.csv row 4: Tổng: reference-unknown: No organisation has this code.",
        "old.csv row 5: Lạ: the status has no figure tasks.none",
    ]
    assert (await run(tmp_path, "old.csv", "a,b\n1,2\n", figures=FIGURES))[0] == 1, "nothing was compared"


async def test_a_mapping_without_figures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="figures"):
        await run(tmp_path, "old.csv", "a\n1\n")


async def test_a_word_of_the_status_is_no_figure() -> None:
    with pytest.raises(ValueError, match="is no figure"):
        at_path({"filters": {"tree": "now"}}, "filters.tree")
