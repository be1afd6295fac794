"""The tree of organisations as it was at an instant, said in the tree of now.

Counters and rows by day stand under the tree of now. What a body held at an instant is a sum of subtrees of now, each
with a sign: that of an organisation is added where it stood at or below the body then and the one above it now did not,
and taken away where that is the other way round. So nothing is counted again, and the figures are exact.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.clock import civil_date
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.dimensions import SOURCE, Reference

# Scopes of the tree of now, each with its sign.
Parts: TypeAlias = tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class Then:
    """A body at an instant: what it held in scopes of now, and the organisations that stood at or below it, or above.

    `above` holds itself, too.
    """

    organisation_id: UUID
    parts: Parts
    bodies: tuple[UUID, ...]
    above: tuple[UUID, ...]

    @property
    def is_of_now(self) -> bool:
        """Whether it held what it holds now: others have moved."""
        return self.parts == ((self.organisation_id, 1),)


# Whether an organisation has come to stand elsewhere after an instant: one look into an index.
MOVED_SINCE = f"""
    EXISTS (SELECT FROM organisation_history m WHERE m.moves AND m.valid_from > :at
        AND m.epoch = (SELECT active_epoch FROM source_view WHERE source = '{SOURCE}'))
"""  # noqa: S608 (constants of this package)
# When one has last: another such look.
MOVED_LAST = f"""
    (SELECT max(m.valid_from) FROM organisation_history m WHERE m.moves
        AND m.epoch = (SELECT active_epoch FROM source_view WHERE source = '{SOURCE}'))
"""  # noqa: S608 (constants of this package)
# Of versions up to the instant the last one holds; where all are later, the first one: nothing is known of before.
_HELD = """
    SELECT DISTINCT ON (h.organisation_id) h.organisation_id, h.parent_id, h.codes
    FROM organisation_history h JOIN source_view v ON v.source = '{source}' AND v.active_epoch = h.epoch
    WHERE (SELECT found FROM later)
    ORDER BY h.organisation_id, h.valid_from <= :at DESC,
        CASE WHEN h.valid_from <= :at THEN h.version ELSE -h.version END DESC
"""


# The bodies that had an identifier or a code at an instant.
_NAMED = """
    SELECT organisation_id FROM held
    WHERE organisation_id = CAST(:identifier AS uuid) OR codes @> ARRAY[CAST(:code AS text)] LIMIT 1
"""
# The provinces that were there at an instant. One that ended on that day was, as long as its own move is still to come.
_PROVINCES = f"""
    SELECT p.organisation_id FROM organisation_state p
    JOIN source_view v ON v.source = '{SOURCE}' AND v.active_epoch = p.epoch
    WHERE p.level = 'province' AND (p.valid_from IS NULL OR p.valid_from <= :day)
        AND (p.valid_to IS NULL OR p.valid_to > :day OR EXISTS (
            SELECT FROM organisation_history m
            WHERE m.epoch = p.epoch AND m.organisation_id = p.organisation_id AND m.moves AND m.valid_from > :at))
"""  # noqa: S608 (constants of this package)


async def body_then(session: AsyncSession, named: Reference, at: datetime) -> Then | None:
    """The body that had this identifier or code at an instant; None where no organisation has moved since.

    It costs one look into an index while that is so; else the organisations, of which there are some thousands. None
    also where it is not known.
    """
    return next(iter(await _bodies_then(session, _NAMED, {**named.values, "at": at})), None)


async def provinces_then(session: AsyncSession, at: datetime) -> list[Then]:
    """The provinces and cities that were there at an instant; none where no organisation has moved since.

    It costs what `body_then` does.
    """
    return await _bodies_then(session, _PROVINCES, {"at": at, "day": civil_date(at)})


async def _bodies_then(session: AsyncSession, bodies: str, values: Mapping[str, Any]) -> list[Then]:
    rows = await session.execute(
        sql(
            """
            WITH RECURSIVE later AS MATERIALIZED (
                SELECT {moved_since} AS found
            ), held AS MATERIALIZED ({held}), asked AS MATERIALIZED (
                SELECT organisation_id FROM ({bodies}) AS body WHERE (SELECT found FROM later)
            ), below AS (
                SELECT organisation_id AS body, organisation_id FROM asked
                UNION SELECT below.body, held.organisation_id
                FROM below JOIN held ON held.parent_id = below.organisation_id
            ), above AS (
                SELECT organisation_id AS body, organisation_id FROM asked
                UNION SELECT above.body, held.parent_id
                FROM above JOIN held ON held.organisation_id = above.organisation_id WHERE held.parent_id IS NOT NULL
            )
            SELECT above.body, above.organisation_id AS scope, CAST(NULL AS boolean), 0 FROM above
            UNION ALL SELECT coalesce(own.body, up.body), coalesce(own.organisation_id, up.organisation_id),
                own.body IS NOT NULL, (own.body IS NOT NULL)::integer - (up.body IS NOT NULL)::integer
            FROM below own FULL JOIN (
                SELECT b.body, o.organisation_id FROM below b
                JOIN organisation_state o ON o.parent_id = b.organisation_id
                JOIN source_view v ON v.source = '{source}' AND v.active_epoch = o.epoch
            ) AS up ON up.body = own.body AND up.organisation_id = own.organisation_id
            ORDER BY 1, 2
            """,
            source=SOURCE,
            moved_since=MOVED_SINCE,
            held=_HELD.format(source=SOURCE),
            bodies=bodies,
        ),
        values,
    )
    parts: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    held: dict[UUID, list[UUID]] = defaultdict(list)
    above: dict[UUID, list[UUID]] = defaultdict(list)
    for body, scope, is_own, sign in rows:
        if is_own is None:
            above[body].append(scope)
        if sign:
            parts[body].append((scope, sign))
        if is_own:
            held[body].append(scope)
    return [Then(body, tuple(parts[body]), tuple(own), tuple(above[body])) for body, own in held.items()]


async def changes_of_the_tree(session: AsyncSession, after: datetime, until: datetime) -> list[datetime]:
    """When something that is known of the tree, or of programmes, changed between two instants, in order: between two
    of these every instant has the same of both."""
    changes = " UNION ".join(
        f"""SELECT h.valid_from FROM {table} h
            JOIN source_view v ON v.source = '{SOURCE}' AND v.active_epoch = h.epoch
            WHERE h.valid_from > :after AND h.valid_from <= :until"""  # noqa: S608 (constants of this package)
        for table in ("organisation_history", "programme_history")
    )
    rows = await session.execute(
        sql("{changes} ORDER BY 1", changes=changes),
        {"after": after, "until": until},
    )
    return [row[0] for row in rows]
