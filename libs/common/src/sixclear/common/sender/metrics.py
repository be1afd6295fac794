"""What became of messages to receivers of other people, and how long they wait."""

from prometheus_client import Counter, Gauge

_KIND = ("kind",)
ATTEMPTS = Counter(
    "sixclear_outgoing_attempts_total",
    "Attempts to send a message, by what became of it: waiting (tried again), delivered, refused, given_up.",
    ("kind", "state"),
)
OLDEST = Gauge(
    "sixclear_outgoing_oldest_seconds", "Age of the message that has waited longest; 0 where none waits.", _KIND
)
