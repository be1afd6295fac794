"""Fields of entries in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import count_up_to
from sixclear.data_catalog.element.models import Element
from sixclear.data_catalog.entry.models import Entry, readable_by
from sixclear.data_catalog.entry.reading import Reader
from sixclear.data_catalog.field.models import Field, told_to


@dataclass(frozen=True, slots=True)
class Told:
    """A field with the entry that it is in, and the element that it holds."""

    field: Field
    entry: Entry
    element: Element | None


@dataclass(frozen=True, slots=True)
class FieldFilter:
    """What a list of fields is narrowed to; None does not narrow."""

    entry_id: UUID | None = None
    element_id: UUID | None = None
    role: str | None = None
    standing: str | None = None


def _found(reader: Reader, narrow: FieldFilter) -> Select[Field, Entry, Element]:
    """Fields that the reader may know of and that were not removed."""
    statement = (
        select(Field, Entry, Element)
        .join(Entry, Entry.entry_id == Field.entry_id)
        .outerjoin(Element, Element.element_id == Field.element_id)
        .where(told_to(reader), Field.removed_at.is_(None))
    )
    wanted = {
        Field.entry_id: narrow.entry_id,
        Field.element_id: narrow.element_id,
        Field.role: narrow.role,
        Field.standing: narrow.standing,
    }
    return statement.where(*(column == value for column, value in wanted.items() if value is not None))


async def find_told(session: AsyncSession, reader: Reader, entry_id: UUID, field_id: UUID) -> Told | None:
    """A field of this entry that the reader may know of."""
    statement = _found(reader, FieldFilter(entry_id=entry_id)).where(Field.field_id == field_id)
    row = (await session.execute(statement)).first()
    return None if row is None else Told(row[0], row[1], row[2])


async def list_fields(
    session: AsyncSession, reader: Reader, narrow: FieldFilter, *, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Told]:
    """Fields in the order of their names, after the cursor."""
    statement = _found(reader, narrow).order_by(Field.name, Field.field_id).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(Field.name, Field.field_id) > tuple_(*after))
    return [Told(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def list_uses(
    session: AsyncSession, reader: Reader, narrow: FieldFilter, *, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Told]:
    """Fields in the order of the codes of their entries, after the cursor."""
    statement = _found(reader, narrow).order_by(Entry.code, Field.field_id).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(Entry.code, Field.field_id) > tuple_(*after))
    return [Told(row[0], row[1], row[2]) for row in await session.execute(statement)]


async def count_fields(session: AsyncSession, reader: Reader, narrow: FieldFilter) -> int:
    """How many fields the reader's list has, as `count_up_to` says it."""
    return await count_up_to(session, _found(reader, narrow).with_only_columns(Field.field_id))


async def all_of(session: AsyncSession, entry_id: UUID, ids: Collection[UUID]) -> Mapping[UUID, Field]:
    """The fields of an entry with these identifiers, removed ones too, for any caller; the entry is locked."""
    statement = select(Field).where(Field.entry_id == entry_id, Field.field_id.in_(ids))
    return {row.field_id: row for row in await session.scalars(statement)}


async def closed_elements(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Those of these elements that not everyone may know of."""
    if not ids:
        return set()
    is_closed = or_(Element.restricted, Element.status == "draft")
    return set(await session.scalars(select(Element.element_id).where(Element.element_id.in_(ids), is_closed)))


async def count_of(session: AsyncSession, entry_id: UUID) -> int:
    """How many fields an entry has, hidden ones too."""
    statement = select(func.count()).where(Field.entry_id == entry_id, Field.removed_at.is_(None))
    return await session.scalar(statement) or 0


async def entries_named(session: AsyncSession, reader: Reader, ids: Collection[UUID]) -> Mapping[UUID, Entry]:
    """Those of these entries that the reader may know of."""
    if not ids:
        return {}
    statement = select(Entry).where(readable_by(reader), Entry.entry_id.in_(ids))
    return {row.entry_id: row for row in await session.scalars(statement)}
