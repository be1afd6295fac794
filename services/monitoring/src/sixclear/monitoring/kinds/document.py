"""Documents of law and administration: counted by type, and by how they stand on a day.

The newest version says it of every day: what was entered late is counted from its day of issue on.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.common.clock import civil_day_end
from sixclear.monitoring.kinds.kind import BEGINNING, Axis, Counted, Instant, Kind, Step

# More may come; each is counted under its own name.
TYPES = (
    *("law", "resolution", "decree", "decision", "circular", "directive", "plan", "local_document"),
    "other",
)
ISSUED = ("not_in_force_yet", "in_force", "replaced")
NOT_ISSUED = ("owed", "overdue")
ABSENT = "absent"


class DocumentFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a document's event; the instants are the last ones before it stands otherwise."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    type: str
    owed_at: Instant | None
    overdue_at: Instant | None
    issued_at: Instant | None
    in_force_at: Instant | None
    replaced_at: Instant | None
    demonstration: bool


class _DocumentData(Struct, kw_only=True):
    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    type: str
    issued_on: date | None
    effective_on: date | None
    due_on: date | None
    replaced_on: date | None
    demonstration: bool = False


def _read(data: Mapping[str, Any]) -> DocumentFacts:
    read = msgspec.convert(data, _DocumentData)
    return DocumentFacts(
        organisation_id=read.organisation_id,
        programme=read.programme,
        assigned_by=read.assigned_by,
        type=read.type,
        owed_at=None if read.due_on is None else BEGINNING - timedelta(days=1),
        overdue_at=None if read.due_on is None else civil_day_end(read.due_on),
        issued_at=_before(read.issued_on),
        in_force_at=_before_both(read.effective_on, read.issued_on),
        replaced_at=_before_both(read.replaced_on, read.issued_on),
        demonstration=read.demonstration,
    )


def _before(day: date | None) -> datetime | None:
    """The last instant before a day."""
    return None if day is None else civil_day_end(day - timedelta(days=1))


def _before_both(day: date | None, issued_on: date | None) -> datetime | None:
    """As `_before`; what has effect since an earlier day than its issue is there since its issue."""
    return None if day is None or issued_on is None else _before(max(day, issued_on))


# One that is owed is so from the beginning, as the list of documents says it.
STANDING: Axis[DocumentFacts] = Axis(
    name="bucket",
    start=ABSENT,
    steps=(
        Step("owed_at", "owed"),
        Step("overdue_at", "overdue"),
        Step("issued_at", "not_in_force_yet"),
        Step("in_force_at", "in_force"),
        Step("replaced_at", "replaced"),
    ),
)


def _cells(facts: DocumentFacts, bucket: str) -> Iterable[Counted]:
    """Those that were issued are a cell of their own, so that how they stand can be checked against them."""
    if bucket != ABSENT:
        yield Counted("document", f"{facts.type}/{bucket}")
        if bucket in ISSUED:
            yield Counted("document_issued", facts.type)
        if facts.demonstration:
            yield Counted("document_demonstration", "")


_CELLS_SQL = f"""
(VALUES
    ('document', CASE WHEN h.bucket <> '{ABSENT}' THEN h.type || '/' || h.bucket END, 1),
    ('document_issued', CASE WHEN h.bucket IN ('not_in_force_yet', 'in_force', 'replaced') THEN h.type END, 1),
    ('document_demonstration', CASE WHEN h.bucket <> '{ABSENT}' AND h.demonstration THEN '' END, 1)
)
"""


DOCUMENT: Kind[DocumentFacts] = Kind(
    name="document",
    source="tasks",
    rules=1,
    facts=DocumentFacts,
    read=_read,
    axes=(STANDING,),
    by_reach=True,
    by_its_days=True,
    measures=("document", "document_issued", "document_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    title=None,
    told=False,
)
