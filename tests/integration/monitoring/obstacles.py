"""What tasks tells of an obstacle."""

from typing import Any

from sixclear.common.bus.envelope import Envelope
from sixclear.common.clock import civil_date


def obstacle(events: Any, name: str, change: str = "opened", **more: Any) -> Envelope:
    """An event of an obstacle, by default of one that holds work back since today."""
    facts = {
        "state": "settled" if change == "settled" else "open",
        "counts_as": more.pop("counts_as", "resources"),
        "level": more.pop("level", "commune"),
        "since": (more.pop("since", None) or civil_date(events.now)).isoformat(),
    }
    told: Envelope = events.on_task("obstacle", name, change, facts, **more)
    return told
