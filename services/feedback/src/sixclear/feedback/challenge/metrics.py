"""Every metric of what senders are asked to show."""

from prometheus_client import Counter

PROOFS = Counter(
    "sixclear_feedback_proofs_total",
    "Submissions above the load: with work `solved`, with an open form `held`, `asked` for work and not taken in.",
    ["result"],
)
