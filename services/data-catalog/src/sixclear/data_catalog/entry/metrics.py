"""Every metric and span name of the data catalogue."""

from prometheus_client import Counter

HEARTBEATS = Counter(
    "sixclear_data_catalog_heartbeats_total", "Heartbeats that were taken, by what became of them.", ["outcome"]
)
