"""The end of an operation, said in time to those who call it: `Deprecation` (RFC 9745) and `Sunset` (RFC 8594)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

# How long an operation is answered after it was deprecated: docs/api-changes.md.
SUPPORTED_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Deprecated:
    """That an operation is deprecated `since` an instant, and ends at `sunset`, both in UTC.

    `instead` is the path of the operation to call; without one there is none. Raises ValueError when the time between
    is shorter than the promised one.
    """

    since: datetime
    sunset: datetime
    instead: str | None = None

    def __post_init__(self) -> None:
        if self.sunset - self.since < SUPPORTED_FOR:
            raise ValueError(f"A deprecated operation is answered for {SUPPORTED_FOR.days} days at least.")

    def headers(self) -> Mapping[str, str]:
        """What every answer of the operation carries, refusals included."""
        found = {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": format_datetime(self.sunset, usegmt=True),
        }
        return found | ({"Link": f'<{self.instead}>; rel="successor-version"'} if self.instead else {})

    @property
    def said(self) -> str:
        """The same in words, for the description of the operation."""
        instead = f" Call `{self.instead}` instead." if self.instead else ""
        return f"Deprecated since {self.since:%Y-%m-%d}; it is answered until {self.sunset:%Y-%m-%d}.{instead}"
