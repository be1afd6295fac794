"""Organisations in the database."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.util import identity_key

from sixclear.common.folding import like_pattern
from sixclear.tasks.organisation.models import Organisation, OrganisationPeriod


async def find_organisation(session: AsyncSession, reference: UUID | str) -> Organisation | None:
    """The organisation with this identifier, or with this among its codes."""
    if isinstance(reference, UUID):
        return await session.get(Organisation, reference)
    return await session.scalar(select(Organisation).where(Organisation.codes.contains([reference])))


async def find_organisations(
    session: AsyncSession, ids: Collection[UUID], codes: Collection[str]
) -> Sequence[Organisation]:
    """The organisations with one of these identifiers or codes, with one statement."""
    conditions = Organisation.codes.overlap(list(codes)), Organisation.organisation_id.in_(ids)
    return (await session.scalars(select(Organisation).where(or_(*conditions)))).all()


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
    query: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[Organisation]:
    """Organisations in the order of their codes, after the cursor."""
    statement = select(Organisation).order_by(Organisation.code, Organisation.organisation_id).limit(limit)
    if level:
        statement = statement.where(Organisation.level == level)
    if parent_id:
        statement = statement.where(Organisation.parent_id == parent_id)
    if query:
        statement = statement.where(Organisation.name_folded.like(like_pattern(query)))
    if after:
        code, organisation_id = after
        statement = statement.where(
            or_(
                Organisation.code > code,
                (Organisation.code == code) & (Organisation.organisation_id > organisation_id),
            )
        )
    return (await session.scalars(statement)).all()


async def organisation_codes(session: AsyncSession) -> set[str]:
    """The first codes of every organisation that is known."""
    return set(await session.scalars(select(Organisation.code)))


async def organisation_periods(session: AsyncSession, organisation_id: UUID) -> Sequence[OrganisationPeriod]:
    """An organisation's dated names, oldest first."""
    return (
        await session.scalars(
            select(OrganisationPeriod)
            .where(OrganisationPeriod.organisation_id == organisation_id)
            .order_by(OrganisationPeriod.valid_from)
        )
    ).all()


def subtree(organisation_id: UUID) -> ColumnElement[bool]:
    """The organisations at and below `organisation_id`, as a selectable of identifiers."""
    tree = (
        select(Organisation.organisation_id)
        .where(Organisation.organisation_id == organisation_id)
        .cte("organisation_tree", recursive=True)
    )
    tree = tree.union_all(select(Organisation.organisation_id).where(Organisation.parent_id == tree.c.organisation_id))
    return select(tree.c.organisation_id).scalar_subquery()


async def is_within(session: AsyncSession, organisation_id: UUID, above_id: UUID) -> bool:
    """Whether the organisation stands at or below `above_id`."""
    statement = select(Organisation.organisation_id).where(
        Organisation.organisation_id == organisation_id, Organisation.organisation_id.in_(subtree(above_id))
    )
    return await session.scalar(statement) is not None


async def level_of(session: AsyncSession, organisation_id: UUID) -> str | None:
    """The level at which an organisation acts: a department that of its nearest ancestor which is none."""
    organisation = await session.get(Organisation, organisation_id)
    while organisation is not None and organisation.level == "department":
        parent_id = organisation.parent_id
        organisation = await session.get(Organisation, parent_id) if parent_id else None
    return organisation.level if organisation else None
