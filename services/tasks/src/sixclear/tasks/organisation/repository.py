"""Organisations in the database."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, CompoundSelect, Select, case, exists, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import identity_key

from sixclear.tasks.organisation.models import Organisation, OrganisationPeriod, OrganisationsShipped
from sixclear.tasks.organisation.names import MARK, Wanted

# Where an organisation stands in a list: what it is found by, its code, its identifier.
Place = tuple[str, str, UUID]
# The identifiers of bodies that are one since some of them ended, as a subquery.
Family = CompoundSelect[Any]


async def find_organisation(session: AsyncSession, reference: UUID | str) -> Organisation | None:
    """The organisation with this identifier, or with this among its codes."""
    if isinstance(reference, UUID):
        return await session.get(Organisation, reference)
    return await session.scalar(select(Organisation).where(Organisation.codes.contains([reference])))


async def find_organisations(
    session: AsyncSession, ids: Collection[UUID], codes: Collection[str], *, hold: bool = False
) -> Sequence[Organisation]:
    """The organisations with one of these identifiers or codes, with one statement; with `hold` none of them ends
    before the transaction does.

    One whose code went to another one while its end was waited for is left out.
    """
    conditions = Organisation.codes.overlap(list(codes)), Organisation.organisation_id.in_(ids)
    statement = select(Organisation).where(or_(*conditions))
    return (await session.scalars(_held(statement) if hold else statement)).all()


async def hold_organisations(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """These organisations as they are now; none of them ends before the transaction does. Unknown ones are left out."""
    found = await session.scalars(_held(select(Organisation).where(Organisation.organisation_id.in_(ids))))
    return {row.organisation_id: row for row in found}


def _held(statement: Select[Organisation]) -> Select[Organisation]:
    """As a foreign key holds what it names: others hold it too, and `lock_organisations` waits; in the same order."""
    in_order = statement.order_by(Organisation.organisation_id)
    return in_order.with_for_update(read=True, key_share=True).execution_options(populate_existing=True)


async def organisations_by_id(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """The organisations with these identifiers; unknown ones are left out.

    When this session holds all of them already, it costs no statement.
    """
    held = [session.sync_session.identity_map.get(identity_key(Organisation, key)) for key in ids]
    found = [row for row in held if row is not None]
    if len(found) < len(ids):
        found = list(await session.scalars(select(Organisation).where(Organisation.organisation_id.in_(ids))))
    return {row.organisation_id: row for row in found}


async def list_organisations(
    session: AsyncSession,
    *,
    level: str | None,
    parent_id: UUID | None,
    code: str | None,
    name: Wanted | None,
    after: Place | None,
    limit: int,
) -> list[tuple[Organisation, str]]:
    """Organisations, each with how well it fits: the best first, then by code; after the cursor.

    `code` and `name` narrow together: one of an organisation's codes is `code`, or one of its names fits `name`.
    """
    fit = literal("") if name is None else _fit(code, name)
    key = (fit, Organisation.code, Organisation.organisation_id)
    statement = select(Organisation, fit).order_by(*key).limit(limit)
    if level:
        statement = statement.where(Organisation.level == level)
    if parent_id:
        statement = statement.where(Organisation.parent_id == parent_id)
    if name is not None:
        statement = statement.where(_found(code, name))
    if after:
        statement = statement.where(tuple_(*key) > tuple_(*(literal(value) for value in after)))
    return [(organisation, fit) for organisation, fit in await session.execute(statement)]


def _found(code: str | None, name: Wanted) -> ColumnElement[bool]:
    text = Organisation.search_text
    bare = [] if name.bare is None else [text.contains(MARK + name.bare, autoescape=True)]
    return or_(Organisation.codes.contains([code]), text.contains(name.whole, autoescape=True), *bare)


def _fit(code: str | None, name: Wanted) -> ColumnElement[str]:
    """A digit for how well the name fits, one for the level: whole names first, then beginnings; large before small."""
    text = Organisation.search_text
    bare = name.whole if name.bare is None else name.bare
    by_name = case(
        (Organisation.codes.contains([code]), "0"),
        (text.contains(f"{MARK}{name.whole}{MARK}", autoescape=True), "0"),
        (text.contains(f"{MARK}{bare}{MARK}", autoescape=True), "1"),
        (text.contains(f"{MARK}{name.whole}", autoescape=True), "2"),
        (text.contains(f"{MARK}{bare}", autoescape=True), "3"),
        else_="4",
    )
    levels = {"province": "0", "central": "1"}
    return by_name.concat(case(levels, value=Organisation.level, else_="2"))


async def lock_organisations(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """These organisations with their rows locked, in one order; unknown ones are left out.

    The lock waits for those who are about to name one of them.
    """
    chosen = select(Organisation).where(Organisation.organisation_id.in_(ids)).order_by(Organisation.organisation_id)
    found = await session.scalars(chosen.with_for_update().execution_options(populate_existing=True))
    return {row.organisation_id: row for row in found}


async def all_organisations(session: AsyncSession) -> dict[str, Organisation]:
    """Every organisation that is known, by its first code."""
    return {row.code: row for row in await session.scalars(select(Organisation))}


async def digest_of_shipped(session: AsyncSession) -> bytes | None:
    """The digest of what was registered last; None also while there is no organisation."""
    return await session.scalar(select(OrganisationsShipped.digest).where(exists().select_from(Organisation)))


async def keep_digest_of_shipped(session: AsyncSession, digest: bytes) -> None:
    """What is registered now has this digest."""
    new = insert(OrganisationsShipped).values(only_row=True, digest=digest)
    await session.execute(new.on_conflict_do_update(index_elements=["only_row"], set_={"digest": digest}))


async def organisation_periods(session: AsyncSession, organisation_id: UUID) -> Sequence[OrganisationPeriod]:
    """An organisation's dated names, oldest first."""
    return (
        await session.scalars(
            select(OrganisationPeriod)
            .where(OrganisationPeriod.organisation_id == organisation_id)
            .order_by(OrganisationPeriod.valid_from)
        )
    ).all()


