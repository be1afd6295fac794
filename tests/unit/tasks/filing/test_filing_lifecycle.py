"""A filing is filed once, missed, locked, exempted and reopened; the five numbers are those of a brute-force count."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.tasks.filing import lifecycle
from sixclear.tasks.filing.lifecycle import FilingState, Said, without_change

START = datetime(2026, 1, 5, tzinfo=UTC)
LATE, LOCK = START + timedelta(days=8), START + timedelta(days=15)
OPEN = FilingState("open", LATE, LATE, LOCK, None, (), False)
TASKS = [UUID(int=number) for number in range(1, 6)]
NOTHING = Said([], 0, empty=True)


def after(filing: FilingState, change: Change) -> FilingState:
    known = {name: value for name, value in change.fields.items() if hasattr(filing, name)}
    return replace(filing, **known)


def test_the_same_is_filed_once_and_counts_from_the_first_time() -> None:
    said = Said(TASKS[:2], 2, empty=False)
    first = lifecycle.file(OPEN, said, LATE)
    assert first is not None
    assert first.name == "filed"
    filed = after(OPEN, first)
    assert lifecycle.file(filed, said, LOCK) is None
    corrected = lifecycle.file(filed, replace(said, no_change_ids=TASKS), LOCK)
    assert corrected is not None
    assert (corrected.name, corrected.fields["filed_at"]) == ("filed", LATE)


def test_later_than_the_instant_it_is_late_and_later_than_the_lock_it_is_not_taken() -> None:
    tick = timedelta(microseconds=1)
    late = lifecycle.file(OPEN, NOTHING, LATE + tick)
    assert late is not None
    assert late.name == "late"
    assert (lifecycle.takes_filing(OPEN, LOCK), lifecycle.takes_filing(OPEN, LOCK + tick)) == (True, False)
    assert lifecycle.takes_filing(replace(OPEN, locks_at=None), LOCK + timedelta(days=999))


def test_time_misses_and_locks_it_once_each_at_its_instant() -> None:
    steps = list(lifecycle.pass_time(OPEN, LOCK + timedelta(days=40)))
    assert [(change.name, at) for change, at in steps] == [("missed", LATE), ("locked", LOCK)]
    missed = after(OPEN, steps[0][0])
    assert [change.name for change, _ in lifecycle.pass_time(missed, LOCK + timedelta(days=1))] == ["locked"]
    assert list(lifecycle.pass_time(after(missed, steps[1][0]), LOCK + timedelta(days=80))) == []


def test_what_is_filed_is_not_exempted_and_what_is_open_is_not_reopened() -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.exempt(replace(OPEN, state="filed", filed_at=START), date(2026, 1, 5))
    with pytest.raises(TransitionNotAllowed):
        lifecycle.reopen(OPEN, START)


def test_one_that_is_reopened_before_it_was_late_is_awaited_again() -> None:
    exempted = after(OPEN, lifecycle.exempt(OPEN, date(2026, 1, 5)))
    opened = lifecycle.reopen(exempted, START + timedelta(days=1))
    assert (opened.fields["state"], opened.fields["next_at"], opened.fields["exempted_on"]) == ("open", LATE, None)


def test_a_task_is_without_movement_after_four_filings_in_a_row() -> None:
    one, two, three = TASKS[:3]
    assert without_change([[one, two]] * 3) == set()
    assert without_change([[one, two, three], [one, two], [two, one], [one]]) == {one}
    assert without_change([[one], [one], [one], [one], []]) == {one}
    assert without_change([[one], [], [one], [one], [one]]) == set()


@dataclass
class Ledger:
    """What a clerk notes of one filing, without the rules of the service."""

    filed: list[datetime] = field(default_factory=list)
    exempted: bool = False

    def word(self, now: datetime) -> str:
        if self.exempted:
            return "exempted"
        if self.filed:
            return "on_time" if min(self.filed) <= LATE else "late"
        return "missing" if now > LATE else "awaited"


STEPS = st.lists(st.tuples(st.sampled_from(["file", "exempt", "reopen", "wait"]), st.integers(1, 200)), max_size=12)


@given(st.lists(STEPS, min_size=1, max_size=6))
def test_the_numbers_are_those_that_a_clerk_counts_whatever_happens(histories: list[list[tuple[str, int]]]) -> None:
    end = START + timedelta(hours=200 * 12 + 1)
    counted: Counter[str] = Counter()
    noted: Counter[str] = Counter()
    for history in histories:
        filing, ledger, now = OPEN, Ledger(), START
        for step, hours in history:
            now += timedelta(hours=hours)
            for change, _ in lifecycle.pass_time(filing, now):
                filing = after(filing, change)
            filing = taken(filing, ledger, step, now)
            assert lifecycle.timing(filing, now) == ledger.word(now)
        counted[lifecycle.timing(filing, end)] += 1
        noted[ledger.word(end)] += 1
    assert counted == noted
    expected = len(histories) - noted["exempted"]
    assert expected == sum(counted[word] for word in ("on_time", "late", "missing", "awaited"))


def taken(filing: FilingState, ledger: Ledger, step: str, now: datetime) -> FilingState:
    """The filing after a step, if it is taken; the clerk notes what was."""
    if step == "file" and lifecycle.takes_filing(filing, now):
        change = lifecycle.file(filing, NOTHING, now)
        ledger.filed.append(now)
        return filing if change is None else after(filing, change)
    try:
        if step == "exempt":
            filing = after(filing, lifecycle.exempt(filing, now.date()))
            ledger.exempted = True
        elif step == "reopen":
            filing = after(filing, lifecycle.reopen(filing, now))
            ledger.exempted = False
    except TransitionNotAllowed:
        pass
    return filing
