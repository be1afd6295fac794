"""Buses whose subscriptions fail in ways that a consumer must survive."""

import asyncio
from collections.abc import Mapping, Sequence

from sixclear.common.bus.protocol import Bus, Message, Position, Subscription, SubscriptionLost
from sixclear.common.bus.watermark import Watermark


class _Around:
    """A bus around another one; only what it subscribes to is different."""

    def __init__(self, bus: Bus) -> None:
        self.kind = bus.kind
        self._bus = bus

    def carries(self, service: str) -> bool:
        return self._bus.carries(service)

    def watermark(self, service: str) -> Watermark:
        return self._bus.watermark(service)

    async def send_dead_letter(self, group: str, message: Message, reason: str) -> None:
        await self._bus.send_dead_letter(group, message, reason)

    async def close(self) -> None:
        pass


class StuckAtFirst(_Around):
    """A bus whose first subscription goes silent, as clients do after a broker's bad day."""

    def __init__(self, bus: Bus, how: str) -> None:
        super().__init__(bus)
        self._how = how
        self.made = 0

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        self.made += 1
        subscription = self._bus.subscribe(group, topics)
        if self.made == 1:
            subscription.fetch = self._silent if self._how == "silent" else self._hanging  # type: ignore[method-assign]
        return subscription

    async def _silent(self, limit: int, timeout_seconds: float) -> Sequence[Message]:
        await asyncio.sleep(timeout_seconds)
        return ()

    async def _hanging(self, limit: int, timeout_seconds: float) -> Sequence[Message]:
        await asyncio.Event().wait()
        return ()


class GoneLater(_Around):
    """A bus that is away after its first subscription has ended."""

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self.away = asyncio.Event()

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        subscription = self._bus.subscribe(group, topics)
        if self.away.is_set():
            subscription.open = self._nobody  # type: ignore[method-assign]
        else:
            fetch = subscription.fetch

            async def fetch_or_lose(limit: int, timeout_seconds: float) -> Sequence[Message]:
                if self.away.is_set():
                    raise SubscriptionLost("the broker is gone")
                return await fetch(limit, timeout_seconds)

            subscription.fetch = fetch_or_lose  # type: ignore[method-assign]
        return subscription

    async def _nobody(self, positions: Mapping[str, Position]) -> None:
        raise SubscriptionLost("the broker is gone")
