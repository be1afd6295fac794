"""How a piece of work stands to its deadline: one rule for all services. Pure; days are civil days."""

from datetime import date, datetime

from sixclear.common.clock import civil_date

# From so many days behind the deadline on, work is at risk, and its body says what it does about it (R3, R8).
SLIP_AT_RISK_DAYS = 5


def slip_days(expected_on: date | None, deadline: datetime | None) -> int | None:
    """Days from the civil day of the deadline to the expected one, below zero if that is earlier; None without one."""
    if expected_on is None or deadline is None:
        return None
    return (expected_on - civil_date(deadline)).days
