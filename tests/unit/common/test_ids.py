"""Identifiers of new things: in the order in which they were made."""

import time
from itertools import pairwise

import pytest

from sixclear.common.ids import new_id


def test_identifiers_are_in_the_order_of_their_making() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_an_identifier_says_its_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id().int >> 80
    # Others of this process may have run ahead by the steps of a busy millisecond.
    assert before <= made <= time.time_ns() // 1_000_000 + 1


def test_a_clock_that_is_set_back_makes_no_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    first = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: now - 3_600_000_000_000)
    later = [first, *(new_id() for _ in range(100))]
    assert later == sorted(later)
    steps = {after.int - before.int for before, after in pairwise(later)}
    assert len(steps) == 100, "no identifier tells the next one"
