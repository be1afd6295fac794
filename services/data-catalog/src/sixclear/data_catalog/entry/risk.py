"""Whether an entry is late for its due date, as rule R19 says it. Derived at the time of the answer, never stored.

The risk that a body declares is another fact, and stays beside it.
"""

from datetime import date, datetime, timedelta
from typing import Literal

from sixclear.common.clock import civil_date

RULE: Literal["R19"] = "R19"
# Raised with every change of what the rule says.
RULE_VERSION = 1
NEAR = timedelta(days=60)
# Nothing is left to be late with. What is rebuilt stands on no rung, and owes one by its due date.
BUILT = frozenset({"deploying_foundation", "formed_centralised", "retire"})


def computed_risk(due: date | None, deployment_stage: str, now: datetime) -> Literal["high", "none"] | None:
    """`high` below `deploying_foundation` from less than 60 days before the due date on, and after it.

    None without a due date where it would count: nothing can be said. Days are those of Vietnam.
    """
    if deployment_stage in BUILT:
        return "none"
    if due is None:
        return None
    return "high" if due - civil_date(now) < NEAR else "none"
