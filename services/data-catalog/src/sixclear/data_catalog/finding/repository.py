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
    f"""{FOUND} SELECT kind, count(*) FILTER (WHERE state = 'open') AS open,
    count(*) FILTER (WHERE state = 'excused') AS excused FROM told_findings GROUP BY kind"""  # noqa: S608
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


def _of(reader: Reader, now: datetime) -> dict[str, Any]:
    owners = sorted(reader.organisation_ids)
    values = {"everything": reader.everything, "inside": reader.inside, "owners": owners}
    # A list that is narrowed to an element says which one: only its fields are looked at.
    return values | {"now": now, "element_id": None}


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
    return (await session.execute(_LIST, _of(reader, now) | narrow.values() | place | {"limit": limit})).all()


async def count_findings(session: AsyncSession, reader: Reader, narrow: FindingFilter, now: datetime) -> int:
    """How many findings the reader's list has, as `count_up_to` says it."""
    values = _of(reader, now) | narrow.values() | {"limit": MOST_COUNTED + 1}
    return await session.scalar(_COUNT, values) or 0


async def find_finding(session: AsyncSession, reader: Reader, finding_id: UUID, now: datetime) -> Any:
    """A finding that the reader may know of and that stands now."""
    return (await session.execute(_ONE, _of(reader, now) | {"finding_id": finding_id})).first()


async def figures(session: AsyncSession, reader: Reader, now: datetime) -> Mapping[str, tuple[int, int]]:
    """By kind, how many findings are open and how many excused."""
    rows = await session.execute(_FIGURES, _of(reader, now))
    return {row.kind: (row.open, row.excused) for row in rows}


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
