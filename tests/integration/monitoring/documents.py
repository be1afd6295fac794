"""What tasks tells of a document."""

from datetime import date
from typing import Any

from sixclear.common.bus.envelope import Envelope
from sixclear.common.clock import civil_date


def document(events: Any, name: str, change: str = "registered", **more: Any) -> Envelope:
    """An event of a document, by default of a law that was issued today, and whose day of effect is not known."""
    issued = None if change == "owed" else civil_date(events.now)
    days = {"issued_on": issued, "effective_on": None, "due_on": None, "replaced_on": None}
    facts: dict[str, Any] = {"type": more.pop("type", "law")} | {key: _day(more.pop(key, days[key])) for key in days}
    told: Envelope = events.on_task("document", name, change, facts, **more)
    return told


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
