"""Telling monitoring how the streams of this process are, where it runs in another process."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict

import httpx2
import orjson
import structlog

from sixclear.common.runtime.target import StreamState
from sixclear.common.settings import CommonSettings

_log = structlog.get_logger(__name__)
_EVERY_SECONDS = 5.0
_STOP_SECONDS = 1.0


class StreamReports:
    """Posts the state of every stream to `SIXCLEAR_STREAMS_URL` while it runs; a report that fails is left out."""

    def __init__(
        self,
        settings: CommonSettings,
        streams: Callable[[], Sequence[StreamState]],
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        every_seconds: float = _EVERY_SECONDS,
    ) -> None:
        self._url = settings.streams_url
        self._token = settings.streams_token
        self._streams = streams
        self._transport = transport
        self._every_seconds = every_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, if there is anybody to tell."""
        if self._url is not None and self._token is not None:
            self._task = asyncio.create_task(self._run(), name="stream reports")

    async def stop(self) -> None:
        """End within a second."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_STOP_SECONDS)
            self._task = None

    async def _run(self) -> None:
        assert self._url is not None
        assert self._token is not None
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}", "Content-Type": "application/json"}
        async with httpx2.AsyncClient(transport=self._transport, timeout=2.0, headers=headers) as client:
            while True:
                if streams := self._streams():
                    await self._report(client, self._url, streams)
                await asyncio.sleep(self._every_seconds)

    async def _report(self, client: httpx2.AsyncClient, url: str, streams: Sequence[StreamState]) -> None:
        body = orjson.dumps({"items": [asdict(stream) for stream in streams]}, option=orjson.OPT_UTC_Z)
        with suppress(httpx2.HTTPError):
            answer = await client.post(url, content=body)
            if answer.status_code >= 400:
                _log.warning("streams not reported", status=answer.status_code)
