"""The ledger of the last changes, as the page and the script that adds live ones both need it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sixclear.portal.upstream.monitoring import Change

# How many changes the ledger holds.
MOST = 12
# Where the record of a change is read; the page of a task has its identifier in the address.
_PATHS: Mapping[str, str] = {"task": "/tasks/{id}", "entry": "/catalogue"}


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A change, and where its record is read, if it has a page."""

    change: Change
    path: str | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The last changes; the script keeps at most `most` rows and leads to the same `paths`."""

    rows: Sequence[LedgerRow]
    most: int = MOST
    paths: Mapping[str, str] = field(default_factory=lambda: _PATHS)


def ledger_of(changes: Sequence[Change]) -> Ledger:
    """The ledger of `changes`, newest first."""
    return Ledger([LedgerRow(change, _path(change)) for change in changes])


def _path(change: Change) -> str | None:
    path = _PATHS.get(change.entity_type)
    return path.replace("{id}", str(change.entity_id)) if path else None
