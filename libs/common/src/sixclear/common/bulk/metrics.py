"""How many large files wait."""

from prometheus_client import Gauge

from sixclear.common.metric_labels import SERVICE

WAITING = Gauge(
    "sixclear_bulk_jobs_waiting",
    "Large files that are accepted and not worked through yet, of all senders.",
    (SERVICE,),
)
