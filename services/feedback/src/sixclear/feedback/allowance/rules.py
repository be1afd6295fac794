"""The token bucket of one visitor: how much is used up, and when it is whole again. Pure: no database, no clock."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sixclear.feedback.allowance.errors import TooManyAttempts


@dataclass(frozen=True, slots=True)
class Use:
    """One use at `now`: the allowance becomes whole again by `step` later, and is used up when that is after `latest`.

    A debt is kept up to `furthest`, so that a visitor is never refused for longer.
    """

    kind: str
    network_hash: bytes
    now: datetime
    step: timedelta
    latest: datetime
    furthest: datetime


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """`at_once` uses without a pause and `per_minute` a minute after that; then `refusal` is raised."""

    kind: str
    at_once: int
    per_minute: float
    refusal: type[TooManyAttempts]

    @property
    def step(self) -> timedelta:
        """How long one use takes to come back."""
        return timedelta(minutes=1 / self.per_minute)

    def use(self, network_hash: bytes, now: datetime) -> Use:
        """One use at `now`; a debt is as large as the allowance at most."""
        whole = self.step * self.at_once
        return Use(self.kind, network_hash, now, self.step, now + whole, now + 2 * whole)

    def waits_seconds(self, full_at: datetime | None, use: Use) -> int:
        """How long until one use is left, in whole seconds; 0 when one is."""
        if full_at is None or full_at > use.furthest:
            return 0
        return max(0, math.ceil((full_at + self.step - use.latest).total_seconds()))
