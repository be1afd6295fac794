"""Telling monitoring how the streams of this process are, where it runs in another process."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

import httpx2
import orjson
import structlog

from sixclear.common.auth.own_token import OwnToken
from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.common.runtime.target import StreamState
from sixclear.common.settings import CommonSettings

_log = structlog.get_logger(__name__)
# A fresh view is shown as up to so much old, because what came since the last report is not known.
_EVERY_SECONDS = 2.0
_STOP_SECONDS = 1.0
_QUIET_SECONDS = 60.0


def require_whole_client(settings: CommonSettings) -> None:
    """Raises CannotStart for a client without its secret."""
    if settings.client_id is not None and not settings.client_secret and settings.client_secret_file is None:
        raise CannotStart(
            "SIXCLEAR_CLIENT_ID names a client, but its secret is not set.",
            "Set SIXCLEAR_CLIENT_SECRET_FILE or SIXCLEAR_CLIENT_SECRET.",
        )


class StreamReports:
    """Posts the state of every stream to `SIXCLEAR_STREAMS_URL` while it runs; a report that fails is left out."""

    def __init__(
        self,
        settings: CommonSettings,
        streams: Callable[[], Sequence[StreamState]],
        token: OwnToken,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        every_seconds: float = _EVERY_SECONDS,
    ) -> None:
        self._url = settings.streams_url
        self._token = token
        self._streams = streams
        self._transport = transport
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None
        self._quiet_until = 0.0

    def start(self) -> None:
        """Begin where an address is set; a relay that is not reported is worth a warning."""
        if self._url is not None and self._token.configured:
            self._task = asyncio.create_task(self._run(self._url), name="stream reports")
        elif any(stream.kind == "relay" for stream in self._streams()):
            _log.warning(
                "this process does not report how its relay is: the status cannot be known to be fresh",
                what_to_do="set SIXCLEAR_STREAMS_URL, SIXCLEAR_CLIENT_ID and SIXCLEAR_CLIENT_SECRET_FILE",
            )

    async def stop(self) -> None:
        """End within a second."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_STOP_SECONDS)
            self._task = None

    async def _run(self, url: str) -> None:
        async with httpx2.AsyncClient(transport=self._transport, timeout=2.0) as client:
            while True:
                token = self._token.value
                if token is not None and (streams := self._streams()):
                    await self._report(client, url, token, streams)
                await asyncio.sleep(self._every_seconds)

    async def _report(self, client: httpx2.AsyncClient, url: str, token: str, streams: Sequence[StreamState]) -> None:
        body = orjson.dumps({"items": [asdict(stream) for stream in streams]}, option=orjson.OPT_UTC_Z)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            answer = await client.post(url, content=body, headers=headers)
        except Exception as error:  # also an address that is none: the next report may be heard
            self._complain(error=type(error).__name__)
            return
        if answer.status_code == 401:
            self._token.refused(token)
        if answer.status_code >= 400:
            self._complain(status=answer.status_code)

    def _complain(self, **why: object) -> None:
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + _QUIET_SECONDS
            _log.warning("streams not reported", **why)
