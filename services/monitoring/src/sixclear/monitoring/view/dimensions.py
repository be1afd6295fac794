"""Organisations, their place in the tree, and programmes: by these everything is counted, they are no kinds."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.monitoring.statements import Columns, sql
from sixclear.monitoring.view.schemas import Difference

# The log that organisations and programmes come from; everything is counted under the organisations of its epoch.
SOURCE = "tasks"

Reach = Literal["national", "own"]


class OrganisationFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of an organisation event."""

    code: str
    codes: tuple[str, ...]
    level: Literal["central", "province", "commune", "department"]
    name_vi: str
    name_en: str | None
    parent_id: UUID | None
    valid_from: str | None
    valid_to: str | None


class PartFacts(Struct, frozen=True, kw_only=True):
    """A part of a group of work of a programme."""

    code: str


class GroupFacts(PartFacts, frozen=True, kw_only=True):
    """A group of work of a programme."""

    parts: tuple[PartFacts, ...] = ()


class ProgrammeFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a programme event."""

    slug: str
    name_vi: str
    name_en: str | None
    owner_organisation_id: UUID | None = None
    reach: Reach = "national"
    work_groups: tuple[GroupFacts, ...] | None = None
    demonstration: bool


FACTS: Mapping[str, type[OrganisationFacts] | type[ProgrammeFacts]] = {
    "organisation": OrganisationFacts,
    "programme": ProgrammeFacts,
}
TABLES = (*(f"{name}_state" for name in FACTS), "organisation_history", "organisation_count", "programme_history")
# By these an organisation may have come to stand elsewhere, or its code to mean another one.
_MOVES = frozenset({"merged", "closed", "upgraded"})
TOPICS = tuple(f"sixclear.{SOURCE}.{name}.v1" for name in FACTS)

_ORGANISATION = Columns(
    organisation_id="uuid",
    version="integer",
    code="text",
    codes="text[]",
    level="text",
    name_vi="text",
    name_en="text",
    parent_id="uuid",
    valid_from="date",
    valid_to="date",
)
_PLACE = Columns(
    organisation_id="uuid",
    version="integer",
    valid_from="timestamptz",
    codes="text[]",
    parent_id="uuid",
    moves="boolean",
)
_PROGRAMME = Columns(
    programme_id="uuid",
    version="integer",
    slug="text",
    name_vi="text",
    name_en="text",
    owner_organisation_id="uuid",
    reach="text",
    demonstration="boolean",
)
_DESCRIBED = Columns(
    programme_id="uuid",
    version="integer",
    valid_from="timestamptz",
    owner_organisation_id="uuid",
    reach="text",
    work_groups="text[]",
)


async def versions_by_id(session: AsyncSession, entity: str, epoch: int, ids: Collection[UUID]) -> dict[UUID, int]:
    """The known versions of these organisations or programmes."""
    rows = await session.execute(
        sql(
            "SELECT {e}_id, version FROM {e}_state WHERE epoch = :epoch AND {e}_id = ANY(CAST(:ids AS uuid[]))",
            e=entity,
        ),
        {"epoch": epoch, "ids": list(ids)},
    )
    return {row[0]: row[1] for row in rows}


async def replace_organisations(
    session: AsyncSession, epoch: int, organisations: Sequence[tuple[UUID, int, OrganisationFacts]]
) -> None:
    """Store organisations; their place in the tree is made by `rebuild_ancestors`."""
    await session.execute(
        sql(
            """
            INSERT INTO organisation_state AS s ({names}, epoch, ancestors)
            SELECT {selected}, :epoch, ARRAY[r.organisation_id] FROM {unnested}
            ON CONFLICT (epoch, organisation_id) DO UPDATE SET {replaced} WHERE s.version < excluded.version
            """,
            names=_ORGANISATION.names,
            selected=_ORGANISATION.selected,
            unnested=_ORGANISATION.unnested,
            replaced=_ORGANISATION.replaced,
        ),
        {"epoch": epoch, **_ORGANISATION.values(_organisation_row(*item) for item in organisations)},
    )


async def keep_places(
    session: AsyncSession, epoch: int, versions: Sequence[tuple[UUID, int, str, datetime, OrganisationFacts]]
) -> None:
    """Keep where organisations stood from each of these versions on; each is its change and when that became true.

    In any order, any number of times.
    """
    rows = [
        (organisation_id, version, at, facts.codes, facts.parent_id, change in _MOVES)
        for organisation_id, version, change, at, facts in versions
    ]
    await session.execute(
        sql(
            "INSERT INTO organisation_history ({names}, epoch) SELECT {selected}, :epoch FROM {unnested} "
            "ON CONFLICT DO NOTHING",
            names=_PLACE.names,
            selected=_PLACE.selected,
            unnested=_PLACE.unnested,
        ),
        {"epoch": epoch, **_PLACE.values(rows)},
    )


def _organisation_row(organisation_id: UUID, version: int, facts: OrganisationFacts) -> list[Any]:
    return [
        organisation_id,
        version,
        facts.code,
        facts.codes,
        facts.level,
        facts.name_vi,
        facts.name_en,
        facts.parent_id,
        _day(facts.valid_from),
        _day(facts.valid_to),
    ]


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value[:10]) if value else None


async def replace_programmes(
    session: AsyncSession, epoch: int, programmes: Sequence[tuple[UUID, int, ProgrammeFacts]]
) -> None:
    """Store programmes."""
    await session.execute(
        sql(
            """
            INSERT INTO programme_state AS s ({names}, epoch) SELECT {selected}, :epoch FROM {unnested}
            ON CONFLICT (epoch, programme_id) DO UPDATE SET {replaced} WHERE s.version < excluded.version
            """,
            names=_PROGRAMME.names,
            selected=_PROGRAMME.selected,
            unnested=_PROGRAMME.unnested,
            replaced=_PROGRAMME.replaced,
        ),
        {
            "epoch": epoch,
            **_PROGRAMME.values(_programme_row(*item) for item in programmes),
        },
    )


def _programme_row(programme_id: UUID, version: int, facts: ProgrammeFacts) -> list[Any]:
    names = facts.slug, facts.name_vi, facts.name_en
    return [programme_id, version, *names, facts.owner_organisation_id, facts.reach, facts.demonstration]


async def keep_programmes(
    session: AsyncSession, epoch: int, versions: Sequence[tuple[UUID, int, datetime, ProgrammeFacts]]
) -> None:
    """Keep what programmes were from each of these versions on; each is told with when that became true.

    In any order, any number of times.
    """
    rows = [
        (programme_id, version, at, facts.owner_organisation_id, facts.reach, tuple(_groups(facts)))
        for programme_id, version, at, facts in versions
    ]
    await session.execute(
        sql(
            "INSERT INTO programme_history ({names}, epoch) SELECT {selected}, :epoch FROM {unnested} "
            "ON CONFLICT DO NOTHING",
            names=_DESCRIBED.names,
            selected=_DESCRIBED.selected,
            unnested=_DESCRIBED.unnested,
        ),
        {"epoch": epoch, **_DESCRIBED.values(rows)},
    )


def _groups(facts: ProgrammeFacts) -> Iterator[str]:
    """`group` of each group of work, and `group/part` of each part."""
    for group in facts.work_groups or ():
        yield group.code
        yield from (f"{group.code}/{part.code}" for part in group.parts)


async def rebuild_ancestors(session: AsyncSession, epoch: int) -> dict[UUID, tuple[list[UUID], list[UUID]]]:
    """Compute every organisation's place in the tree again; the old and new places of those that moved.

    Some thousands of rows, and only when an organisation changes. A parent that is not known yet is named all the
    same. A circle is cut above its member with the least identifier, so that the place of each is its own and that of
    the organisation just above it.
    """
    rows = await session.execute(
        sql(
            """
            WITH RECURSIVE up AS (
                SELECT organisation_id, parent_id, ARRAY[organisation_id] AS path
                FROM organisation_state WHERE epoch = :epoch
                UNION ALL
                SELECT up.organisation_id, above.parent_id, up.path || up.parent_id
                FROM up LEFT JOIN organisation_state above
                    ON above.epoch = :epoch AND above.organisation_id = up.parent_id
                WHERE up.parent_id IS NOT NULL AND NOT up.parent_id = ANY(up.path)
            ), whole AS (
                SELECT DISTINCT ON (organisation_id) organisation_id, parent_id, path
                FROM up ORDER BY organisation_id, cardinality(path) DESC
            ), place AS (
                SELECT w.organisation_id, CASE WHEN cut.organisation_id IS NULL THEN w.path
                    ELSE w.path[1:array_position(w.path, cut.organisation_id)] END AS path
                FROM whole w LEFT JOIN whole cut ON cut.parent_id = cut.organisation_id
                    AND cut.organisation_id <= ALL(cut.path) AND cut.organisation_id = ANY(w.path)
            )
            UPDATE organisation_state s SET ancestors = place.path
            FROM place
            WHERE s.epoch = :epoch AND s.organisation_id = place.organisation_id AND s.ancestors <> place.path
            RETURNING s.organisation_id, old.ancestors, new.ancestors
            """
        ),
        {"epoch": epoch},
    )
    return {row[0]: (row[1], row[2]) for row in rows}


_BELOW = """
    SELECT o.epoch, scope, o.level, CAST(count(*) AS integer) AS bodies FROM organisation_state o
    CROSS JOIN LATERAL unnest(o.ancestors[2:] || CAST(:country AS uuid)) AS scope
    WHERE o.epoch = :epoch AND o.valid_to IS NULL GROUP BY 1, 2, 3
