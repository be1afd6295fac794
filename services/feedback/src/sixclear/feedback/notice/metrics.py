"""Every metric of notices."""

from prometheus_client import Counter, Gauge

NOTICES = Counter(
    "sixclear_feedback_notices_total", "Tries to send a mail that says that there is news, by outcome.", ["outcome"]
)
NOTICES_WAIT = Gauge(
    "sixclear_feedback_notices_oldest_seconds", "For how long the mail has waited that should have gone out first."
)
