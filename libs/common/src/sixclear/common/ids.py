"""Identifiers: ordered by time for new things, derived from names for things known elsewhere."""

import os
import time
from uuid import UUID, uuid5

_NAMESPACE = UUID("6c1ea500-57d0-5a1f-8e11-20250702aa57")


def new_id() -> UUID:
    """A new identifier: UUID version 7 (RFC 9562 §5.7), ordered by millisecond."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def stable_id(*parts: str) -> UUID:
    """The identifier that these name parts always have, on every machine (UUID version 5, RFC 9562 §5.5).

    Parts are length-prefixed, so ("a", "bc") and ("ab", "c") differ.
    """
    return uuid5(_NAMESPACE, "".join(f"{len(part)}:{part}" for part in parts))
