"""Every metric of retention."""

from prometheus_client import Counter, Gauge

ERASED = Counter(
    "sixclear_feedback_retention_erased_total",
    "Contacts and whole cases that were erased when their time was over.",
    ["what"],
)
KEPT = Gauge(
    "sixclear_feedback_retention_kept",
    "Closed cases whose time is over by their answer, and that a clock still keeps.",
    ["what"],
)
