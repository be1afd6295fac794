"""Every metric of the mailbox."""

from prometheus_client import Counter

MAILBOX_OPENINGS = Counter(
    "sixclear_feedback_mailbox_openings_total", "Uses of a receipt code by what became of them.", ["outcome"]
)