"""


async def count_below(session: AsyncSession, epoch: int) -> None:
    """Count again how many organisations stand below which; some thousands of rows, as `rebuild_ancestors`."""
    values = {"epoch": epoch, "country": UUID(int=0)}
    await session.execute(sql("DELETE FROM organisation_count WHERE epoch = :epoch"), values)
    insert = sql("INSERT INTO organisation_count (epoch, scope, level, bodies) {below}", below=_BELOW)
    await session.execute(insert, values)


async def count_differences(session: AsyncSession, epoch: int, limit: int) -> list[Difference]:
    """Where other numbers of organisations are kept than stand below."""
    rows = await session.execute(
        sql(
            """
            SELECT CAST(scope AS text) AS scope, level, k.bodies AS counted, c.bodies AS counter
            FROM ({below}) AS k
            FULL JOIN (SELECT * FROM organisation_count WHERE epoch = :epoch) AS c USING (epoch, scope, level)
            WHERE k.bodies IS DISTINCT FROM c.bodies LIMIT :limit
            """,
            below=_BELOW,
        ),
        {"epoch": epoch, "country": UUID(int=0), "limit": limit},
    )
    return [{"check": "organisation_count", "source": SOURCE, **row._mapping} for row in rows]


async def ancestors_by_id(session: AsyncSession, epoch: int, ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The places of these organisations in the tree; unknown ones are left out."""
    if not ids:
        return {}
    rows = await session.execute(
        sql(
            """
            SELECT organisation_id, ancestors FROM organisation_state
            WHERE epoch = :epoch AND organisation_id = ANY(CAST(:ids AS uuid[]))
            """
        ),
        {"epoch": epoch, "ids": list(ids)},
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Reference:
    """How a caller names an organisation: by its identifier, or by any code."""

    code: str
    identifier: UUID | None

    @property
    def values(self) -> dict[str, Any]:
        """What `NAMED_BODY` binds."""
        return {"identifier": self.identifier, "code": self.code}


NAMED_BODY = f"""
    SELECT o.organisation_id AS scope FROM organisation_state o JOIN source_view v
        ON v.source = '{SOURCE}' AND v.active_epoch = o.epoch
    WHERE o.organisation_id = CAST(:identifier AS uuid) OR o.codes @> ARRAY[CAST(:code AS text)]
    LIMIT 1
"""  # noqa: S608 (constants of this package)


async def find_organisation(session: AsyncSession, reference: Reference) -> UUID | None:
    """The identifier of the organisation that is named."""
    found: UUID | None = await session.scalar(sql("{named}", named=NAMED_BODY), reference.values)
    return found


async def list_programmes(session: AsyncSession) -> dict[str, Reach]:
    """The slugs of every programme, in order, with the reach of each."""
    rows = await session.execute(
        sql(
            """
            SELECT p.slug, coalesce(p.reach, 'national') FROM programme_state p
            JOIN source_view v ON v.source = '{source}' AND v.active_epoch = p.epoch
            ORDER BY p.slug
            """,
            source=SOURCE,
        )
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class Unit:
    """An administrative unit by its names."""

    organisation_id: UUID
    code: str
    name_vi: str
    name_en: str | None


async def list_provinces(session: AsyncSession, now: datetime, chosen: Collection[UUID] = ()) -> list[Unit]:
    """The provinces and cities that exist now, or the ones that are chosen, in the order of their codes."""
    rows = await session.execute(
        sql(
            """
            SELECT o.organisation_id, o.code, o.name_vi, o.name_en
            FROM organisation_state o JOIN source_view v ON v.source = '{source}' AND v.active_epoch = o.epoch
            WHERE CASE WHEN CAST(:chosen AS uuid[]) IS NULL
                THEN o.level = 'province' AND (o.valid_to IS NULL OR o.valid_to > :now)
                ELSE o.organisation_id = ANY(CAST(:chosen AS uuid[])) END
            ORDER BY o.code, o.organisation_id
            """,
            source=SOURCE,
        ),
        {"now": civil_date(now), "chosen": list(chosen) or None},
    )
    return [Unit(*row) for row in rows]
