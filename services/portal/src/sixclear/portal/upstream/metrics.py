"""Every metric of the portal."""

from prometheus_client import Counter, Histogram

UPSTREAM_SECONDS = Histogram(
    "sixclear_portal_upstream_request_seconds",
    "Time that the portal waited for an answer of another service, by that service and outcome.",
    ("upstream", "outcome"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0),
)
LAST_KNOWN = Counter(
    "sixclear_portal_last_known_answers_total",
    "Answers shown of a service that did not answer: the last that it gave, with their instant, by service.",
    ("upstream",),
)
PAGES_INCOMPLETE = Counter(
    "sixclear_portal_incomplete_pages_total",
    "Pages shown without a new answer of a service that did not answer, by service.",
    ("upstream",),
)
