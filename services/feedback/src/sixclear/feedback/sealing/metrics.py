"""Every metric of sealing."""

from prometheus_client import Gauge

KEYS_KEPT = Gauge(
    "sixclear_feedback_keys_kept",
    "Private keys of months past that should be destroyed and still wrap keys of cases.",
)
