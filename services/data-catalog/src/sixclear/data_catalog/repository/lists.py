"""Programme lists, their editions, and the entries that stand in them, counted."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.data_catalog.models import Entry, ProgrammeList, ProgrammeListEdition


@dataclass(frozen=True, slots=True)
class Count:
    """Entries of one edition of a list, or of all its editions (None), that stand at one stage."""

    slug: str
    edition: str | None
    deployment_stage: str
    entries: int
    at_risk: int
    demonstration: int


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


async def count_entries(session: AsyncSession) -> Sequence[Count]:
    """Entries by list, edition and stage, and by list and stage: counted from the entries' rows.

    An entry counts once in each of its editions, and once in the list, whatever its kind and stage. What is retired is
    at no risk.
    """
    listing = func.jsonb_array_elements(Entry.lists).column_valued("listing", joins_implicitly=True)
    slug = func.jsonb_extract_path_text(listing, "list")
    edition = func.jsonb_extract_path_text(listing, "edition")
    entries = func.count(Entry.entry_id.distinct())
    stage = Entry.deployment_stage
    statement = select(
        slug,
        edition,
        stage,
        entries,
        entries.filter(Entry.risk == "high", stage != "retire"),
        entries.filter(Entry.demonstration),
    ).group_by(func.grouping_sets(tuple_(slug, edition, stage), tuple_(slug, stage)))
    return [Count(*row) for row in await session.execute(statement)]


async def add_lists(
    session: AsyncSession, lists: Sequence[Mapping[str, str]], editions: Sequence[Mapping[str, str]]
) -> None:
    """Add the lists and editions that are missing; those that are known stay as they are."""
    await session.execute(insert(ProgrammeList).on_conflict_do_nothing(), list(lists))
    await session.execute(insert(ProgrammeListEdition).on_conflict_do_nothing(), list(editions))
