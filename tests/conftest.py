"""Shared by all tests: no leaked settings, real servers on demand, the lane of each test, figures at the end."""

import gc
import os
from typing import Any

import pytest
import structlog
from tests.lanes import LANES, LONG, LONGEST_SECONDS, expected_seconds, lane_of, slow_lines
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["sixclear.common.testing.postgres", "sixclear.common.testing.kafka"]

for name in [name for name in os.environ if name.startswith(("SIXCLEAR_", "OTEL_"))]:
    if name != "SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS":
        del os.environ[name]

# Where no process has configured its logs, structlog would show the variables of every frame of an error. That takes
# seconds, in which a database ends the transaction that a test holds open.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


class _SharedPlatforms(LoadScopeScheduling):  # type: ignore[misc]
    """Tests that share a platform stay in one worker, because loading it takes a minute; else those of a file.

    Each long test is on its own: it takes longer than a start. What takes longest goes first: begun at the end, it
    would leave the other worker without work.
    """

    def _assign_work_unit(self, node: Any) -> None:
        longest = max(self.workqueue, key=lambda scope: expected_seconds(self.workqueue[scope]))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        if self.config.getoption("--lane") == LONG.name:
            return nodeid
        file, _, case = nodeid.partition("::")
        by_file = {
            "test_example_consumer.py": "cluster",
            "test_kept_back.py": "cluster",
            "test_outages.py": "cluster",
            "test_rebuild.py": "cluster",
            "test_demo_states.py": "one_process",
            "test_report_figures.py": "one_process",
            "test_scores.py": "one_process",
            "test_readme.py": "one_process",
            "test_real_platform.py": "one_process",
        }
        for platform in ("cluster", "one_process"):
            if f"[{platform}" in case or by_file.get(file.rpartition("/")[2]) == platform:
                return platform
        return file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """What `pytest -n 2` distributes tests by."""
    return _SharedPlatforms(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--lane` keeps the tests of one lane; without it those marked `long` are left out."""
    parser.addoption("--lane", choices=tuple(LANES), help="run the tests of this lane only (tests/lanes.py)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep one lane's tests, or all that are not `long`; pytest prints how many were left out."""
    wanted = config.getoption("--lane")
    if wanted is None and "long" in config.getoption("markexpr"):
        return
    tests = config.rootpath / "tests"
    kept: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        lane = lane_of(item.path.relative_to(tests).as_posix(), {mark.name for mark in item.iter_markers()})
        (kept if lane == wanted or (wanted is None and lane != LONG.name) else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


def pytest_collection_finish() -> None:
    """Leave modules out of later garbage collections: a full one would walk through a million objects of theirs."""
    gc.collect()
    gc.freeze()


_took: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what each test took, without the servers that it shares with others."""
    if report.when == "call":
        _took[report.nodeid] = report.duration


def _too_long(config: pytest.Config) -> list[str]:
    return [] if config.getoption("--lane") == LONG.name else [test for test in _took if _took[test] > LONGEST_SECONDS]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A landing test that takes longer than it may fails the run."""
    if session.exitstatus == 0 and _too_long(session.config):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What tests measured, also when they ran in another process, and which took too long."""
    lines = [
        str(value)
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "figure"
    ]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)
    for test in _too_long(config):
        terminalreporter.write_line(f"{test} took {_took[test]:.0f} s: mark it `long`, or make it shorter", red=True)
    if config.getoption("--lane") != LONG.name:
        for line in slow_lines(_took):
            terminalreporter.write_line(line)
