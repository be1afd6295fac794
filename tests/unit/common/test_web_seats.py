"""Seats of a stream: no visitor takes them all."""

import pytest

from sixclear.common.errors import Unavailable
from sixclear.common.web.seats import Seats, TooManyStreams


def test_a_visitor_holds_at_most_a_tenth_and_the_others_go_on() -> None:
    seats = Seats(in_all=50)
    for _ in range(5):
        seats.take("203.0.113.5")
    with pytest.raises(TooManyStreams) as refused:
        seats.take("203.0.113.5")
    assert 2 <= int(refused.value.headers["Retry-After"]) <= 10
    seats.take("198.51.100.7")
    assert len(seats) == 6


def test_a_visitor_holds_at_most_500_of_very_many() -> None:
    seats = Seats(in_all=100_000)
    for _ in range(500):
        seats.take("203.0.113.5")
    with pytest.raises(TooManyStreams):
        seats.take("203.0.113.5")


def test_callers_of_our_own_are_limited_in_all_only() -> None:
    seats = Seats(in_all=20)
    for _ in range(20):
        seats.take(None)
    with pytest.raises(Unavailable):
        seats.take(None)
    with pytest.raises(Unavailable):
        seats.take("203.0.113.5")


def test_a_seat_that_is_given_back_can_be_taken_and_nobody_is_remembered() -> None:
    seats = Seats(in_all=10)
    for visitor in ("a", "b", None):
        seats.take(visitor)
    for visitor in ("a", "b", None):
        seats.give_back(visitor)
    assert (len(seats), seats.visitors) == (0, 0)
    seats.take("a")


def test_refusals_are_not_remembered() -> None:
    seats = Seats(in_all=1)
    seats.take(None)
    for number in range(100):
        with pytest.raises(Unavailable):
            seats.take(f"198.51.100.{number}")
    assert seats.visitors == 0
