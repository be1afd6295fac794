"""Time that tests move."""

from datetime import datetime, timedelta


class MovingClock:
    """A clock that stands at `now` until a test moves it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **duration: float) -> None:
        """Let time pass; the names are those of `timedelta`."""
        self.now += timedelta(**duration)
