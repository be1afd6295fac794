"""What the reports of other processes mean: relays run beside the services that publish. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sixclear.common.runtime.target import StreamState

# Several times the pause between two reports; a process that is gone cannot say so itself.
SILENT_AFTER = timedelta(seconds=15)

Report = tuple[StreamState, datetime]


def shown(reports: Iterable[Report], now: datetime) -> list[StreamState]:
    """Every reported stream; one that was not heard of lately does not count as running, and its lag is not known."""
    return [
        stream
        if _lately(heard, now)
        else replace(
            stream,
            running=False,
            lag_messages=None,
            lag_seconds=None,
            detail=f"not heard of since {heard:%Y-%m-%d %H:%M:%S} UTC",
        )
        for stream, heard in reports
    ]


def sent_until(reports: Iterable[Report], source: str, now: datetime) -> datetime | None:
    """Up to which instant the relay of `source` has sent every event, by its own word; None while it is not known.

    It is not known of a relay that was never heard of, not heard of lately, or cannot say itself what waits.
    """
    untils = [_until(stream, heard) for stream, heard in _relays(reports, source, now)]
    known = [until for until in untils if until is not None]
    return min(known) if known and len(known) == len(untils) else None


def _until(stream: StreamState, heard: datetime) -> datetime | None:
    """Never after the report; None where something waits and it is not known since when: a clock ran ahead."""
    if not stream.lag_messages:
        return heard
    if stream.lag_seconds is None or stream.lag_seconds < -SILENT_AFTER.total_seconds():
        return None
    return heard - timedelta(seconds=max(0.0, stream.lag_seconds))


def sent_all(reports: Iterable[Report], source: str, now: datetime) -> bool:
    """Whether the relay of `source` was heard of lately and said that nothing waits."""
    waiting = [stream.lag_messages for stream, _ in _relays(reports, source, now)]
    return bool(waiting) and not any(waiting)


def _lately(heard: datetime, now: datetime) -> bool:
    """An instant far ahead is the word of a clock that ran ahead: it says nothing of now."""
    return abs(now - heard) < SILENT_AFTER


def _relays(reports: Iterable[Report], source: str, now: datetime) -> Iterable[Report]:
    return (
        (stream, heard)
        for stream, heard in reports
        if stream.kind == "relay"
        and stream.service == source
        and _lately(heard, now)
        and stream.lag_messages is not None
    )
