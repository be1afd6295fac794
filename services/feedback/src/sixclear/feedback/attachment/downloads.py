"""Files as answers: saved by the browser, never opened by it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import quote

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sixclear.common.errors import Unavailable
from sixclear.feedback.attachment.service import Content
from sixclear.feedback.attachment.streams import StreamBroken

_log = structlog.get_logger(__name__)


class AttachmentDownload(Response):
    """A file that is opened while it leaves.

    Not a StreamingResponse, which a writing route refuses: here nothing comes from the session, and the first byte goes
    after its commit, so that no reading is missing in the log.
    """

    def __init__(self, content: Content) -> None:
        headers = {
            "Content-Length": str(content.size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(content.name, safe='')}",
            "X-Content-Type-Options": "nosniff",
            # What is in the file is not ours: no browser runs any of it, whatever it takes it for.
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "no-store",
        }
        super().__init__(None, 200, headers, content.media_type)
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file; one that breaks after its first piece breaks off, one that does not open is an error."""
        content = self._content
        with content.way.place(content.who):
            async with aclosing(content.pieces) as pieces:
                piece = await _first(pieces)
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                async for piece in pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def _first(pieces: AsyncGenerator[bytes]) -> bytes:
    """The first piece; raises Unavailable for a file that was changed in the store."""
    try:
        return await anext(pieces, b"")
    except StreamBroken:
        _log.error("a file does not open")
        raise Unavailable("The content of this file does not open.") from None
