"""One rule says how work stands to its deadline, by one table."""

from typing import get_args

import pytest
from tests.cases.timing import CASES, TimingCase

from sixclear.common.timing import HandedIn, Standing, Timing, Work, handed_in, is_over, timing


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_work_stands_to_its_deadline_as_the_table_says(case: TimingCase) -> None:
    work = Work(case.state, case.deadline, case.original_deadline, case.submitted_at, case.percent, case.expected_on)
    found = timing(work, case.at)
    assert (found.standing, found.original, found.waits_since) == (case.standing, case.original, case.waits_since)
    if case.state == "completed":
        assert found.standing == handed_in(case.submitted_at, case.deadline)
    if case.state == "open":
        assert (found.standing == "overdue") == is_over(case.deadline, case.at)


def test_the_table_has_every_word() -> None:
    assert {case.standing for case in CASES} == {*get_args(HandedIn), *get_args(Standing), None}


def test_nothing_that_waits_is_blamed() -> None:
    waiting = [case for case in CASES if case.state == "submitted"]
    assert waiting
    for case in waiting:
        work = Work("submitted", case.deadline, case.original_deadline, case.submitted_at)
        assert timing(work, case.at) == Timing(None, None, case.submitted_at)
