"""Saying the same again: what a body sends twice is taken once, so that a file may be sent again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sixclear.common.clock import civil_date
from sixclear.tasks.reporting.rules import ReportCommand, SaidReport, is_same, words
from sixclear.tasks.reporting.schemas import EvidenceEntry, EvidenceItem
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.models import Evidence

Said = TypeVar("Said", SaidReport, Evidence)
Entry = TypeVar("Entry")


class ReportsSeen:
    """What was reported before on some tasks, as far as a report that is told now may repeat it."""

    def __init__(self, reports: Iterable[SaidReport], now: datetime) -> None:
        self._now = now
        self._of_task: dict[UUID, list[SaidReport]] = defaultdict(list)
        for one in reports:
            self.add(one)

    def add(self, one: SaidReport) -> None:
        """One more report."""
        self._of_task[one.task_id].append(one)

    def of(self, task_id: UUID) -> Sequence[SaidReport]:
        """The reports of one task."""
        return self._of_task.get(task_id, ())

    def repeated(self, task: TaskRecord, organisation_id: UUID, entries: Sequence[ReportCommand]) -> set[int]:
        """Which entries, by their place, repeat what the body said last: a file may tell of a task several times.

        An entry that states a time is known by it: it neither begins nor ends what the others repeat, whether it was
        taken or refused.
        """
        run, untimed = self._compared(task, organisation_id, entries)
        count = count_repeated(run, [entry for _, entry in untimed], self._is_same)
        return {place for place, _ in untimed[:count]}

    def goes_on(self, task: TaskRecord, organisation_id: UUID, entries: Sequence[ReportCommand]) -> bool:
        """Whether it depends on what follows these entries in their file which of them repeat what was said last."""
        run, untimed = self._compared(task, organisation_id, entries)
        told = [entry for _, entry in untimed]
        return count_repeated(run, told, self._is_same) < len(told) and is_middle(run, told, self._is_same)

    def _is_same(self, said: SaidReport, entry: ReportCommand) -> bool:
        return is_same(said, entry, self._now)

    def _compared(
        self, task: TaskRecord, organisation_id: UUID, entries: Sequence[ReportCommand]
    ) -> tuple[list[SaidReport], list[tuple[int, ReportCommand]]]:
        """What the body said last, and the entries that may repeat it, with their places: those without a time."""
        run = unbroken(self.of(task.task_id), task.version, organisation_id, civil_date(self._now))
        untimed = [(place, entry) for place, entry in enumerate(entries) if entry.occurred_at is None]
        told = {words(entry) for _, entry in untimed}
        timed: dict[tuple[Any, ...], list[ReportCommand]] = defaultdict(list)
        for entry in entries:
            if entry.occurred_at is not None:
                timed[words(entry)].append(entry)
        left = [
            said
            for said in run
            if words(said) in told or not any(self._is_same(said, one) for one in timed[words(said)])
        ]
        return left, untimed


def evidence_words(said: Evidence | EvidenceItem) -> tuple[Any, ...]:
    """What makes two pieces of evidence the same, but for the time."""
    named = said.file_id or said.document_id
    where = (named,) if named is not None else (said.url, said.sha256)
    period = said.period if isinstance(said, Evidence | EvidenceEntry) else None
    return said.title, period, *where, *sorted(set(said.proves))


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
        place, count = _along(run, start, entries, is_same)
        if place == len(run):
            return count
    return 0


def is_middle(run: Sequence[Said], entries: Sequence[Entry], is_same: Callable[[Said, Entry], bool]) -> bool:
    """Whether all entries are a part of `run` again that ends before `run` does."""
    reached = (_along(run, start, entries, is_same) for start in range(len(run)))
    return any(count == len(entries) and place < len(run) for place, count in reached)


def _along(
    run: Sequence[Said], start: int, entries: Sequence[Entry], is_same: Callable[[Said, Entry], bool]
) -> tuple[int, int]:
    """How far the entries go along `run` from a place on, and how many do."""
    place, count = start, 0
    for entry in entries:
        if place < len(run) and is_same(run[place], entry):
            place += 1
        elif place == start or not is_same(run[place - 1], entry):
            break
        count += 1
    return place, count
