"""Metrics of files of elements."""

from prometheus_client import Counter

BULK_ELEMENTS = Counter(
    "sixclear_data_catalog_bulk_elements_total", "Items of files of elements by outcome.", ["outcome"]
)
