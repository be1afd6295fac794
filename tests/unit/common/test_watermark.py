"""Statements of relays on the wire: what is not one says nothing, and a clock that ran ahead is not believed."""

from datetime import UTC, datetime, timedelta

import pytest

from sixclear.common.bus.envelope import Record
from sixclear.common.bus.watermark import Statement, decode, encode

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize("complete_at", [None, NOON])
def test_a_statement_is_read_as_it_was_written(complete_at: datetime | None) -> None:
    statement = Statement(service="tasks", epoch=2, position=7, complete_at=complete_at)
    assert decode(encode(statement)) == statement


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"service":"tasks","epoch":1,"position":1}',
        b'{"service":"tasks","epoch":"x","position":1,"complete_at":null}',
        b'{"service":"tasks","epoch":1,"position":1,"complete_at":"soon"}',
        b'{"service":"tasks","epoch":1,"position":1,"complete_at":7}',
        b'{"service":"tasks","epoch":1,"position":1,"complete_at":"2026-11-29T12:00:00"}',
    ],
)
def test_what_is_no_statement_says_nothing(value: bytes | None) -> None:
    assert decode(Record(b"tasks", value, [])) is None


def test_its_age_is_not_known_before_the_relay_was_up_to_date_and_by_a_clock_that_ran_ahead() -> None:
    def age(complete_at: datetime | None) -> float | None:
        return Statement(service="tasks", epoch=1, position=1, complete_at=complete_at).behind_seconds(NOON)

    assert age(None) is None
    assert age(NOON + timedelta(seconds=6)) is None
    assert age(NOON + timedelta(seconds=4)) == 0
    assert age(NOON - timedelta(seconds=9)) == 9
