"""The events of a service beside the examples under its `contracts/examples`."""

from pathlib import Path
from typing import Any

import orjson

from sixclear.common.events.catalogue import EventCatalogue, type_of
from sixclear.common.events.log import EventLog, StoredEvent


def shown(service: str, event: StoredEvent) -> dict[str, Any]:
    """An event as its example shows it: what does not depend on when and where it was recorded."""
    return {
        "type": type_of(service, event.entity_type, event.change),
        "source": f"/sixclear/{service}",
        "subject": str(event.entity_id),
        "time": event.occurred_at.isoformat().replace("+00:00", "Z"),
        "version": event.version,
        "previousversion": event.previous_version,
        "data": event.data,
    }


async def emitted_examples(log: EventLog) -> dict[str, dict[str, Any]]:
    """The first event of each kind in `log`, by the name of its example."""
    emitted: dict[str, dict[str, Any]] = {}
    for event in await log.reader().read(0, 1000):
        emitted.setdefault(f"{event.entity_type}.{event.change}", shown(log.service, event))
    return emitted


def written_examples(folder: Path) -> dict[str, dict[str, Any]]:
    """The examples in `folder`, by name."""
    return {path.stem: orjson.loads(path.read_bytes()) for path in folder.glob("*.json")}


def declared_examples(events: EventCatalogue) -> set[str]:
    """The name of the example that each declared kind of event must have."""
    return {f"{entity.entity_type}.{change}" for entity in events.entities for change in entity.changes}
