"""Comparisons, as they are asked for and answered."""

from datetime import datetime
from typing import Any

from sixclear.common.web.schemas import Schema


class Reconciliation(Schema):
    """A comparison of counters with a count of the records."""

    checked_at: datetime
    reconciled: bool
    repaired: bool
    differences: list[dict[str, Any]]


class ReconciliationRequest(Schema):
    """Whether what is found is to be repaired at once."""

    repair: bool = False
