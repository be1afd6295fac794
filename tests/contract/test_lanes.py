"""Each test has one lane, and the lanes together end within the time that a change may take to land."""

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests import lanes

ROOT = Path(__file__).parents[2]


def test_what_must_pass_before_a_change_lands_takes_at_most_forty_minutes() -> None:
    assert sum(lane.budget_minutes for lane in lanes.LANDING) <= 40
    ends = re.search(r"^ends=.* \+ (\d+)\)\)$", (ROOT / ".ci/run").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert ends is not None
    assert int(ends[1]) <= 70 * 60


def test_the_table_for_contributors_says_the_same() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z-]+) \| (\d+) \|", page, flags=re.MULTILINE)
    assert rows == [(lane.name, str(lane.budget_minutes)) for lane in lanes.LANDING]


@pytest.mark.parametrize(
    ("path", "marks", "lane"),
    [
        ("unit/tasks/test_lifecycle.py", (), "unit-and-contract"),
        ("contract/test_bus_contract.py", ("kafka",), "kafka"),
        ("integration/common/test_relay.py", (), "integration"),
        ("e2e/browser/test_live.py", ("browser",), "browser"),
        ("e2e/test_outages.py", ("kafka", "chaos", "slow"), "kafka"),
        ("e2e/test_kill.py", ("chaos", "slow"), "chaos"),
        ("chaos/test_bus_faults.py", ("kafka", "chaos", "slow"), "chaos"),
        ("benchmarks/test_hot_paths.py", ("benchmark",), "rest"),
        ("integration/monitoring/view/test_any_order.py", ("long",), "long"),
    ],
)
def test_a_test_runs_in_the_lane_of_what_it_needs(path: str, marks: Sequence[str], lane: str) -> None:
    assert lanes.lane_of(path, marks) == lane
    if lane != "long":
        assert any(path.startswith(f"{folder}/") for folder in lanes.LANES[lane].folders)


def test_slow_tests_that_are_listed_exist_and_say_why() -> None:
    for test, reason in lanes.SLOW.items():
        file, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), test
        assert len(reason) > 10, test


def test_one_slow_test_goes_before_a_file_of_many() -> None:
    slow = next(iter(lanes.SLOW))
    assert lanes.expected_seconds([f"{slow}[a]"]) > lanes.expected_seconds(["t.py::test"] * 20)


def test_what_is_slow_and_not_listed_is_said_and_what_is_listed_and_short() -> None:
    listed = next(iter(lanes.SLOW))
    slow, short = lanes.SLOW_SECONDS + 1, lanes.SHORT_SECONDS - 1
    assert lanes.slow_lines({f"{listed}[a]": short, f"{listed}[b]": slow, "t.py::test": short}) == []
    assert lanes.slow_lines({f"{listed}[a]": short, "t.py::test[a]": slow, "t.py::test[b]": slow + 9}) == [
        "t.py::test took 30 s and is not in SLOW of tests/lanes.py",
        f"{listed} took 14 s: take it out of SLOW of tests/lanes.py",
    ]
    assert lanes.slow_lines({f"{listed}[a]": (slow + short) / 2}) == [], "neither on a quick machine nor on a busy one"


def test_a_lane_that_hangs_is_ended_with_what_it_started(capfd: pytest.CaptureFixture[str]) -> None:
    hangs = "import subprocess, sys; c = subprocess.Popen(['sleep', '600']); print(c.pid, flush=True); c.wait()"
    began = time.monotonic()
    assert lanes.limited([sys.executable, "-c", hangs], 1.0) == (True, "ENDED at its limit")
    assert time.monotonic() - began < 20
    child = capfd.readouterr().out.strip()
    assert subprocess.run(["ps", "-o", "stat=", "-p", child], capture_output=True, text=True).stdout.strip() in (
        "",
        "Z",
    )


def test_a_failed_lane_is_said() -> None:
    assert lanes.limited([sys.executable, "-c", "raise SystemExit(3)"], 20.0) == (True, "FAILED")


def test_an_unknown_lane_is_refused_with_the_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert lanes.main(["intergration"]) == 2
    assert "integration" in capsys.readouterr().err
