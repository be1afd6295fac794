"""What tasks tells of a line of money."""

from datetime import date
from typing import Any

from sixclear.common.bus.envelope import Envelope

# A stage, its amount, and the day as of which a document says so.
Amount = tuple[str, int, date]


def budget(events: Any, name: str, *amounts: Amount, change: str = "amount_stated", **more: Any) -> Envelope:
    """An event of a line that has these entries, by default one of 2025."""
    facts = {
        "year": more.pop("year", 2025),
        "source": "Ngân sách trung ương",
        "amounts": [
            {"number": number, "stage": stage, "amount": amount, "dated_on": day.isoformat(), "document": "12/TTr"}
            for number, (stage, amount, day) in enumerate(amounts, 1)
        ],
    }
    told: Envelope = events.on_task("budget", name, change, facts, **more)
    return told
