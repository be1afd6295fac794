"""What scopes gain and lose when organisations come to stand elsewhere, as sums of counters."""

from sixclear.common.ids import stable_id
from sixclear.monitoring.view.places import Shift, depths, shifts

A, B, C, X, Y = (stable_id("organisation", name) for name in "ABCXY")


def test_what_goes_with_another_is_told_by_its_counters() -> None:
    assert shifts({A: ([A, X], [A, Y]), B: ([B, A, X], [B, A, Y])}) == [Shift(A, Y, 1), Shift(A, X, -1)]


def test_what_goes_elsewhere_at_the_same_time_is_taken_out() -> None:
    moved = {A: ([A, X], [A, Y]), B: ([B, A, X], [B, X]), C: ([C, B, A, X], [C, B, X])}
    expected = {Shift(A, X, -1), Shift(A, Y, 1), Shift(B, A, -1), Shift(B, X, 1), Shift(B, Y, -1)}
    assert set(shifts(moved)) == expected


def test_one_that_is_known_at_last_adds_to_those_above() -> None:
    assert shifts({A: ([A], [A, X])}) == [Shift(A, X, 1)]
    assert depths({A: ([A], [A, X])}) == {A: 2, X: 1}
