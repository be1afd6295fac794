"""Relays of other processes are shown as they said, silence as silence, and what they keep back counts as age."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.streams.reported import sent_all, sent_until, shown

NOW = datetime(2025, 12, 4, 10, tzinfo=UTC)
A_MOMENT_AGO = NOW - timedelta(seconds=3)
LONG_AGO = NOW - timedelta(minutes=1)


def relay(service: str = "tasks", *, waiting: int = 0, age: float = 0.0) -> StreamState:
    return StreamState(
        service=service, name=f"{service} relay", kind="relay", running=True, lag_messages=waiting, lag_seconds=age
    )


def test_a_process_that_is_gone_does_not_run() -> None:
    heard, silent = shown([(relay(), A_MOMENT_AGO), (relay("feedback"), LONG_AGO)], NOW)
    assert (heard.running, heard.detail) == (True, "")
    assert (silent.running, silent.detail) == (False, "not heard of since 2025-12-04 09:59:00 UTC")
    assert (silent.lag_messages, silent.lag_seconds) == (None, None), "what waits there by now is not known"


def test_a_relay_that_sent_everything_had_done_so_when_it_spoke() -> None:
    consumer = replace(relay(waiting=7, age=30.0), kind="consumer")
    reports = [(relay(), A_MOMENT_AGO), (consumer, A_MOMENT_AGO), (relay("feedback", waiting=1, age=9), A_MOMENT_AGO)]
    assert sent_until(reports, "tasks", NOW) == A_MOMENT_AGO
    assert sent_all(reports, "tasks", NOW)


def test_what_a_relay_has_not_sent_is_as_old_as_it_says() -> None:
    reports = [(relay(), A_MOMENT_AGO), (relay("feedback", waiting=2, age=40.0), A_MOMENT_AGO)]
    assert sent_until(reports, "feedback", NOW) == A_MOMENT_AGO - timedelta(seconds=40)
    assert not sent_all(reports, "feedback", NOW)


def test_what_waits_is_never_complete_after_the_report() -> None:
    assert sent_until([(relay(waiting=2, age=-5.0), A_MOMENT_AGO)], "tasks", NOW) == A_MOMENT_AGO
    for age in (-3600.0, None):
        another = replace(relay(waiting=1), name="another relay of tasks", lag_seconds=age)
        assert sent_until([(relay(), A_MOMENT_AGO), (another, A_MOMENT_AGO)], "tasks", NOW) is None, age


def test_the_slowest_of_several_relays_counts() -> None:
    slow = replace(relay(waiting=2, age=40.0), name="another relay of tasks")
    assert sent_until([(relay(), A_MOMENT_AGO), (slow, A_MOMENT_AGO)], "tasks", NOW) == A_MOMENT_AGO - timedelta(
        seconds=40
    )
    assert not sent_all([(relay(), A_MOMENT_AGO), (slow, A_MOMENT_AGO)], "tasks", NOW)


NOBODY_KNOWS = {
    "never heard of": (relay("feedback"), A_MOMENT_AGO),
    "not heard of lately": (relay(), LONG_AGO),
    "heard of by a clock that ran ahead": (relay(), NOW + timedelta(minutes=1)),
    "cannot count": (replace(relay(), lag_messages=None, lag_seconds=3.0), A_MOMENT_AGO),
    "cannot tell the age": (replace(relay(waiting=2), lag_seconds=None), A_MOMENT_AGO),
    "keeps back what is dated an hour ahead": (relay(waiting=2, age=-3600.0), A_MOMENT_AGO),
}


@pytest.mark.parametrize("report", NOBODY_KNOWS.values(), ids=NOBODY_KNOWS)
def test_of_a_silent_relay_nobody_knows_what_it_keeps_back(report: tuple[StreamState, datetime]) -> None:
    assert sent_until([report], "tasks", NOW) is None
    assert not sent_all([report], "tasks", NOW)
