"""Metrics of files of tasks."""

from prometheus_client import Counter

BULK_TASKS = Counter("sixclear_tasks_bulk_tasks_total", "Items of files of tasks by what became of them.", ["outcome"])