_LINKS = Organisation.organisation_id, Organisation.successor_id


def _former(organisation_id: UUID) -> CTE:
    """A body with those whose work it has, directly or through others."""
    former = select(*_LINKS).where(Organisation.organisation_id == organisation_id).cte("former_bodies", recursive=True)
    return former.union(select(*_LINKS).where(Organisation.successor_id == former.c.organisation_id))


def family(organisation_id: UUID) -> Family:
    """A body with those whose work it has, directly or through others, and those that have its work."""
    later = select(*_LINKS).where(Organisation.organisation_id == organisation_id).cte("later_bodies", recursive=True)
    later = later.union(select(*_LINKS).where(Organisation.organisation_id == later.c.successor_id))
    return select(_former(organisation_id).c.organisation_id).union(select(later.c.organisation_id))


async def list_former(session: AsyncSession, organisation_id: UUID) -> Sequence[UUID]:
    """A body with those whose work it has, directly or through others."""
    return (await session.scalars(select(_former(organisation_id).c.organisation_id))).all()


def _subtree(*organisation_ids: UUID) -> Select[UUID]:
    tree = (
        select(Organisation.organisation_id)
        .where(Organisation.organisation_id.in_(organisation_ids))
        .cte("organisation_tree", recursive=True)
    )
    tree = tree.union_all(select(Organisation.organisation_id).where(Organisation.parent_id == tree.c.organisation_id))
    return select(tree.c.organisation_id)


async def list_subtree(session: AsyncSession, *organisation_ids: UUID) -> Sequence[UUID]:
    """The organisations at and below these; one below two of them comes twice."""
    return (await session.scalars(_subtree(*organisation_ids))).all()


async def has_below(session: AsyncSession, organisation_id: UUID) -> bool:
    """Whether an organisation that has not ended stands directly below this one."""
    standing = exists().where(Organisation.parent_id == organisation_id, Organisation.ended.is_(None))
    return bool((await session.scalars(select(standing))).one())


async def is_within(session: AsyncSession, organisation_id: UUID, above_id: UUID, *, standing: bool = False) -> bool:
    """Whether the organisation stands at or below `above_id`; with `standing` only if that one has not ended."""
    statement = select(Organisation.organisation_id).where(
        Organisation.organisation_id == organisation_id, Organisation.organisation_id.in_(_subtree(above_id))
    )
    if standing:
        above = aliased(Organisation)
        statement = statement.where(exists().where(above.organisation_id == above_id, above.ended.is_(None)))
    return await session.scalar(statement) is not None


async def level_of(session: AsyncSession, organisation_id: UUID) -> str | None:
    """The level at which an organisation acts: a department that of its nearest ancestor which is none."""
    organisation = await session.get(Organisation, organisation_id)
    while organisation is not None and organisation.level == "department":
        parent_id = organisation.parent_id
        organisation = await session.get(Organisation, parent_id) if parent_id else None
    return organisation.level if organisation else None
