"""The events of a service beside the examples under its `contracts/examples`."""

from collections.abc import Mapping
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
    """The examples in `folder`, by name, each as it is sent."""
    written = {path.stem: orjson.loads(path.read_bytes()) for path in folder.glob("*.json")}
    return {name: whole(example, written) for name, example in written.items()}


def whole(example: Mapping[str, Any], written: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """An example as it is sent. With `base` it says only where it differs from the example of that name in `written`.

    Its values replace those of the base, in `data` too. A base is whole itself, so that a new field of an entity is
    written into one file.
    """
    if "base" not in example:
        return dict(example)
    base = written[example["base"]]
    if "base" in base:
        raise ValueError(f"{example['base']} is the base of another example: it says everything itself.")
    own = {name: value for name, value in example.items() if name not in ("base", "data")}
    return {**base, **own, "data": base["data"] | example["data"]}


def declared_examples(events: EventCatalogue) -> set[str]:
    """The name of the example that each declared kind of event must have."""
    return {f"{entity.entity_type}.{change}" for entity in events.entities for change in entity.changes}
