"""What was shown once, in the database."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A transaction that uses the same one is waited for: of two at a time one finds it used.
_USE = text(
    "INSERT INTO used_proof (identity, kept_until) VALUES (:identity, :kept_until) ON CONFLICT DO NOTHING RETURNING 1"
)
_FORGET = text(
    """
DELETE FROM used_proof WHERE identity IN (
  SELECT identity FROM used_proof WHERE kept_until <= :now ORDER BY kept_until LIMIT :most FOR UPDATE SKIP LOCKED)
"""
)


async def use(session: AsyncSession, identity: bytes, kept_until: datetime) -> bool:
    """Use it up; False where it was used before."""
    return (await session.execute(_USE, {"identity": identity, "kept_until": kept_until})).first() is not None


async def forget_expired(session: AsyncSession, now: datetime, most: int) -> None:
    """Delete at most so many that have expired; leaves out those that another transaction holds."""
    await session.execute(_FORGET, {"now": now, "most": most})
