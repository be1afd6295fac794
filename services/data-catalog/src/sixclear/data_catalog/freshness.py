"""Whether an entry lives: its last heartbeat against the period that its owner promised. Derived, never stored."""

from datetime import datetime, timedelta

FRESHNESS = ("fresh", "late", "silent", "no_promise")


def fresh_until(last_at: datetime | None, promised_period_seconds: int | None) -> datetime | None:
    """The last instant at which the entry counts as fresh; None without a promise or without a heartbeat."""
    if last_at is None or promised_period_seconds is None:
        return None
    return last_at + timedelta(seconds=promised_period_seconds)


def freshness(last_at: datetime | None, promised_period_seconds: int | None, now: datetime) -> str:
    """`fresh` up to the promised period after the last heartbeat, then `late`; `silent` when none ever came.

    `no_promise` where no period was promised: neither good nor bad.
    """
    if promised_period_seconds is None:
        return "no_promise"
    until = fresh_until(last_at, promised_period_seconds)
    if until is None:
        return "silent"
    return "fresh" if now <= until else "late"
