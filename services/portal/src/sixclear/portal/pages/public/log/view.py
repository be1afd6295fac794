"""What the public log says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sixclear.portal.upstream.feedback import LogStatus
from sixclear.portal.upstream.gateway import Gateway
from sixclear.portal.upstream.parts import Parts


@dataclass(frozen=True, slots=True)
class LogView:
    """The newest checkpoint with its witnesses; None while nothing was signed, or when it could not be had."""

    log: LogStatus | None
    away: Mapping[str, datetime | None]


async def load(gateway: Gateway) -> LogView:
    """Reads how the log stands."""
    parts = Parts()
    log = await parts.optional(gateway.feedback.log_status())
    return LogView(log, parts.away)
