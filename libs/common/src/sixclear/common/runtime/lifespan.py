"""An ASGI application's lifespan, entered and left by hand: a plain router in front does not do it."""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message


class Lifespan:
    """Sends `startup` and `shutdown` to `app`; an application without a lifespan is left alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        """Enter; raises RuntimeError when the application refuses to start."""
        self._task = asyncio.create_task(self._run(), name="lifespan")
        await self._say("lifespan.startup")

    async def shutdown(self) -> None:
        """Leave; does nothing when it was not entered or has ended already."""
        if self._task is None or self._task.done():
            return
        try:
            await self._say("lifespan.shutdown")
        finally:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _say(self, message: str) -> None:
        assert self._task is not None
        await self._to_app.put({"type": message})
        answer = asyncio.ensure_future(self._from_app.get())
        await asyncio.wait({answer, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
        elif answer.result()["type"].endswith(".failed"):
            raise RuntimeError(f"{message} failed: {answer.result().get('message', '')}")

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        # The protocol's way of saying that there is no lifespan is any exception before the first answer.
        with suppress(Exception):
            await self._app(scope, self._to_app.get, self._from_app.put)
