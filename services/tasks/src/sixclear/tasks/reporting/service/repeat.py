"""Saying the same again: what a body sends twice is taken once, so that a file may be sent again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sixclear.common.clock import civil_date
from sixclear.tasks.reporting.schemas import EvidenceItem, ProgressEntry
from sixclear.tasks.task.lifecycle import may_repeat
from sixclear.tasks.task.models import Evidence, ProgressReport, Task

Said = TypeVar("Said", ProgressReport, Evidence)
Entry = TypeVar("Entry")


class ReportsSeen:
    """What was reported before on some tasks, as far as a report that is told now may repeat it."""

    def __init__(self, reports: Iterable[ProgressReport], now: datetime) -> None:
        self._now = now
        self._of_task: dict[UUID, list[ProgressReport]] = defaultdict(list)
        for one in reports:
            self.add(one)

    def add(self, one: ProgressReport) -> None:
        """One more report."""
        self._of_task[one.task_id].append(one)

    def holds(self, task: Task, organisation_id: UUID, entry: ProgressEntry) -> bool:
        """Whether the body said so before: at the time that it states, else as the last change of this civil day."""
        of_task = self._of_task.get(task.task_id, ())
        last = [one for one in of_task if entry.occurred_at or one.task_version == task.version]
        return any(one.organisation_id == organisation_id and self._is_same(one, entry) for one in last)

    def repeated(self, task: Task, organisation_id: UUID, entries: Sequence[ProgressEntry]) -> set[int]:
        """Which entries, by their place, repeat what the body said last: a file may tell of a task several times.

        An entry that states a time is known by it: it neither begins nor ends what the others repeat, whether it was
        taken or refused.
        """
        of_task = self._of_task.get(task.task_id, ())
        run = unbroken(of_task, task.version, organisation_id, civil_date(self._now))
        untimed = [(place, entry) for place, entry in enumerate(entries) if entry.occurred_at is None]
        words = {report_words(entry) for _, entry in untimed}
        timed: dict[tuple[Any, ...], list[ProgressEntry]] = defaultdict(list)
        for entry in entries:
            if entry.occurred_at is not None:
                timed[report_words(entry)].append(entry)
        left = [
            said
            for said in run
            if report_words(said) in words or not any(self._is_same(said, one) for one in timed[report_words(said)])
        ]
        count = count_repeated(left, [entry for _, entry in untimed], self._is_same)
        return {place for place, _ in untimed[:count]}

    def _is_same(self, said: ProgressReport, entry: ProgressEntry) -> bool:
        """Whether the entry repeats the report; without a percentage it kept the one of its time."""
        same = report_words(said) == report_words(entry) and entry.percent in (None, said.percent)
        return same and may_repeat(entry.occurred_at, said.occurred_at, said.recorded_at, self._now)


def report_words(said: ProgressReport | ProgressEntry) -> tuple[Any, ...]:
    """What makes two reports the same, but for percentage and time."""
    return said.text, said.difficulty, said.cause, said.remedy


def evidence_words(said: Evidence | EvidenceItem) -> tuple[Any, ...]:
    """What makes two pieces of evidence the same, but for the time."""
    return said.title, said.url, said.sha256


def unbroken(said: Iterable[Said], version: int, organisation_id: UUID, day: date) -> list[Said]:
    """What the body said last, oldest first, with nothing else between; the last is of `version`.

    All of it is of this civil day, or was told on it of an earlier time.
    """
    by_version = {one.task_version: one for one in said}
    run: list[Said] = []
    while (one := by_version.get(version - len(run))) is not None:
        if one.organisation_id != organisation_id or day not in (
            civil_date(one.occurred_at),
            civil_date(one.recorded_at),
        ):
            break
        run.append(one)
    return run[::-1]


def count_repeated(run: Sequence[Said], entries: Sequence[Entry], is_same: Callable[[Said, Entry], bool]) -> int:
    """How many entries, from the first on, are the end of `run` again. One that comes twice in a row counts as one."""
    for start in range(len(run)):
        place, count = start, 0
        for entry in entries:
            if place < len(run) and is_same(run[place], entry):
                place += 1
            elif place == start or not is_same(run[place - 1], entry):
                break
            count += 1
        if place == len(run):
            return count
    return 0
