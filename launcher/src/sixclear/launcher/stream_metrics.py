"""The health of every relay and consumer of the process as metrics, read when they are scraped."""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from sixclear.common.metric_labels import SERVICE
from sixclear.common.runtime.target import StreamState

_LABELS = (SERVICE, "name", "kind")


class StreamCollector(Collector):
    """Lag in messages and in seconds, dead letters, and whether it runs, per stream."""

    def __init__(self, streams: Callable[[], Sequence[StreamState]]) -> None:
        self._streams = streams

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: names are known without asking the streams."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The states now."""
        running = GaugeMetricFamily("sixclear_stream_running", "1 while it makes progress or may.", labels=_LABELS)
        messages = GaugeMetricFamily("sixclear_stream_lag_messages", "Messages that wait.", labels=_LABELS)
        seconds = GaugeMetricFamily("sixclear_stream_lag_seconds", "Age of the oldest that waits.", labels=_LABELS)
        letters = GaugeMetricFamily("sixclear_stream_dead_letters", "Messages put aside.", labels=_LABELS)
        for state in self._streams():
            labels = (state.service, state.name, state.kind)
            running.add_metric(labels, float(state.running))
            letters.add_metric(labels, float(state.dead_letters))
            if state.lag_messages is not None:
                messages.add_metric(labels, float(state.lag_messages))
            if state.lag_seconds is not None:
                seconds.add_metric(labels, state.lag_seconds)
        yield from (running, messages, seconds, letters)
