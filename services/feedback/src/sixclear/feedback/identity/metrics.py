"""Every metric of requests to know who a sender is."""

from prometheus_client import Counter

IDENTITY_REQUESTS = Counter(
    "sixclear_feedback_identity_requests_total", "Requests to know who a sender is, by step.", ["step"]
)
