"""What calls answer, where it is more than the JSON of one entity."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """What became of each row, in their order; `index` counts over all requests that the rows took."""

    items: Sequence[Json]

    @property
    def rejected(self) -> Sequence[Json]:
        """The rows that were refused, each with its `problem`."""
        return [item for item in self.items if item["outcome"] == "rejected"]

    @property
    def undecided(self) -> Sequence[Json]:
        """The rows of which something needs a decision (`needs_decision`)."""
        return [item for item in self.items if item.get("needs_decision")]

    def count(self, outcome: str) -> int:
        """How many rows have this outcome."""
        return sum(item["outcome"] == outcome for item in self.items)


@dataclass(frozen=True, slots=True)
class Event:
    """A change of an entity; `data` is its whole state after it. `id` is unique with `source`."""

    id: str
    source: str
    type: str
    entity_id: UUID
    version: int
    occurred_at: datetime
    recorded_at: datetime
    restricted: bool
    data: Json

    @classmethod
    def of(cls, event: Json) -> "Event":
        """The event in a CloudEvent."""
        return cls(
            id=event["id"],
            source=event["source"],
            type=event["type"],
            entity_id=UUID(event["subject"]),
            version=event["version"],
            occurred_at=datetime.fromisoformat(event["time"]),
            recorded_at=datetime.fromisoformat(event["recordedat"]),
            restricted=event.get("restricted", False),
            data=event["data"],
        )


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some events, and the position after them: store it together with what was done with them."""

    events: Sequence[Event]
    after: str
    at_end: bool
