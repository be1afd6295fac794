"""What tasks tells of a filing."""

from datetime import datetime, timedelta
from typing import Any

from sixclear.common.bus.envelope import Envelope

_CHANGES = {"open": "opened", "filed": "filed", "missed": "missed", "locked": "locked", "exempted": "exempted"}


def filing(
    events: Any,
    name: str,
    *,
    state: str = "open",
    late_at: datetime | None = None,
    filed_at: datetime | None = None,
    **more: Any,
) -> Envelope:
    """An event of a filing in this state; one that is filed was so just now, where it does not say when."""
    facts = {
        "period": "2025-W49",
        "state": state,
        "late_at": late_at or events.now + timedelta(days=3),
        "filed_at": filed_at or (events.now if state == "filed" else None),
        "empty": False,
    }
    told: Envelope = events.on_task("filing", name, _CHANGES[state], facts | more.pop("facts", {}), **more)
    return told
