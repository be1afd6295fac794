"""Elements in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import count_up_to
from sixclear.common.db import wait_to_create
from sixclear.common.folded_columns import found_in
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.data_catalog.element.models import Element, ElementVersion


@dataclass(frozen=True, slots=True)
class ElementFilter:
    """What a list of elements is narrowed to; None does not narrow."""

    domain: str | None = None
    level: str | None = None
    personal: bool | None = None
    owner: UUID | None = None
    query: str | None = None


async def find_element(session: AsyncSession, code: str, *, lock: bool = False) -> Element | None:
    """The element with this code, in any case; its row locked when it is about to change."""
    statement = select(Element).where(Element.folded_key == folded_key(code))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(statement)


async def lock_coded(session: AsyncSession, codes: Collection[str]) -> Mapping[str, Element]:
    """The elements with these codes by the forms of their codes, their rows locked.

    Others who register one of these codes wait until the transaction ends.
    """
    keys = {folded_key(code) for code in codes}
    await wait_to_create(session, *(stable_id("code of an element", key) for key in keys))
    statement = select(Element).where(Element.folded_key.in_(keys)).order_by(Element.element_id).with_for_update()
    return {row.folded_key: row for row in await session.scalars(statement)}


async def find_coded(session: AsyncSession, codes: Collection[str]) -> Sequence[Element]:
    """The elements with these codes, in any case, for any caller."""
    keys = {folded_key(code) for code in codes}
    if not keys:
        return ()
    return (await session.scalars(select(Element).where(Element.folded_key.in_(keys)))).all()


async def find_version(session: AsyncSession, element_id: UUID, number: int | None) -> ElementVersion | None:
    """One version of an element, a draft too."""
    return None if number is None else await session.get(ElementVersion, (element_id, number))


async def find_drafts(session: AsyncSession, elements: Collection[Element]) -> Mapping[UUID, ElementVersion]:
    """The drafts of these elements, by the identifiers of the elements."""
    wanted = [(row.element_id, row.draft_number) for row in elements if row.draft_number is not None]
    if not wanted:
        return {}
    statement = select(ElementVersion).where(tuple_(ElementVersion.element_id, ElementVersion.number).in_(wanted))
    return {row.element_id: row for row in await session.scalars(statement)}


async def list_versions(
    session: AsyncSession, element_id: UUID, *, before: int | None, limit: int
) -> Sequence[ElementVersion]:
    """The versions of an element that were approved as public, the newest first, before the cursor."""
    statement = select(ElementVersion).where(
        ElementVersion.element_id == element_id,
        ElementVersion.approved_at.is_not(None),
        ElementVersion.content["restricted"].as_boolean().is_(False),
    )
    if before is not None:
        statement = statement.where(ElementVersion.number < before)
    return (await session.scalars(statement.order_by(ElementVersion.number.desc()).limit(limit))).all()


async def list_elements(
    session: AsyncSession, narrow: ElementFilter, *, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Element]:
    """Approved elements that are public, in the order of their codes, after the cursor."""
    statement = select(Element).where(*_conditions(narrow))
    if after is not None:
        statement = statement.where(tuple_(Element.code, Element.element_id) > tuple_(*after))
    return (await session.scalars(statement.order_by(Element.code, Element.element_id).limit(limit))).all()


async def count_elements(session: AsyncSession, narrow: ElementFilter) -> int:
    """How many elements the list has, as `count_up_to` says it."""
    return await count_up_to(session, select(Element.element_id).where(*_conditions(narrow)))


async def list_kept(
    session: AsyncSession,
    owners: Collection[UUID] | None,
    status: str | None,
    *,
    drafts: bool,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[Element]:
    """Elements in the order of their codes, after the cursor; of these owners, of all without; `drafts` alone."""
    statement = select(Element)
    if owners is not None:
        statement = statement.where(Element.owner_organisation_id.in_(owners))
    if status is not None:
        statement = statement.where(Element.status == status)
    if drafts:
        statement = statement.where(Element.draft_number.is_not(None))
    if after is not None:
        statement = statement.where(tuple_(Element.code, Element.element_id) > tuple_(*after))
    return (await session.scalars(statement.order_by(Element.code, Element.element_id).limit(limit))).all()


def _conditions(narrow: ElementFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Element.status == "approved", Element.restricted.is_(False)]
    if narrow.domain is not None:
        conditions.append(Element.content["domain"].astext == narrow.domain)
    if narrow.level is not None:
        conditions.append(Element.content["level"].astext == narrow.level)
    if narrow.personal is not None:
        conditions.append(Element.content["personal"].as_boolean() == narrow.personal)
    if narrow.owner is not None:
        conditions.append(Element.owner_organisation_id == narrow.owner)
    if narrow.query:
        conditions.append(found_in(Element.search_text, narrow.query))
    return conditions


async def store(session: AsyncSession, elements: Collection[Element], drafts: Collection[ElementVersion]) -> None:
    """Write elements, new ones first, then their drafts."""
    session.add_all(elements)
    await session.flush()
    session.add_all(drafts)
    await session.flush()
