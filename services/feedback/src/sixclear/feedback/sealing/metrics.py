"""Every metric of sealing."""

from prometheus_client import Gauge

ESCROW_KEYS_UNRECORDED = Gauge(
    "sixclear_feedback_escrow_keys_unrecorded",
    "Months past of which the holder of the escrow keys has not recorded that the private key was destroyed.",
)
KEYS_KEPT = Gauge(
    "sixclear_feedback_keys_kept",
    "Private keys of months past that should be destroyed and still wrap keys of cases.",
)
