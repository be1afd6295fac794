"""Relays of other processes are shown as they said, silence as silence, and what they keep back counts as age."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.reported import shown, unsent_since

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


def test_relays_that_have_sent_everything_keep_nothing_back() -> None:
    consumer = replace(relay("monitoring", waiting=7, age=30.0), kind="consumer")
    assert unsent_since([(relay(), A_MOMENT_AGO), (consumer, A_MOMENT_AGO)], NOW) is None
    assert unsent_since([], NOW) is None


def test_what_a_relay_has_not_sent_is_as_old_as_it_says() -> None:
    reports = [(relay(), A_MOMENT_AGO), (relay("feedback", waiting=2, age=40.0), A_MOMENT_AGO)]
    assert unsent_since(reports, NOW) == A_MOMENT_AGO - timedelta(seconds=40)


def test_of_a_silent_relay_nobody_knows_what_it_keeps_back() -> None:
    assert unsent_since([(relay(), LONG_AGO), (relay("feedback"), A_MOMENT_AGO)], NOW) == LONG_AGO
