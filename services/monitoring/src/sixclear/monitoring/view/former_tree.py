"""The tree of organisations as it was at an instant, said in the tree of now.

Counters and rows by day stand under the tree of now. What a body held at an instant is a sum of subtrees of now, each
with a sign: that of an organisation is added where it stood at or below the body then and the one above it now did not,
and taken away where that is the other way round. So nothing is counted again, and the figures are exact.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring.statements import sql
from sixclear.monitoring.view.dimensions import SOURCE, Reference

# Scopes of the tree of now, each with its sign.
Parts: TypeAlias = tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True)
class Then:
    """A body at an instant: what it held in scopes of now, and the organisations that stood at or below it."""

    organisation_id: UUID
    parts: Parts
    bodies: tuple[UUID, ...]

    @property
    def is_of_now(self) -> bool:
        """Whether it held what it holds now: others have moved."""
        return self.parts == ((self.organisation_id, 1),)


# Whether an organisation has come to stand elsewhere after an instant: one look into an index.
MOVED_SINCE = f"""
    EXISTS (SELECT FROM organisation_history m WHERE m.moves AND m.valid_from > :at
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


async def body_then(session: AsyncSession, named: Reference, at: datetime) -> Then | None:
    """The body that had this identifier or code at an instant; None where no organisation has moved since.

    It costs one look into an index while that is so; else the organisations, of which there are some thousands. None
    also where it is not known.
    """
    rows = await session.execute(
        sql(
            """
            WITH RECURSIVE later AS MATERIALIZED (
                SELECT {moved_since} AS found
            ), held AS MATERIALIZED ({held}), body AS (
                SELECT organisation_id FROM held
                WHERE organisation_id = CAST(:identifier AS uuid) OR codes @> ARRAY[CAST(:code AS text)] LIMIT 1
            ), below AS (
                SELECT organisation_id FROM body
                UNION SELECT held.organisation_id FROM below JOIN held ON held.parent_id = below.organisation_id
            )
            SELECT (SELECT organisation_id FROM body), o.organisation_id, own.organisation_id IS NOT NULL,
                (own.organisation_id IS NOT NULL)::integer - (up.organisation_id IS NOT NULL)::integer
            FROM organisation_state o JOIN source_view v ON v.source = '{source}' AND v.active_epoch = o.epoch
            LEFT JOIN below own ON own.organisation_id = o.organisation_id
            LEFT JOIN below up ON up.organisation_id = o.parent_id
            WHERE (SELECT found FROM later) AND (own.organisation_id IS NOT NULL OR up.organisation_id IS NOT NULL)
            ORDER BY o.organisation_id
            """,
            source=SOURCE,
            moved_since=MOVED_SINCE,
            held=_HELD.format(source=SOURCE),
        ),
        {**named.values, "at": at},
    )
    found = rows.all()
    if not found:
        return None
    parts = tuple((scope, sign) for _, scope, _, sign in found if sign)
    return Then(found[0][0], parts, tuple(scope for _, scope, own, _ in found if own))
