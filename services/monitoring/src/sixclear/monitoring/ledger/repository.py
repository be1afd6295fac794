"""What was learnt last, of every kind."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.monitoring import kinds
from sixclear.monitoring.kinds.kind import AnyKind
from sixclear.monitoring.statements import sql
from sixclear.monitoring.view import dimensions

_CHANGES = """
    SELECT c.occurred_at, c.recorded_at, c.entity_type, c.entity_id, c.change, c.title, c.programme,
        c.organisation_id, o.name_vi AS organisation_name,
        o.name_en AS organisation_name_en, coalesce(c.demonstration, false) AS demonstration
    FROM ({parts}) AS c
    JOIN source_view t ON t.source = '{tree}'
    LEFT JOIN organisation_state o ON o.epoch = t.active_epoch AND o.organisation_id = c.organisation_id
    ORDER BY c.recorded_at DESC, c.version DESC LIMIT :limit
"""
# Each has an index. Few rows are younger than a frame; sorted by time, all of a country's history would be looked at.
_BY_TIME = "h.recorded_at DESC, h.version DESC"
_BY_SEQUENCE = "h.view_sequence DESC, h.recorded_at DESC, h.version DESC"


def _changes(kind: AnyKind, order: str) -> str:
    """Of a hidden entity neither the moment nor the place is told."""
    title = f"h.{kind.title}" if kind.title is not None else "CAST(NULL AS text)"
    programme = "h.programme" if "programme" in kind.dimensions else "CAST(NULL AS text)"
    return f"""
        (SELECT h.occurred_at, h.recorded_at, '{kind.name}' AS entity_type, h.{kind.name}_id AS entity_id, h.change,
            {title} AS title, {programme} AS programme, h.organisation_id, h.demonstration, h.view_sequence, h.version
         FROM {kind.name}_history h JOIN source_view v ON v.source = '{kind.source}' AND v.active_epoch = h.epoch
         WHERE NOT h.withdrawn AND ({kind.hidden.sql}) IS NOT TRUE AND h.view_sequence > :after
         ORDER BY {order} LIMIT :limit)
    """  # noqa: S608 (constants of this package)


async def list_changes(session: AsyncSession, *, after: int = 0, limit: int) -> Sequence[Row[Any]]:
    """The changes that were learnt last, newest first; only those that entered the view after a sequence number."""
    order = _BY_SEQUENCE if after else _BY_TIME
    parts = " UNION ALL ".join(_changes(kind, order) for kind in kinds.KINDS if kind.told)
    rows = await session.execute(sql(_CHANGES, parts=parts, tree=dimensions.SOURCE), {"after": after, "limit": limit})
    return rows.all()


async def withdrawn_since(session: AsyncSession, after: int) -> bool:
    """Whether something was taken out of the view after a sequence number, by any replica."""
    found = " OR ".join(
        f"EXISTS (SELECT FROM {kind.name}_history WHERE view_sequence > :after AND withdrawn)" for kind in kinds.KINDS
    )
    return bool(await session.scalar(sql("SELECT {found}", found=found), {"after": after}))
