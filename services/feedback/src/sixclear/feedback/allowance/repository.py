"""The table of allowances. A use is one statement, so that two processes that count at the same time lose none."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from sixclear.feedback.allowance.rules import Use

# What statements are asked of: where each is a transaction of its own, or that of a request.
Asked = AsyncConnection | AsyncSession

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
"""
# The use comes first, for the deletion reads it; a row can be changed once in a statement, so the own one is left out.
# No disk is waited for: where the server dies, the uses of some milliseconds are forgotten.
_THEN_FORGET = """
RETURNING 1), forgotten AS (
  DELETE FROM allowance WHERE (kind, network_hash) IN (
    SELECT kind, network_hash FROM allowance
    WHERE full_at <= :now AND (kind, network_hash) <> (:kind, :network_hash) AND EXISTS (SELECT FROM used)
    ORDER BY full_at LIMIT :most FOR UPDATE SKIP LOCKED))
SELECT set_config('synchronous_commit', 'off', true) FROM used
"""
_SPEND = text(f"WITH used AS ({_USE}{_IF_LEFT}{_THEN_FORGET}")
_OWE = text(f"WITH used AS ({_USE}{_THEN_FORGET}")
_FIND = text("SELECT full_at FROM allowance WHERE kind = :kind AND network_hash = :network_hash")


async def spend(session: Asked, use: Use, most: int) -> bool:
    """Use once, unless it is used up; whether it could be used. Then at most `most` rows that are whole are deleted.

    Rows that another transaction holds are left.
    """
    return (await session.execute(_SPEND, _values(use, most))).first() is not None


async def owe(session: Asked, use: Use, most: int) -> None:
    """Use once, also when nothing is left; deletes as `spend` does."""
    given = _values(use, most)
    del given["latest"]
    await session.execute(_OWE, given)


def _values(use: Use, most: int) -> dict[str, object]:
    return {field.name: getattr(use, field.name) for field in fields(use)} | {"most": most}


async def find_full_at(session: Asked, kind: str, network_hash: bytes) -> datetime | None:
    """When a visitor's allowance is whole again; None when it is whole."""
    found: datetime | None = await session.scalar(_FIND, {"kind": kind, "network_hash": network_hash})
    return found
