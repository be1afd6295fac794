"""Experts in the database."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.counting import count_up_to
from sixclear.feedback.reviewer.models import Reviewer


async def find_reviewer(session: AsyncSession, reviewer_id: UUID, *, lock: bool = False) -> Reviewer | None:
    """One expert; the row locked when a review is given to, or the entry changes."""
    return await session.get(Reviewer, reviewer_id, with_for_update=lock, populate_existing=lock)


async def find_by_person(
    session: AsyncSession, persons: Collection[str], organisation_id: UUID | None
) -> Reviewer | None:
    """The expert who is one of these persons, where the token names no other body than the register does."""
    statement = select(Reviewer).where(Reviewer.person_key.in_(persons))
    if organisation_id is not None:
        statement = statement.where(Reviewer.organisation_id == organisation_id)
    return await session.scalar(statement.order_by(Reviewer.person_key).limit(1))


async def list_reviewers(
    session: AsyncSession, field: str | None, after: UUID | None, limit: int
) -> Sequence[Reviewer]:
    """Experts by identifier, after the cursor; those of a field, where one is named.

    Not by name: a cursor holds what a list is ordered by, and stands in addresses.
    """
    statement = _of_field(field).order_by(Reviewer.reviewer_id).limit(limit)
    if after:
        statement = statement.where(Reviewer.reviewer_id > after)
    return (await session.scalars(statement)).all()


async def count_reviewers(session: AsyncSession, field: str | None) -> int:
    """How many experts that list has, as `count_up_to` says it."""
    return await count_up_to(session, _of_field(field).with_only_columns(Reviewer.reviewer_id))


async def named(session: AsyncSession, reviewer_ids: Collection[UUID]) -> dict[UUID, Reviewer]:
    """These experts, by identifier."""
    rows = await session.scalars(select(Reviewer).where(Reviewer.reviewer_id.in_(set(reviewer_ids))))
    return {row.reviewer_id: row for row in rows}


def _of_field(field: str | None) -> Select[Reviewer]:
    statement = select(Reviewer)
    return statement.where(Reviewer.fields.contains([field])) if field else statement
