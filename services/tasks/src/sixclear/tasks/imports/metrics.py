"""Metrics of imports."""

from prometheus_client import Counter

IMPORTED = Counter("sixclear_tasks_imported_rows_total", "Rows of imports by what became of them.", ["outcome"])
