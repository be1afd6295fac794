"""How often one visitor may send, or be wrong about a receipt code: a token bucket in the database.

A row exists while something is used up: a few minutes. Each use deletes up to ten rows that are whole again, so the
table holds no more than what came in that time, even when a sender invents addresses.
"""

from datetime import datetime

from sixclear.feedback.allowance import repository
from sixclear.feedback.allowance.errors import TooManyAttempts
from sixclear.feedback.allowance.repository import Asked
from sixclear.feedback.allowance.rules import TokenBucket, Use

_FORGOTTEN_AT_ONCE = 10


async def spend(session: Asked, bucket: TokenBucket, network_hash: bytes, now: datetime) -> None:
    """Count one use, whatever becomes of the request. Raises the refusal when none is left."""
    use = bucket.use(network_hash, now)
    if not await repository.spend(session, use, _FORGOTTEN_AT_ONCE):
        raise await _refusal(session, bucket, use)


async def require(session: Asked, bucket: TokenBucket, network_hash: bytes, now: datetime) -> None:
    """Raises the refusal when no use is left; costs nothing."""
    use = bucket.use(network_hash, now)
    if bucket.waits_seconds(await repository.find_full_at(session, use.kind, network_hash), use):
        raise await _refusal(session, bucket, use)


async def owe(session: Asked, bucket: TokenBucket, network_hash: bytes, now: datetime) -> None:
    """Count one use after it was let through. Several at the same time may leave a debt, which later uses wait for."""
    await repository.owe(session, bucket.use(network_hash, now), _FORGOTTEN_AT_ONCE)


async def _refusal(session: Asked, bucket: TokenBucket, use: Use) -> TooManyAttempts:
    full_at = await repository.find_full_at(session, use.kind, use.network_hash)
    return bucket.refusal(retry_after_seconds=max(1, bucket.waits_seconds(full_at, use)))
