"""What `make bench` keeps: a part replaces its own rows, floors decide, and the page shows what the file holds."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from tests.benchmarks import __main__ as bench
from tests.benchmarks import report
from tests.benchmarks.goals import GOALS, Floor, Goal, goals_of
from tests.benchmarks.machine import Patience
from tests.benchmarks.parts import PARTS
from tests.benchmarks.rows import Case, Rounds, Row, compared, missing, row
from tests.benchmarks.run import Run

pytestmark = [pytest.mark.benchmark]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of the test's own."""
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- table: written by `make bench` -->\n<!-- end of table -->\nafter\n")
    monkeypatch.setattr(report, "PAGE", page)
    monkeypatch.setattr(report, "JSON", tmp_path / "performance.json")
    return tmp_path


def of_part(part: str) -> Goal:
    return next(goal for goal in GOALS if goal.part == part)


def test_a_part_replaces_its_own_rows_and_leaves_the_others_with_their_date(kept: Path) -> None:
    earlier = replace(row(of_part("ingest"), "1 /s against 2", [0.5]), measured_at="2026-01-02T03:04:05+00:00")
    report.keep([earlier, missing(of_part("fold"), "no Kafka")], ["ingest", "fold"])
    report.keep([row(of_part("fold"), "9 events/s against 3", [3.0, 2.0, 4.0])], ["fold"])
    told = json.loads((kept / "performance.json").read_text())
    assert [(one["part"], one["ratio"], one["spread"]) for one in told] == [
        ("ingest", 0.5, "counted once"),
        ("fold", 3.0, "2–4"),
    ]
    assert told[0]["measured_at"] == "2026-01-02T03:04:05+00:00"
    page = (kept / "performance.md").read_text()
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    assert "2026-01-02 03:04" in page


def test_a_floor_says_whether_the_median_holds_it() -> None:
    assert Floor("at least", 4).held_by(4.0)
    assert not Floor("at least", 4).held_by(3.99)
    assert Floor("at most", 0.05).held_by(0.05)
    assert not Floor("at most", 0.05).held_by(0.06)
    shown_only = next(goal for goal in GOALS if goal.floor is None)
    assert row(shown_only, "1", [1.0]).held is None


@pytest.mark.asyncio
async def test_a_ratio_is_the_median_of_the_rounds_own_ratios() -> None:
    figures = {"ours": iter((10.0, 20.0, 90.0)), "theirs": iter((1.0, 4.0, 10.0))}
    rounds = Rounds(Patience(0.0))
    said: list[str] = []

    def case(name: str) -> Case:
        async def once() -> dict[str, float]:
            return {"rate": next(figures[name])}

        return once

    await rounds.run({name: case(name) for name in figures}, 3, said.append)
    made = compared(rounds, of_part("ingest"), "ours", "theirs", "rate", "/s")
    assert (made.ratio, made.spread, made.figure) == (9.0, "5–10", "20 /s against 4")
    assert len(said) == 6


@pytest.mark.asyncio
async def test_a_case_that_hangs_is_left_out_and_named_and_the_others_go_on() -> None:
    ran: list[str] = []

    async def fine() -> dict[str, float]:
        ran.append("fine")
        return {"rate": 2.0}

    async def stuck() -> dict[str, float]:
        ran.append("stuck")
        await asyncio.Event().wait()
        return {"rate": 1.0}

    rounds = Rounds(Patience(0.0), case_seconds=0.05)
    said: list[str] = []
    await rounds.run({"fine": fine, "stuck": stuck}, 3, said.append)
    assert (ran.count("fine"), ran.count("stuck")) == (3, 1)
    made = compared(rounds, of_part("fold"), "fine", "stuck", "rate", "/s")
    assert (made.held, made.ratio) == (None, None)
    assert made.note == "stuck did not end within 0 s"
    assert [line for line in said if "SLOW, stuck" in line]


@pytest.mark.asyncio
async def test_a_part_that_hangs_or_fails_says_so_and_keeps_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stuck(_: Run) -> list[Row]:
        await asyncio.Event().wait()
        return []

    async def broken(_: Run) -> list[Row]:
        raise RuntimeError("refused 3 requests\nand more")

    run = cast(Run, None)
    for part, why in ((stuck, "did not end within 0 s"), (broken, "RuntimeError: refused 3 requests")):
        monkeypatch.setitem(PARTS, "fold", part)
        rows, said = await bench._part(run, "fold", 0.05)
        assert said == why
        assert [(one.figure, one.note) for one in rows] == [("–", f"fold {why}")] * len(goals_of("fold"))


def test_every_part_has_goals_and_every_goal_its_part() -> None:
    assert {goal.part for goal in GOALS} == set(PARTS)
    keys = [(goal.part, goal.key) for goal in GOALS]
    assert len(keys) == len(set(keys))


def test_the_page_shows_the_rows_of_the_file() -> None:
    told = json.loads(report.JSON.read_text("utf-8"))
    assert report.page_table(told) in report.PAGE.read_text("utf-8")
    for one in told:
        assert {"goal", "figure", "ratio", "spread", "held"} <= one.keys()
