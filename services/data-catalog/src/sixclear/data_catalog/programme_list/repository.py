"""Programme lists and their editions in the database."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.data_catalog.programme_list.models import ProgrammeList, ProgrammeListEdition


async def list_lists(session: AsyncSession) -> Sequence[ProgrammeList]:
    """Every programme list, by slug."""
    return (await session.scalars(select(ProgrammeList).order_by(ProgrammeList.slug))).all()


async def list_editions(session: AsyncSession) -> Sequence[ProgrammeListEdition]:
    """Every edition of every list, newest first."""
    statement = select(ProgrammeListEdition).order_by(ProgrammeListEdition.slug, ProgrammeListEdition.edition.desc())
    return (await session.scalars(statement)).all()


async def list_exists(session: AsyncSession, slug: str) -> bool:
    """Whether a list has this slug."""
    return await session.get(ProgrammeList, slug) is not None


async def known_editions(session: AsyncSession, slugs: Collection[str]) -> set[tuple[str, str]]:
    """The (slug, edition) pairs of these lists."""
    statement = select(ProgrammeListEdition.slug, ProgrammeListEdition.edition)
    rows = await session.execute(statement.where(ProgrammeListEdition.slug.in_(slugs)))
    return {(row.slug, row.edition) for row in rows}


async def add_lists(
    session: AsyncSession, lists: Sequence[Mapping[str, str]], editions: Sequence[Mapping[str, str]]
) -> None:
    """Add the lists and editions that are missing; those that are known stay as they are."""
    await session.execute(insert(ProgrammeList).on_conflict_do_nothing(), list(lists))
    await session.execute(insert(ProgrammeListEdition).on_conflict_do_nothing(), list(editions))
