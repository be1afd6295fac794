"""How often one visitor may send, or be wrong about a receipt code: a token bucket in the database.

A row exists while something is used up, a few minutes. Each use deletes up to ten that are whole again, so the table
is no larger than what came in that time, whatever number of addresses is made up.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.errors import TooManyAttempts
from sixclear.feedback.repository import allowances

_FORGOTTEN_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Allowance:
    """`at_once` uses at once and `per_minute` a minute after that; past it the refusal."""

    kind: str
    at_once: int
    per_minute: float
    refusal: type[TooManyAttempts]

    @property
    def step(self) -> timedelta:
        """How long one use takes to come back."""
        return timedelta(minutes=1 / self.per_minute)

    def use(self, network_hash: bytes, now: datetime) -> allowances.Use:
        """One use at `now`; a debt is as large as the allowance at most."""
        whole = self.step * self.at_once
        return allowances.Use(self.kind, network_hash, now, self.step, now + whole, now + 2 * whole)

    def waits_seconds(self, full_at: datetime | None, use: allowances.Use) -> int:
        """How long until one use is left, in whole seconds; 0 when one is."""
        if full_at is None or full_at > use.furthest:
            return 0
        return max(0, math.ceil((full_at + self.step - use.latest).total_seconds()))


async def spend(session: AsyncSession, allowance: Allowance, network_hash: bytes, now: datetime) -> None:
    """One use, whatever becomes of it. Raises the refusal when none is left."""
    use = allowance.use(network_hash, now)
    if not await allowances.spend(session, use):
        raise await _refusal(session, allowance, use)
    await allowances.forget_whole(session, now, _FORGOTTEN_AT_ONCE)


async def require(session: AsyncSession, allowance: Allowance, network_hash: bytes, now: datetime) -> None:
    """Raises the refusal when no use is left; costs nothing."""
    use = allowance.use(network_hash, now)
    if allowance.waits_seconds(await allowances.find_full_at(session, use.kind, network_hash), use):
        raise await _refusal(session, allowance, use)


async def owe(session: AsyncSession, allowance: Allowance, network_hash: bytes, now: datetime) -> None:
    """One use that was let through. Several at once may leave a debt, which is paid back as uses come back."""
    await allowances.owe(session, allowance.use(network_hash, now))
    await allowances.forget_whole(session, now, _FORGOTTEN_AT_ONCE)


async def _refusal(session: AsyncSession, allowance: Allowance, use: allowances.Use) -> TooManyAttempts:
    full_at = await allowances.find_full_at(session, use.kind, use.network_hash)
    return allowance.refusal(retry_after_seconds=max(1, allowance.waits_seconds(full_at, use)))
