"""Settings for people: nothing secret is printed, and what is wrong is named by its variable."""

import pytest

from sixclear.launcher.configuration import configuration_reference, effective
from sixclear.launcher.registry import chosen

SUPPLIED = frozenset({"SIXCLEAR_TASKS_DATABASE_URL"})


def test_password_in_an_address_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXCLEAR_TASKS_DATABASE_URL", "postgresql+asyncpg://tasks:hush@db/tasks")
    lines, problems = effective(chosen("tasks"), supplied=SUPPLIED)

    assert not problems
    assert "SIXCLEAR_TASKS_DATABASE_URL=postgresql+asyncpg://tasks:(secret)@db/tasks" in lines
    assert "hush" not in "".join(lines)


def test_what_the_launcher_supplies_is_not_missing() -> None:
    lines, problems = effective(chosen("tasks"), supplied=SUPPLIED)
    assert not problems
    assert "SIXCLEAR_TASKS_DATABASE_URL=(embedded)" in lines


def test_wrong_value_is_named_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIXCLEAR_TRACE_RATIO", "hush")
    _, problems = effective(chosen("tasks"), supplied=SUPPLIED)

    assert len(problems) == 1
    assert problems[0].startswith("SIXCLEAR_TRACE_RATIO: ")
    assert "hush" not in problems[0]


def test_reference_names_every_service_and_the_process() -> None:
    page = configuration_reference()
    for heading in ("Process", "All services", "tasks", "feedback", "data-catalog", "monitoring", "portal"):
        assert f"## {heading}\n" in page
    assert "| `SIXCLEAR_ENV` | `development \\| test \\| production` | `development` |" in page
