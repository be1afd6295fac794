"""Shared by all tests: no leaked settings, real servers on demand, lanes for `make test`, figures at the end."""

import os

import pytest

pytest_plugins = ["sixclear.common.testing.postgres", "sixclear.common.testing.kafka"]

for name in [name for name in os.environ if name.startswith(("SIXCLEAR_", "OTEL_"))]:
    if name != "SIXCLEAR_KAFKA_BOOTSTRAP_SERVERS":
        del os.environ[name]


@pytest.hookimpl(tryfirst=True)  # before the lanes read it
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares an expensive fixture stays in one lane (`--dist loadgroup`): a platform, else a file's own."""
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        wanted = [*getattr(item, "fixturenames", ()), parameters.get("platform")]
        shared = next((name for name in ("cluster", "one_process") if name in wanted), None)
        item.add_marker(pytest.mark.xdist_group(shared or item.path.name))


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
