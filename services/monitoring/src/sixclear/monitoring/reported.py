"""What the reports of other processes mean: relays run beside the services that publish. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sixclear.common.runtime.target import StreamState

# Three times the pause between two reports; a process that is gone cannot say so itself.
_SILENT_AFTER = timedelta(seconds=15)

Report = tuple[StreamState, datetime]


def shown(reports: Iterable[Report], now: datetime) -> list[StreamState]:
    """Every reported stream; one that was not heard of lately does not count as running."""
    return [
        stream
        if now - heard < _SILENT_AFTER
        else replace(stream, running=False, detail=f"not heard of since {heard:%Y-%m-%d %H:%M:%S} UTC")
        for stream, heard in reports
    ]


def unsent_since(reports: Iterable[Report], now: datetime) -> datetime | None:
    """Since when an event may wait that no relay has sent; None while every relay says that none does.

    Of a relay that is silent nobody knows what it keeps back since it was last heard of.
    """
    instants = [
        heard - timedelta(seconds=stream.lag_seconds or 0.0)
        for stream, heard in reports
        if stream.kind == "relay" and (stream.lag_messages or now - heard >= _SILENT_AFTER)
    ]
    return min(instants, default=None)
