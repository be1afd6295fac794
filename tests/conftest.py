"""Shared by all tests: no leaked settings, real servers on demand, lanes for `make test`, figures at the end."""

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["sixclear.common.testing.postgres", "sixclear.common.testing.kafka"]

for name in [name for name in os.environ if name.startswith(("SIXCLEAR_", "OTEL_"))]:
    if name != "SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS":
        del os.environ[name]


class _Lanes(LoadScopeScheduling):  # type: ignore[misc]
    """Two lanes of tests: what shares a platform stays in one, because loading it takes a minute; else a file's own."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, case = nodeid.partition("::")
        by_file = {
            "test_outages.py": "cluster",
            "test_rebuild.py": "cluster",
            "test_readme.py": "one_process",
            "test_real_platform.py": "one_process",
        }
        for platform in ("cluster", "one_process"):
            if f"[{platform}" in case or by_file.get(file.rpartition("/")[2]) == platform:
                return platform
        return file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """What `pytest -n 2` distributes tests by."""
    return _Lanes(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured, also when they ran in another process."""
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
