"""Relays of other processes are shown as they said, and silence is shown as silence."""

from datetime import UTC, datetime, timedelta

from sixclear.common.runtime.target import StreamState
from sixclear.monitoring.reported import ReportedStreams

NOW = datetime(2025, 12, 4, 10, tzinfo=UTC)


def relay(service: str = "tasks", behind: int = 0) -> StreamState:
    return StreamState(
        service=service, name=f"{service} relay", kind="relay", running=True, lag_messages=behind, lag_seconds=1.5
    )


def test_the_newest_report_counts() -> None:
    reported = ReportedStreams()
    reported.take([relay(behind=7), relay("feedback")], NOW)
    reported.take([relay(behind=3)], NOW + timedelta(seconds=5))
    states = {state.service: state for state in reported.states(NOW + timedelta(seconds=6))}
    assert (states["tasks"].lag_messages, states["feedback"].running) == (3, True)


def test_a_process_that_is_gone_does_not_run() -> None:
    reported = ReportedStreams()
    reported.take([relay()], NOW)
    [state] = reported.states(NOW + timedelta(minutes=1))
    assert (state.running, state.detail) == (False, "not heard of since 2025-12-04 10:00:00 UTC")
    reported.take([relay("feedback")], NOW + timedelta(hours=2))
    assert [state.service for state in reported.states(NOW + timedelta(hours=2))] == ["feedback"]


def test_names_are_bounded() -> None:
    reported = ReportedStreams()
    reported.take([relay(str(number)) for number in range(1000)], NOW)
    assert len(reported.states(NOW)) == 200
