"""The figures of the old system beside the status of this one: what differs is named."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from sixclear.launcher.come_over.shadow import shadow

pytestmark = pytest.mark.asyncio


async def test_a_figure_that_the_old_system_counts_otherwise_is_named(
    site: Any, view: Any, events: Any, tmp_path: Path
) -> None:
    await view.fold([events.programme("nq57-central"), events.task("a"), events.task("b")])
    figures = {"Tổng": "tasks.total", "Xong": "tasks.completed", "Xong muộn": "tasks.completed_late"}
    figures |= {"Chờ": "evidence.waiting", "Đúng hạn": "rates_percent.on_time"}
    plan = {"figures": figures, "columns": {"programme": "CT"}}
    (tmp_path / "mapping.json").write_text(json.dumps(plan), encoding="utf-8")
    table = "CT,Tổng,Xong,Xong muộn,Chờ,Đúng hạn\nnq57-central,2,1,0,0,0\n,2,0,0,0,\n"
    (tmp_path / "old.csv").write_text(table, encoding="utf-8")
    said: list[str] = []
    options = Namespace(files=[tmp_path / "old.csv"], mapping=tmp_path / "mapping.json")
    assert await shadow(options, site.client, said.append) == 1
    of = "(programme nq57-central)"
    assert said == [
        f"differs: Xong {of}: there 1, here 0 [old.csv row 2]",
        f"not known: Chờ {of}: there 0, here not known [old.csv row 2]",
        f"not known: Đúng hạn {of}: there 0, here not known [old.csv row 2]",
        "not known: Chờ (the whole country): there 0, here not known [old.csv row 3]",
        "not known: Đúng hạn (the whole country): there not known, here not known [old.csv row 3]",
        "5 same, 1 differs, 4 not known, 0 not compared",
    ]
