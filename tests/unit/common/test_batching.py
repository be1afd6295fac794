"""Less at once after a timeout, then more again; and which failures say that it was too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, InternalError

from sixclear.common.bus.batching import BatchSize
from sixclear.common.bus.failures import HandledTooLong, overloaded, passing


@given(largest=st.integers(1, 5_000), limit=st.integers(1, 5_000))
def test_whatever_the_limit_is_half_of_it_gets_through(largest: int, limit: int) -> None:
    size = BatchSize(largest)
    failed = done = 0
    for _ in range(400):
        assert 1 <= size.current <= largest
        if size.current > limit:
            failed += 1
            size.halve()
        else:
            done += size.current
            size.grow(size.current)
    assert failed <= 13 + 400 / 6
    assert size.current >= min(largest, limit) // 2
    assert done >= 300 * max(1, min(largest, limit) // 2)


def test_it_is_back_at_its_full_size_after_a_while() -> None:
    size = BatchSize(500)
    for _ in range(20):
        size.halve()
    assert size.current == 1
    for _ in range(64):
        size.grow(size.current)
    assert size.current == 500


def test_a_batch_that_is_smaller_than_allowed_proves_nothing() -> None:
    size = BatchSize(500)
    size.halve()
    size.grow(3)
    assert size.current == 250
    size.halve(4)
    assert size.current == 2


class _Driver(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("driver")
        self.sqlstate = sqlstate


def _error(sqlstate: str | None, *, lost: bool = False) -> DBAPIError:
    return InternalError("SELECT", None, _Driver(sqlstate), connection_invalidated=lost)


@pytest.mark.parametrize("sqlstate", ["57014", "25P03", "25P04", "40001", "40P01", "55P03"])
def test_a_timeout_or_a_conflict_asks_for_less_and_never_blames_the_message(sqlstate: str) -> None:
    assert overloaded(_error(sqlstate))
    assert passing(_error(sqlstate))


@pytest.mark.parametrize("error", [HandledTooLong("x"), TimeoutError(), _error(None, lost=True)])
def test_our_own_limits_and_a_session_that_was_ended_count_too(error: Exception) -> None:
    assert overloaded(error)
    assert passing(error)


def test_a_wrong_value_is_the_message_s_fault_and_an_absent_server_is_neither() -> None:
    assert not overloaded(_error("22003"))
    assert not passing(_error("22003"))
    assert not overloaded(ConnectionRefusedError())
    assert passing(ConnectionRefusedError())


def test_an_attempt_that_is_too_much_halves_the_next_and_is_told() -> None:
    size = BatchSize(8)
    with pytest.raises(TimeoutError), size.attempt() as limit:
        raise TimeoutError
    assert (limit, size.current) == (8, 4)
    with pytest.raises(ValueError, match="wrong"), size.attempt():
        raise ValueError("wrong")
    assert size.current == 4
