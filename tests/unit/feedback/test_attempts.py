"""Wrong codes run out, address by address, and the memory for it is bounded."""

import pytest

from sixclear.feedback.attempts import Attempts
from sixclear.feedback.errors import MailboxNotFound, TooManyAttempts, TooManySubmissions


class Timer:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def wrong(attempts: Attempts, address: str) -> None:
    with pytest.raises(MailboxNotFound), attempts.attempt(address):
        raise MailboxNotFound


def test_wrong_codes_run_out_and_come_back() -> None:
    timer = Timer()
    attempts = Attempts(burst=3, per_minute=6, timer=timer)
    for _ in range(3):
        wrong(attempts, "192.0.2.1")
    with pytest.raises(TooManyAttempts) as refusal, attempts.attempt("192.0.2.1"):
        pass
    assert refusal.value.headers["Retry-After"] == "10"
    wrong(attempts, "192.0.2.2")
    timer.now = 10.0
    wrong(attempts, "192.0.2.1")


def test_right_codes_cost_nothing_nor_do_failures_of_ours() -> None:
    attempts = Attempts(burst=1, per_minute=1, timer=Timer())
    for _ in range(5):
        with attempts.attempt("192.0.2.1"):
            pass
        with pytest.raises(OSError, match="away"), attempts.attempt("192.0.2.1"):
            raise OSError("away")
    assert len(attempts) == 0


def test_what_always_costs_runs_out_and_comes_back() -> None:
    timer = Timer()
    sendings = Attempts(burst=2, per_minute=6, refusal=TooManySubmissions, timer=timer)
    sendings.spend("192.0.2.1")
    sendings.spend("192.0.2.1")
    with pytest.raises(TooManySubmissions) as refusal:
        sendings.spend("192.0.2.1")
    assert refusal.value.headers["Retry-After"] == "10"
    sendings.spend("192.0.2.2")
    timer.now = 10.0
    sendings.spend("192.0.2.1")


def test_a_storm_of_addresses_does_not_fill_the_memory() -> None:
    attempts = Attempts(burst=1, per_minute=1, addresses=100, timer=Timer())
    for number in range(1000):
        wrong(attempts, f"10.0.{number // 250}.{number % 250}")
    assert len(attempts) == 100
