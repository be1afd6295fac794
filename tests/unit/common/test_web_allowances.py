"""How often a visitor may ask."""

import pytest

from sixclear.common.web.allowances import Allowance, TooManyRequests


class Timer:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def allowance(per_minute: float, visitors: int = 10) -> tuple[Allowance, Timer]:
    timer = Timer()
    return Allowance(per_minute, visitors=visitors, timer=timer), timer


def test_a_minutes_worth_at_once_and_then_one_after_the_other() -> None:
    asked, timer = allowance(60)
    for _ in range(60):
        asked.spend("a")
    with pytest.raises(TooManyRequests) as refused:
        asked.spend("a")
    assert refused.value.headers == {"Retry-After": "1"}
    asked.spend("b")
    timer.now += 1
    asked.spend("a")
    with pytest.raises(TooManyRequests):
        asked.spend("a")


def test_a_refused_question_costs_nothing() -> None:
    asked, timer = allowance(6)
    for _ in range(6):
        asked.spend("a")
    for _ in range(50):
        with pytest.raises(TooManyRequests) as refused:
            asked.spend("a")
    assert refused.value.headers == {"Retry-After": "10"}
    timer.now += 10
    asked.spend("a")


def test_a_quiet_hour_is_worth_a_minute() -> None:
    asked, timer = allowance(3)
    asked.spend("a")
    timer.now += 3_600
    for _ in range(3):
        asked.spend("a")
    with pytest.raises(TooManyRequests):
        asked.spend("a")


def test_less_than_one_a_minute_still_lets_one_ask() -> None:
    asked, timer = allowance(0.5)
    asked.spend("a")
    with pytest.raises(TooManyRequests):
        asked.spend("a")
    timer.now += 120
    asked.spend("a")


def test_memory_is_bounded_and_the_quietest_is_forgotten() -> None:
    asked, _ = allowance(1, visitors=2)
    for visitor in ("a", "b", "c"):
        asked.spend(visitor)
    assert len(asked) == 2
    asked.spend("a")
    with pytest.raises(TooManyRequests):
        asked.spend("c")
