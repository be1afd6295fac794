"""The table of allowances. A use is one statement, so that two processes that count at the same time lose none."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.allowance.rules import Use

# Count and condition are one statement: with a look first, all sendings of one moment would find the same use left.
# Wrong receipt codes are looked at first, because a right one costs nothing: what slips through is owed, and paid for
# by waiting (`test_no_wrong_code_is_forgotten_among_many_at_once`). No use can bring `full_at` further ahead than
# :furthest. Where it is, a clock was set back, and nothing counts as used: else the visitor would be locked out for as
# long as the clock was ahead (`test_a_clock_that_was_set_back_locks_nobody_out`).
_USE = """
INSERT INTO allowance AS kept (kind, network_hash, full_at)
VALUES (:kind, :network_hash, CAST(:now AS timestamptz) + CAST(:step AS interval))
ON CONFLICT (kind, network_hash) DO UPDATE SET full_at = least(
  CASE WHEN kept.full_at > :furthest THEN :now ELSE greatest(kept.full_at, :now) END + :step, :furthest)
"""
_IF_LEFT = """
 WHERE CASE WHEN kept.full_at > :furthest THEN :now ELSE greatest(kept.full_at, :now) END + :step <= :latest
RETURNING 1
"""
_SPEND = text(_USE + _IF_LEFT)
_OWE = text(_USE)
_FIND = text("SELECT full_at FROM allowance WHERE kind = :kind AND network_hash = :network_hash")
_FORGET = text(
    """
DELETE FROM allowance WHERE (kind, network_hash) IN (
  SELECT kind, network_hash FROM allowance WHERE full_at <= :now
  ORDER BY full_at LIMIT :most FOR UPDATE SKIP LOCKED)
"""
)


async def spend(session: AsyncSession, use: Use) -> bool:
    """Use once, unless it is used up; whether it could be used."""
    return (await session.execute(_SPEND, asdict(use))).first() is not None


async def owe(session: AsyncSession, use: Use) -> None:
    """Use once, also when nothing is left."""
    given = asdict(use)
    del given["latest"]
    await session.execute(_OWE, given)


async def find_full_at(session: AsyncSession, kind: str, network_hash: bytes) -> datetime | None:
    """When a visitor's allowance is whole again; None when it is whole."""
    found: datetime | None = await session.scalar(_FIND, {"kind": kind, "network_hash": network_hash})
    return found


async def forget_whole(session: AsyncSession, now: datetime, most: int) -> None:
    """Delete at most so many rows of allowances that are whole; leaves out those that another transaction holds."""
    await session.execute(_FORGET, {"now": now, "most": most})
