"""What `make bench` keeps: a part replaces its own rows, floors decide, and the page shows what the file holds."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.benchmarks import report
from tests.benchmarks.goals import GOALS, Floor, Goal
from tests.benchmarks.machine import Patience
from tests.benchmarks.parts import PARTS
from tests.benchmarks.rows import Case, Rounds, compared, missing, row

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


def test_every_part_has_goals_and_every_goal_its_part() -> None:
    assert {goal.part for goal in GOALS} == set(PARTS)
    keys = [(goal.part, goal.key) for goal in GOALS]
    assert len(keys) == len(set(keys))


def test_the_page_shows_the_rows_of_the_file() -> None:
    told = json.loads(report.JSON.read_text("utf-8"))
    assert report.page_table(told) in report.PAGE.read_text("utf-8")
    for one in told:
        assert {"goal", "figure", "ratio", "spread", "held"} <= one.keys()
