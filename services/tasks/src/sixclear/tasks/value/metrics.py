"""Metrics of files of values."""

from prometheus_client import Counter

BULK_VALUES = Counter("sixclear_tasks_bulk_values_total", "Items of files of values by outcome.", ["outcome"])
