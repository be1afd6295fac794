"""Programmes in the database."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.db import wait_to_create
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.rules import ProgrammeFacts, reference_names, terms

_FACTS = (
    "programme_id",
    "slug",
    "owner_organisation_id",
    "own_fields",
    "due_roll",
    "deadline_hour",
    "period_lock_days",
    "periods_confirmed",
)


async def find_programme(session: AsyncSession, slug: str, *, lock: bool = False) -> Programme | None:
    """The programme with this slug; its row locked when it is about to change."""
    statement = select(Programme).where(Programme.slug == slug)
    locked = statement.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(locked if lock else statement)


async def find_programmes(session: AsyncSession, slugs: Collection[str]) -> Sequence[Programme]:
    """The programmes with these slugs."""
    return (await session.scalars(select(Programme).where(Programme.slug.in_(slugs)))).all()


async def programme_facts(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, ProgrammeFacts]:
    """What tasks say of these programmes, by identifier."""
    columns = [getattr(Programme, name) for name in _FACTS]
    found = await session.execute(select(*columns).where(Programme.programme_id.in_(ids)))
    return {row[0]: ProgrammeFacts(row[1], row[2], terms(*row[4:]), reference_names(row[3])) for row in found}


async def ladders(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, dict[str, Any] | None]:
    """What the ladder columns of these programmes hold."""
    found = await session.execute(
        select(Programme.programme_id, Programme.ladder).where(Programme.programme_id.in_(ids))
    )
    return {row[0]: row[1] for row in found}


async def ids_of_reach(session: AsyncSession, reach: str) -> Sequence[UUID]:
    """The programmes of this reach."""
    return (await session.scalars(select(Programme.programme_id).where(Programme.reach == reach))).all()


async def ids_owned_by(session: AsyncSession, organisation_id: UUID) -> Sequence[UUID]:
    """The programmes of this owner."""
    owned = Programme.owner_organisation_id == organisation_id
    return (await session.scalars(select(Programme.programme_id).where(owned))).all()


async def find_or_create(session: AsyncSession, slug: str, programme_id: UUID) -> Programme | None:
    """The programme with this slug, its row locked; None when it is the caller's to create."""
    found = await find_programme(session, slug, lock=True)
    if found is None:
        await wait_to_create(session, programme_id)
        found = await find_programme(session, slug, lock=True)
    return found


async def lock_programmes_of(session: AsyncSession, organisation_id: UUID) -> Sequence[Programme]:
    """The programmes that a body owns or whose evidence it accepts, with their rows locked."""
    own = or_(Programme.owner_organisation_id == organisation_id, Programme.evidence_organisation_id == organisation_id)
    return (
        await session.scalars(select(Programme).where(own).order_by(Programme.programme_id).with_for_update())
    ).all()


async def list_programmes(session: AsyncSession, *, after: str | None, limit: int) -> Sequence[Programme]:
    """Programmes in the order of their slugs, after the cursor."""
    statement = select(Programme).order_by(Programme.slug).limit(limit)
    if after is not None:
        statement = statement.where(Programme.slug > after)
    return (await session.scalars(statement)).all()
