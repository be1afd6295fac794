"""Comparisons, as they are asked for and answered."""

from datetime import datetime
from typing import Any

from sixclear.common.web.schemas import Schema

# Where the view contradicts itself, as it is stored in JSON: each check says other things of the place.
Difference = dict[str, Any]


class Reconciliation(Schema):
    """A comparison of counters with a count of the records."""

    checked_at: datetime
    reconciled: bool
    repaired: bool
    differences: list[Difference]


class ReconciliationRequest(Schema):
    """Whether to repair what is found."""

    repair: bool = False
