"""Every metric and span name of the tasks service."""

from prometheus_client import Counter

BULK_ITEMS = Counter(
    "sixclear_tasks_bulk_items_total", "Items of bulk progress requests by what became of them.", ["outcome"]
)
