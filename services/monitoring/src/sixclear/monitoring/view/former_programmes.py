"""What programmes say of their work, as of an instant: whose own it is, and which parts their groups of work have.

Counters and rows by day know programmes only, so a question is told by the reach, the owners and the groups of its
instant, and nothing is counted again. There are some dozens of programmes, each with some versions.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.dimensions import SOURCE

_ACTIVE = f"(SELECT active_epoch FROM source_view WHERE source = '{SOURCE}')"  # noqa: S608 (a constant)
# Whether a programme was described again after an instant, and when one was last: a look into an index each.
CHANGED_SINCE = f"""
    EXISTS (SELECT FROM programme_history c WHERE c.version > 1 AND c.valid_from > :at AND c.epoch = {_ACTIVE})
"""
CHANGED_LAST = f"""
    (SELECT max(c.valid_from) FROM programme_history c WHERE c.version > 1 AND c.epoch = {_ACTIVE})
"""  # noqa: S608 (constants of this package)


class Described(NamedTuple):
    """A programme at an instant: the owner whose own work it is, if it is any's; its groups; and whose own it is now.

    `groups` are codes of groups of work, and `group/part` of each part.
    """

    slug: str
    is_own: bool
    owner: UUID | None
    groups: tuple[str, ...]
    is_own_now: bool
    owner_now: UUID | None


class Groups(NamedTuple):
    """The parts of a group of work, each with its programme, and whether a programme has such a group or part."""

    parts: tuple[tuple[str, str], ...]
    described: bool


async def programmes_at(session: AsyncSession, at: datetime | None) -> list[Described]:
    """Every programme as it was at an instant, or as it is (None).

    Of versions up to the instant the last one holds; where all are later, the first one. One of which no version is
    kept was what it is.
    """
    rows = await session.execute(
        sql(
            """
            SELECT p.slug, CASE WHEN h.version IS NULL THEN p.reach ELSE h.reach END = 'own',
                CASE WHEN h.version IS NULL THEN p.owner_organisation_id ELSE h.owner_organisation_id END,
                h.work_groups, p.reach = 'own', p.owner_organisation_id
            FROM programme_state p LEFT JOIN LATERAL (
                SELECT c.* FROM programme_history c CROSS JOIN LATERAL (
                    SELECT coalesce(c.valid_from <= CAST(:at AS timestamptz), true) AS held) AS x
                WHERE c.epoch = p.epoch AND c.programme_id = p.programme_id
                ORDER BY x.held DESC, CASE WHEN x.held THEN c.version ELSE -c.version END DESC LIMIT 1
            ) AS h ON true
            WHERE p.epoch = {active} ORDER BY p.slug
            """,
            active=_ACTIVE,
        ),
        {"at": at},
    )
    return [
        Described(slug, bool(own), owner, tuple(groups or ()), bool(own_now), owner_now)
        for slug, own, owner, groups, own_now, owner_now in rows
    ]


async def groups_of(session: AsyncSession, group: str, programme: str | None) -> Groups:
    """What programmes say now of a group of work, or one of them."""
    return groups_in(await programmes_at(session, None), group, programme)


def groups_in(programmes: Iterable[Described], group: str, programme: str | None) -> Groups:
    """What these programmes say of a group of work, or one of them."""
    asked = [one for one in programmes if programme in {None, one.slug}]
    parts = [
        (one.slug, code.removeprefix(f"{group}/"))
        for one in asked
        for code in one.groups
        if code.startswith(f"{group}/")
    ]
    return Groups(tuple(parts), any(group in code.split("/") for one in asked for code in one.groups))
