"""Of what was said before, a file need not read more of a task than it has items on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from sixclear.tasks.reporting.rules import ReportCommand, SaidReport
from sixclear.tasks.reporting.service.repeat import ReportsSeen

NOW = datetime(2026, 2, 2, 8, tzinfo=UTC)
TASK, OWN, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)


class Task:
    """As far as repetitions look at it."""

    def __init__(self, version: int) -> None:
        self.task_id, self.version = TASK, version


def said(version: int, text: str, *, own: bool) -> SaidReport:
    at = NOW - timedelta(minutes=60 - version)
    organisation_id = OWN if own else OTHER
    return SaidReport(TASK, version, organisation_id, 10, None, text, None, None, None, at, at)


def command(text: str) -> ReportCommand:
    return ReportCommand(OWN, frozenset(), 10, text, None, None, None, None)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans() | st.just(True)), max_size=8),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=6),
    st.integers(0, 2),
)
def test_older_reports_change_nothing(before: list[tuple[str, bool]], items: list[str], later: int) -> None:
    """`later`: how many other changes came after the last report."""
    reports = [said(number, text, own=own) for number, (text, own) in enumerate(before, 2)]
    task = cast(Any, Task(version=len(before) + 1 + later))
    commands = [command(text) for text in items]
    whole = ReportsSeen(reports, NOW).repeated(task, OWN, commands)
    last = [one for one in reports if one.task_version > task.version - len(items)]
    assert ReportsSeen(last, NOW).repeated(task, OWN, commands) == whole


def test_a_run_that_is_said_again_is_known_by_its_end() -> None:
    reports = [said(number, text, own=True) for number, text in enumerate("abc", 2)]
    task = cast(Any, Task(version=4))
    assert ReportsSeen(reports[1:], NOW).repeated(task, OWN, [command("b"), command("c")]) == {0, 1}
    assert ReportsSeen([replace(reports[2])], NOW).repeated(task, OWN, [command("c")]) == {0}
