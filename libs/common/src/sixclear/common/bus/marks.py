"""The mark of a record: its place in its service's log and a hash of what it says, to recognise it again.

A log that was restored, emptied or made again counts its positions again: the same position, another event. The hash
tells them apart. It is SHA-256 over one JSON array, in UTF-8, without blanks, the keys of every object sorted:
`[position, entity_type, entity_id, version, previous_version, change, occurred_at, recorded_at, data]`; instants in
UTC as ISO 8601 with `Z`. These are the columns that never change and that also travel. Left out are `meta`, which
never leaves the service, `traceparent`, which the wire may drop, and the epoch, which is stamped when an event is
sent. `data` is parsed and written again, so that neither a dump nor another release of PostgreSQL can change the hash
by the order of keys or by blanks: the row, the row after pg_restore, and the record in Kafka have the same one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

from sixclear.common.bus.envelope import Envelope

# Another definition of the hash gets another number; marks of an unknown one are not compared.
_DEFINITION = "1"


@dataclass(frozen=True, slots=True)
class Mark:
    """One record of a log, as its reader recognises it again. `recorded_at` tells a lost one from an archived."""

    position: int
    epoch: int
    recorded_at: datetime
    hash: str

    def same_event(self, other: "Mark") -> bool:
        """Whether both are the same event; the epoch only says when it was sent."""
        return self.position == other.position and self.hash == other.hash

    def __str__(self) -> str:
        """The text that is stored with a position."""
        return f"{_DEFINITION} {self.epoch} {self.position} {_instant(self.recorded_at)} {self.hash}"


def mark_of(envelope: Envelope) -> Mark:
    """The mark of an event, whether it was read from the table or from Kafka."""
    said: list[Any] = [
        envelope.position,
        envelope.entity_type,
        str(envelope.entity_id),
        envelope.version,
        envelope.previous_version,
        envelope.change,
        _instant(envelope.occurred_at),
        _instant(envelope.recorded_at),
        envelope.data,
    ]
    digest = sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return Mark(envelope.position, envelope.epoch, envelope.recorded_at, digest)


def parse_mark(text: str | None, *, position: int | None, epoch: int) -> Mark | None:
    """The stored mark of the record at `position` of `epoch`.

    None where there is none: of a row from before marks, of another definition, or of another record, because a
    release without marks has moved the position since.
    """
    parts = (text or "").split(" ")
    if len(parts) != 5 or parts[:3] != [_DEFINITION, str(epoch), str(position)]:
        return None
    return Mark(int(parts[2]), epoch, datetime.fromisoformat(parts[3]), parts[4])


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
