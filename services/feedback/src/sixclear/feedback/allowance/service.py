"""How often one visitor may send, or be wrong about a receipt code: a token bucket in the database.

A row exists while something is used up, a few minutes. Each use deletes up to ten that are whole again, so the table
is no larger than what came in that time, whatever number of addresses is made up.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.feedback.allowance import repository
from sixclear.feedback.allowance.errors import TooManyAttempts
from sixclear.feedback.allowance.rules import TokenBucket, Use

_FORGOTTEN_AT_ONCE = 10


async def spend(session: AsyncSession, bucket: TokenBucket, network_hash: bytes, now: datetime) -> None:
    """One use, whatever becomes of it. Raises the refusal when none is left."""
    use = bucket.use(network_hash, now)
    if not await repository.spend(session, use):
        raise await _refusal(session, bucket, use)
    await repository.forget_whole(session, now, _FORGOTTEN_AT_ONCE)


async def require(session: AsyncSession, bucket: TokenBucket, network_hash: bytes, now: datetime) -> None:
    """Raises the refusal when no use is left; costs nothing."""
    use = bucket.use(network_hash, now)
    if bucket.waits_seconds(await repository.find_full_at(session, use.kind, network_hash), use):
        raise await _refusal(session, bucket, use)


async def owe(session: AsyncSession, bucket: TokenBucket, network_hash: bytes, now: datetime) -> None:
    """One use that was let through. Several at once may leave a debt, which is paid back as uses come back."""
    await repository.owe(session, bucket.use(network_hash, now))
    await repository.forget_whole(session, now, _FORGOTTEN_AT_ONCE)


async def _refusal(session: AsyncSession, bucket: TokenBucket, use: Use) -> TooManyAttempts:
    full_at = await repository.find_full_at(session, use.kind, use.network_hash)
    return bucket.refusal(retry_after_seconds=max(1, bucket.waits_seconds(full_at, use)))
