"""Events as versions of entities: what was read of a log, by source and epoch."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from sixclear.common.bus.envelope import Envelope
from sixclear.monitoring.errors import InvalidEvent
from sixclear.monitoring.kinds import find_kind
from sixclear.monitoring.kinds.kind import BEGINNING, AnyKind, Kind
from sixclear.monitoring.view import census, dimensions
from sixclear.monitoring.view.census import Census
from sixclear.monitoring.view.states import WITHDRAWN, Version

F = TypeVar("F", bound=Struct)


@dataclass(slots=True)
class Batch:
    """What was read of one source's log in one epoch."""

    source: str
    epoch: int
    count: int = 0
    newest: datetime | None = None
    shown: datetime | None = None
    tree: dict[str, list[Version[Any]]] = field(default_factory=lambda: defaultdict(list))
    entities: dict[str, list[Version[Any]]] = field(default_factory=lambda: defaultdict(list))
    census: Census | None = None


def read(envelopes: Sequence[Envelope]) -> list[Batch]:
    """Events as versions, by source and epoch. Raises InvalidEvent when one lacks what the view reads."""
    batches: dict[tuple[str, int], Batch] = {}
    for envelope in envelopes:
        key = (envelope.service, envelope.epoch)
        batch = batches.setdefault(key, Batch(*key))
        batch.newest = max(batch.newest or envelope.recorded_at, envelope.recorded_at)
        if envelope.entity_type == census.ENTITY_TYPE:  # it says how much there is, and is none of it
            batch.census = census.newer(batch.census, envelope)
            continue
        kind = find_kind(envelope.service, envelope.entity_type)
        version = _version(envelope, kind)
        (batch.tree if kind is None else batch.entities)[envelope.entity_type].append(version)
        if kind is None or not hides(kind, version.facts):
            batch.count += 1
            batch.shown = max(batch.shown or envelope.recorded_at, envelope.recorded_at)
    return list(batches.values())


def _version(envelope: Envelope, kind: AnyKind | None) -> Version[Any]:
    try:
        facts = None if envelope.change == WITHDRAWN else _facts(envelope, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidEvent(f"{envelope.type} {envelope.entity_id} version {envelope.version}: {error}") from error
    return Version(
        envelope.entity_id,
        envelope.version,
        envelope.previous_version,
        envelope.change,
        BEGINNING if kind is not None and kind.by_its_days else envelope.occurred_at,
        envelope.recorded_at,
        facts,
        envelope.position,
    )


def _facts(envelope: Envelope, kind: AnyKind | None) -> Any:
    if kind is not None:
        return kind.facts_of(envelope.data)
    if envelope.service != dimensions.SOURCE or envelope.entity_type not in dimensions.FACTS:
        raise ValueError("monitoring does not read this kind of entity")
    return msgspec.convert(envelope.data, dimensions.FACTS[envelope.entity_type])


def hides(kind: Kind[F], facts: F | None) -> bool:
    """Whether nothing may show when and where something happened to it."""
    return facts is not None and kind.hidden.python(facts)
