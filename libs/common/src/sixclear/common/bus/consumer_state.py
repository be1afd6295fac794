"""The sizes and times of a consumer, and what operators see of it."""

import random
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sixclear.common.bus.protocol import Lag

# So many at a time come at a rate at which no reader follows each single one.
_MANY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerLimits:
    """Sizes and times of a consumer; the defaults suit a projection on a small machine."""

    batch_size: int = 500
    fetch_seconds: float = 1.0
    fetch_limit_seconds: float = 10.0
    handle_limit_seconds: float = 30.0
    close_limit_seconds: float = 5.0
    retries: int = 3
    first_backoff_seconds: float = 0.1
    last_backoff_seconds: float = 5.0
    stuck_after_seconds: float = 5.0
    halt_seconds: float = 60.0
    gather_seconds: float = 0.0
    """While many messages come, a batch begins so long after the one before at the earliest: see `pause_after`."""

    def pause_after(self, handled: int, spent_seconds: float) -> float:
        """Seconds to wait after a batch of `handled` messages that took so long, so that more of them gather.

        After few messages it is none: then each is seen as soon as it comes. A batch has a price of its own, ten
        statements for a fold, which in one process the writers pay for too.
        """
        return max(0.0, self.gather_seconds - spent_seconds) if handled >= _MANY else 0.0

    def backoff(self, attempt: int) -> float:
        """Seconds before the next attempt: doubled each time up to a limit, and spread."""
        longest: float = min(self.last_backoff_seconds, self.first_backoff_seconds * 2 ** min(attempt, 30))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 (spreads retries, hides nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerState:
    """What operators see of a consumer group; `lag` is None while it cannot be known, `lag_known_at` is when it was."""

    group: str
    running: bool = False
    lag: Lag | None = None
    lag_known_at: datetime | None = None
    last_progress_at: datetime | None = None
    dead_letters: int = 0
    halted_reason: str | None = None
    last_error: str | None = None
    rebuilds: int = 0


class ConsumerStatus:
    """Holds the last known state, which several tasks note and anybody may read."""

    def __init__(self, group: str) -> None:
        self.state = ConsumerState(group=group)

    def note(self, **changes: Any) -> None:
        """Change fields of the state."""
        self.state = replace(self.state, **changes)
