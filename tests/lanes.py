"""Runs the tests lane by lane: one limit and one printed time each.

`make test` runs the landing lanes, `make test-long` the long one. One lane: `python tests/lanes.py integration`. Words
that begin with a hyphen go to pytest.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Lane:
    """Tests that run together; `budget_minutes` is what they may take on two quiet cores."""

    name: str
    budget_minutes: int
    folders: tuple[str, ...]

    @property
    def limit_seconds(self) -> float:
        """After this the lane is ended, whatever hangs: a machine that is slower by two thirds still passes.

        A short lane has ten minutes, for loading the demonstration on a busy machine is most of it.
        """
        return max(600.0, self.budget_minutes * 100.0)


LANDING = (
    Lane("unit-and-contract", 6, ("unit", "contract")),
    Lane("integration", 12, ("integration",)),
    Lane("kafka", 6, ("contract", "integration", "e2e", "benchmarks")),
    Lane("browser", 8, ("e2e/browser",)),
    Lane("chaos", 5, ("chaos", "e2e")),
    Lane("rest", 3, ("chaos", "e2e", "benchmarks")),
)
LONG = Lane("long", 180, ("",))
LANES = {lane.name: lane for lane in (*LANDING, LONG)}

# A test of `make test` that takes longer fails its lane.
LONGEST_SECONDS = 90.0
# One that takes longer than this on two quiet cores is named here, with the reason. What is `long` needs none.
SLOW_SECONDS = 20.0
# What most tests take.
_USUAL_SECONDS = 0.5
# A busy machine, or a quick one, must not be taken for a change of the test: what is listed may be this short.
SHORT_SECONDS = 15.0
SLOW: dict[str, str] = {
    "tests/e2e/test_fuzz.py::test_no_request_makes_a_service_fail": (
        "requests are made up and sent for 18 seconds, then counted: a thousand over the four services"
    ),
    "tests/integration/monitoring/view/test_any_order.py::test_order_and_repetition_do_not_matter": (
        "twelve made-up histories are folded in order, shuffled and again, each with the figures of ten instants"
    ),
    "tests/integration/tasks/test_edges.py::test_no_spoiled_request_makes_the_service_fail": (
        "each request of the life of a task is sent spoiled in several ways before it is sent as it is"
    ),
    "tests/e2e/test_rebuild.py::test_what_is_counted_again_beside_the_view_is_the_same": (
        "a view of eleven thousand events is counted again beside the live one, and compared at ten instants"
    ),
    "tests/e2e/test_rebuild.py::test_what_is_lost_is_built_again_the_same": (
        "a broker or a view of eleven thousand events is lost and made again, then compared at ten instants"
    ),
}


def expected_seconds(tests: Iterable[str]) -> float:
    """What tests take together, roughly: to begin with what takes longest."""
    return sum(SLOW_SECONDS if test.partition("[")[0] in SLOW else _USUAL_SECONDS for test in tests)


def slow_lines(took: Mapping[str, float]) -> list[str]:
    """Where `SLOW` and what landing tests took differ, the slowest first. A name stands for all its cases."""
    longest: dict[str, float] = {}
    for test, seconds in took.items():
        name = test.partition("[")[0]
        longest[name] = max(seconds, longest.get(name, 0.0))
    lines = []
    for name, seconds in sorted(longest.items(), key=lambda one: -one[1]):
        if seconds > SLOW_SECONDS and name not in SLOW:
            lines.append(f"{name} took {seconds:.0f} s and is not in SLOW of tests/lanes.py")
        elif seconds < SHORT_SECONDS and name in SLOW:
            lines.append(f"{name} took {seconds:.0f} s: take it out of SLOW of tests/lanes.py")
    return lines


def lane_of(path: str, marks: Collection[str]) -> str:
    """The one lane of a test, by its file below `tests/` and its marks."""
    folder = path.partition("/")[0]
    # What needs the cluster with the demonstration shares one: loading it takes a minute.
    order = ("long", "browser", "kafka", "chaos") if folder == "e2e" else ("long", "browser", "chaos", "kafka")
    for mark in order:
        if mark in marks:
            return mark
    if folder in ("unit", "contract"):
        return "unit-and-contract"
    return "integration" if folder == "integration" else "rest"


def main(words: Sequence[str]) -> int:
    """Run the named lanes, or those of `make test`; returns 0 when all passed."""
    names = [word for word in words if not word.startswith("-")]
    if unknown := [name for name in names if name not in LANES]:
        print(f"There is no lane {unknown[0]}. Lanes: {', '.join(LANES)}", file=sys.stderr)
        return 2
    lanes = [LANES[name] for name in names] or list(LANDING)
    options = [word for word in words if word.startswith("-")]
    lines = [_run(lane, options) for lane in lanes]
    print("\n== lanes")
    print("\n".join(line for _, line in lines), flush=True)
    return int(any(failed for failed, _ in lines))


def _run(lane: Lane, options: Sequence[str]) -> tuple[bool, str]:
    print(f"\n== {lane.name}", flush=True)
    folders = [str(Path("tests") / folder) for folder in lane.folders]
    command = [sys.executable, "-m", "pytest", "-n", "2", "--lane", lane.name, *options, *folders]
    began = time.monotonic()
    with tempfile.TemporaryFile() as written:
        # A build server wants the end of what a lane says, a person all of it while it is said.
        brief = "CI" in os.environ
        failed, ending = limited(command, lane.limit_seconds, written if brief else None)
        if brief:
            written.seek(0)
            text = written.read().decode("utf-8", "replace").splitlines()
            print("\n".join(text[-400 if failed else -30 :]))
    seconds = time.monotonic() - began
    line = f"{lane.name:<18} {ending} in {seconds:6.0f} s (budget {lane.budget_minutes * 60} s, limit "
    line += f"{lane.limit_seconds:.0f} s)"
    if not failed and seconds > lane.budget_minutes * 60:
        line += ": over its budget"
    print(line, flush=True)
    return failed, line


def limited(command: Sequence[str], seconds: float, output: IO[bytes] | None = None) -> tuple[bool, str]:
    """Run the command in a process group of its own; returns whether it failed, and how it ended.

    Past the limit the group is interrupted, then killed. Without `output` the command writes where this process does.
    """
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
    )
    try:
        return process.wait(seconds) != 0, "passed" if process.returncode == 0 else "FAILED"
    except subprocess.TimeoutExpired:
        return True, "ENDED at its limit"
    finally:
        if process.returncode is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """An interrupt lets fixtures stop their servers; what is left after ten seconds is killed."""
    for sent, patience in ((signal.SIGINT, 10.0), (signal.SIGKILL, 5.0)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sent)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the running lane is ended first
    sys.exit(main(sys.argv[1:]))
