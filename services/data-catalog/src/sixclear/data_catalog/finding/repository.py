"""Findings in the database: computed by one statement each time that they are read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import MOST_COUNTED
from sixclear.data_catalog.element.models import Element
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.reading import Reader
from sixclear.data_catalog.field.models import Field
from sixclear.data_catalog.finding.models import FindingExcuse
from sixclear.data_catalog.finding.statement import FOUND

_NARROWED = """(CAST(:kind AS text) IS NULL OR kind = :kind)
  AND (CAST(:state AS text) IS NULL OR state = :state)
  AND (CAST(:entry_id AS uuid) IS NULL OR entry_id = :entry_id)
  AND (CAST(:owner AS uuid) IS NULL OR owner_organisation_id = :owner)"""
# Of constants alone.
_LIST = text(
    f"""{FOUND} SELECT * FROM told_findings WHERE {_NARROWED}
    AND (CAST(:before AS timestamptz) IS NULL OR (opened_at, finding_id) < (:before, CAST(:after_id AS uuid)))
    ORDER BY opened_at DESC, finding_id DESC LIMIT :limit"""  # noqa: S608
)
_COUNT = text(f"{FOUND} SELECT count(*) FROM (SELECT FROM told_findings WHERE {_NARROWED} LIMIT :limit) AS few")  # noqa: S608
_ONE = text(f"{FOUND} SELECT * FROM told_findings WHERE finding_id = :finding_id")  # noqa: S608
_FIGURES = text(
    f"""{FOUND} SELECT told_findings.kind, count(*) FILTER (WHERE state = 'open') AS open,
    count(*) FILTER (WHERE state = 'excused') AS excused,
    count(*) FILTER (WHERE element.demonstration OR entry.demonstration) AS demonstration
    FROM told_findings JOIN element USING (element_id) LEFT JOIN entry USING (entry_id) GROUP BY told_findings.kind
    UNION ALL
    SELECT NULL, count(*), 0, count(*) FILTER (WHERE element.demonstration) FROM known JOIN element USING (element_id)
    WHERE element_id NOT IN (SELECT element_id FROM spoken_of)"""  # noqa: S608
)
_OF_ENTRY = text("SELECT DISTINCT element_id FROM field WHERE entry_id = :entry_id AND element_id IS NOT NULL")
_OF_OWNER = text(
    """SELECT element_id FROM element WHERE owner_organisation_id = :owner
    UNION SELECT element_id FROM field JOIN entry USING (entry_id)
    WHERE entry.owner_organisation_id = :owner AND element_id IS NOT NULL"""
)
_FIELDS = text(
    """SELECT count(*) FROM (
      SELECT FROM field WHERE element_id IS NOT NULL AND removed_at IS NULL LIMIT :limit) AS few"""
)


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What a list of findings is narrowed to; None does not narrow."""

    kind: str | None = None
    state: str | None = None
    element_id: UUID | None = None
    entry_id: UUID | None = None
    owner: UUID | None = None

    def values(self) -> dict[str, Any]:
        """The parameters of a statement."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How many findings of a kind are open and excused, and how many of both are of the demonstration."""

    open: int = 0
    excused: int = 0
    demonstration: int = 0


def _of(reader: Reader, now: datetime, elements: Collection[UUID] | None = None) -> dict[str, Any]:
    owners = sorted(reader.organisation_ids)
    values = {"everything": reader.everything, "inside": reader.inside, "owners": owners}
    # Only the fields of these elements are looked at: a finding is of one element.
    return values | {"now": now, "elements": None if elements is None else sorted(elements)}


async def elements_of(session: AsyncSession, narrow: FindingFilter) -> Collection[UUID] | None:
    """The elements that a list can be of; None where it can be of any."""
    if narrow.element_id is not None:
        return [narrow.element_id]
    if narrow.entry_id is not None:
        return (await session.scalars(_OF_ENTRY, {"entry_id": narrow.entry_id})).all()
    if narrow.owner is not None:
        return (await session.scalars(_OF_OWNER, {"owner": narrow.owner})).all()
    return None


async def has_more_fields_than(session: AsyncSession, most: int) -> bool:
    """Whether more fields than these hold an element, hidden ones too: what a look at all of them costs."""
    return (await session.scalar(_FIELDS, {"limit": most + 1}) or 0) > most


async def list_findings(
    session: AsyncSession,
    reader: Reader,
    narrow: FindingFilter,
    *,
    now: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Any]:
    """Findings that the reader may know of, the newest first, after the cursor."""
    place = {"before": None, "after_id": None} if after is None else {"before": after[0], "after_id": after[1]}
    of = _of(reader, now, await elements_of(session, narrow))
    return (await session.execute(_LIST, of | narrow.values() | place | {"limit": limit})).all()


async def count_findings(session: AsyncSession, reader: Reader, narrow: FindingFilter, now: datetime) -> int:
    """How many findings the reader's list has, as `count_up_to` says it."""
    values = _of(reader, now, await elements_of(session, narrow)) | narrow.values() | {"limit": MOST_COUNTED + 1}
    return await session.scalar(_COUNT, values) or 0


async def find_finding(
    session: AsyncSession, reader: Reader, finding_id: UUID, now: datetime, elements: Collection[UUID] | None = None
) -> Any:
    """A finding that the reader may know of and that stands now; of these elements, where they are known."""
    return (await session.execute(_ONE, _of(reader, now, elements) | {"finding_id": finding_id})).first()


async def figures(session: AsyncSession, reader: Reader, now: datetime) -> Mapping[str | None, FindingCount]:
    """By kind, how many findings there are; below None, as open, the elements that no field has named."""
    rows = await session.execute(_FIGURES, _of(reader, now))
    return {row.kind: FindingCount(row.open, row.excused, row.demonstration) for row in rows}


async def fields_named(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, tuple[Field, Entry]]:
    """Fields that a finding names, with their entries: the statement has read them for the same reader."""
    if not ids:
        return {}
    statement = select(Field, Entry).join(Entry, Entry.entry_id == Field.entry_id).where(Field.field_id.in_(ids))
    return {row[0].field_id: (row[0], row[1]) for row in await session.execute(statement)}


async def elements_named(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Element]:
    """Elements that a finding names: the statement has read them for the same reader."""
    return {row.element_id: row for row in await session.scalars(select(Element).where(Element.element_id.in_(ids)))}


async def find_excuse(session: AsyncSession, finding_id: UUID) -> FindingExcuse | None:
    """The excuse of a finding, also one that has ended; locked."""
    return await session.get(FindingExcuse, finding_id, with_for_update=True)
