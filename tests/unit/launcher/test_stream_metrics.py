"""Stream health as metrics."""

from prometheus_client import CollectorRegistry

from sixclear.common.runtime.target import StreamState
from sixclear.launcher.stream_metrics import StreamCollector


def test_states_are_read_when_scraped() -> None:
    states: list[StreamState] = []
    registry = CollectorRegistry()
    registry.register(StreamCollector(lambda: states))
    labels = {"sixclear_service": "tasks", "name": "tasks relay", "kind": "relay"}
    assert registry.get_sample_value("sixclear_stream_running", labels) is None
    states.append(
        StreamState(
            service="tasks",
            name="tasks relay",
            kind="relay",
            running=True,
            lag_messages=7,
            lag_seconds=None,
            dead_letters=2,
        )
    )

    assert registry.get_sample_value("sixclear_stream_running", labels) == 1
    assert registry.get_sample_value("sixclear_stream_lag_messages", labels) == 7
    assert registry.get_sample_value("sixclear_stream_dead_letters", labels) == 2
    assert registry.get_sample_value("sixclear_stream_lag_seconds", labels) is None
