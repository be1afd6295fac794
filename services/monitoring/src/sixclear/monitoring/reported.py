"""Streams of other processes, as those processes say how they are: relays run beside the services that publish."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sixclear.common.runtime.target import StreamState

# Three times the pause between two reports; a process that is gone cannot say so itself.
_SILENT_AFTER = timedelta(seconds=15)
_FORGOTTEN_AFTER = timedelta(hours=1)
_MOST = 200


class ReportedStreams:
    """What was reported last of each stream, bounded in number; kept in memory, for it is true for seconds only."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], tuple[StreamState, datetime]] = {}

    def take(self, streams: Sequence[StreamState], now: datetime) -> None:
        """Remember `streams` as of `now`; beyond the bound, new names are not taken."""
        self._last = {key: kept for key, kept in self._last.items() if now - kept[1] < _FORGOTTEN_AFTER}
        for stream in streams:
            key = (stream.service, stream.name)
            if key in self._last or len(self._last) < _MOST:
                self._last[key] = (stream, now)

    def states(self, now: datetime) -> list[StreamState]:
        """Every reported stream; one that was not heard of lately does not count as running."""
        return [
            stream
            if now - heard < _SILENT_AFTER
            else replace(stream, running=False, detail=f"not heard of since {heard:%Y-%m-%d %H:%M:%S} UTC")
            for stream, heard in self._last.values()
        ]
