"""Identifiers: ordered by time for new things, derived from names for things known elsewhere."""

import os
import time
from uuid import UUID, uuid5

_NAMESPACE = UUID("6c1ea500-57d0-5a1f-8e11-20250702aa57")


# 48 bits of milliseconds and 74 of chance of the newest identifier of this process.
_newest = 0


def new_id() -> UUID:
    """A new identifier: UUID version 7 (RFC 9562 §5.7), in time order; those of one process are in the order of calls.

    Within a millisecond, and while the clock stands before an identifier that was made, it is the newest one and a step
    by chance (§6.2, method 2), so that no identifier tells the next one.
    """
    global _newest
    made = time.time_ns() // 1_000_000 << 74 | int.from_bytes(os.urandom(10), "big") >> 6
    if made <= _newest:
        made = _newest + 1 + int.from_bytes(os.urandom(6), "big")
    _newest = made
    return UUID(int=made >> 74 << 80 | 0x7 << 76 | (made >> 62 & 0xFFF) << 64 | 0x2 << 62 | made & (1 << 62) - 1)


def stable_id(*parts: str) -> UUID:
    """The identifier that these name parts always have, on every machine (UUID version 5, RFC 9562 §5.5).

    Parts are length-prefixed, so ("a", "bc") and ("ab", "c") differ.
    """
    return uuid5(_NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts))
