"""How long a page waits, and which service is not asked for a while because it did not answer."""

from collections.abc import Callable

# So long a service that let a page wait in vain is not asked; then one call tries.
PAUSE_SECONDS = 5.0
# What another service used up of a page's time is not the fault of this one: it gets a moment all the same.
_AT_LEAST_SECONDS = 0.4


class Patience:
    """The time that one page spends on waiting, over all its calls; it begins with the first of them."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._until: float | None = None
        self._gave_up: set[str] = set()

    def left(self, service: str) -> float:
        """Seconds that a call to `service` may take: none when the page waited for it in vain before."""
        now = self._monotonic()
        if self._until is None:
            self._until = now + self._seconds
        return 0.0 if service in self._gave_up else max(self._until - now, _AT_LEAST_SECONDS)

    def gave_up(self, service: str) -> None:
        """The page waited for `service` in vain and does not wait for it again."""
        self._gave_up.add(service)


class Circuit:
    """Whether a service is asked: after a call that it did not answer in time not for `PAUSE_SECONDS`."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until: float | None = None
        self._answered_at = float("-inf")

    @property
    def paused(self) -> bool:
        """Whether calls are refused just now."""
        return self._until is not None and self._monotonic() < self._until

    def passes(self) -> bool:
        """Whether this call is sent. After the pause one call tries, and the others wait for what it shows."""
        if self.paused:
            return False
        if self._until is not None:
            self._pause()
        return True

    def answered(self) -> None:
        """The service answered something: every call is sent again."""
        self._until = None
        self._answered_at = self._monotonic()

    def did_not_answer(self, since: float) -> None:
        """The service let a call of `since` wait in vain; of no weight where it answered another one after that."""
        if since > self._answered_at:
            self._pause()

    def _pause(self) -> None:
        self._until = self._monotonic() + PAUSE_SECONDS
