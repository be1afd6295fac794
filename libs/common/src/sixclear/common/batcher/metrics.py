"""What a batcher does: how much waits, how long it waited, how large batches are, and what was refused."""

from prometheus_client import Counter, Gauge, Histogram

from sixclear.common.metric_labels import SERVICE

_LABELS = (SERVICE, "batcher")

QUEUE = Gauge("sixclear_batcher_queue", "Commands that wait for a batch now.", _LABELS)
WAIT = Histogram(
    "sixclear_batcher_wait_seconds",
    "Time from a command's arrival to the start of its batch.",
    _LABELS,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
SIZE = Histogram(
    "sixclear_batcher_batch_size", "Commands in a batch.", _LABELS, buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
SECONDS = Histogram(
    "sixclear_batcher_batch_seconds",
    "Time that a batch took, its commit included.",
    _LABELS,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REFUSED = Counter("sixclear_batcher_refused_total", "Commands refused because the queue was full.", _LABELS)
FAILED = Counter(
    "sixclear_batcher_failed_total",
    "Batches that failed: `data` (divided, so that one item fails alone) or `lost` (outcome unknown, answered 503).",
    (*_LABELS, "cause"),
)
