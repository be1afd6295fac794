"""Every metric of the public log."""

from prometheus_client import Counter, Gauge

LOG_SIZE = Gauge("sixclear_feedback_log_entries", "Entries of the newest signed checkpoint of the public log.")
LOG_WAITING = Gauge(
    "sixclear_feedback_log_waiting_seconds", "Age of the oldest statement that is in no shown checkpoint yet; else 0."
)
LOG_CLOSED = Gauge(
    "sixclear_feedback_log_closed", "1 while this process may not sign, because file, key and database disagree."
)
LOG_FILLED = Counter("sixclear_feedback_log_filled_total", "Entries that a restored database got back from files.")
LOG_UNCOSIGNED = Gauge(
    "sixclear_feedback_log_uncosigned_seconds", "Age of the oldest statement that no accepted checkpoint has; else 0."
)
WITNESS_FAILS = Gauge(
    "sixclear_feedback_log_witness_fails", "1 while a witness gave no cosignature when it was last asked.", ["witness"]
)
