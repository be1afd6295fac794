"""What routes reach besides the request's session: background work of this process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from sixclear.common.clock import Clock
from sixclear.common.db import Database
from sixclear.common.runtime.target import StreamState
from sixclear.common.service_state import own_state
from sixclear.monitoring.readings import Readings
from sixclear.monitoring.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`add_spans` queues spans and says how many it took; `background` has limits for long statements.

    `kept_status` has the body of the status that is asked for and its entity tag, where they are in memory;
    `encode_status` makes both of a status (of `status.service`), and may keep them; `standing` is what the follower of
    the view saw last (`status.service.Standing`), or None.
    """

    settings: Settings
    clock: Clock
    database: Database
    background: Database
    readings: Readings
    add_spans: Callable[[Sequence[Any]], int]
    process_streams: Callable[[], Sequence[StreamState]]
    leading: Callable[[], bool]
    on_change: Callable[[], None]
    kept_status: Callable[[tuple[tuple[str, str], ...]], tuple[bytes, str] | None] = lambda _: None
    encode_status: Callable[[tuple[tuple[str, str], ...], Any, Any, datetime], tuple[bytes, str]]
    standing: Callable[[datetime], object] = lambda _: None


def parts_of(request: Request) -> Parts:
    """The parts of the application that serves `request`."""
    return own_state(request, Parts)
