"""Files as answers: saved by the browser, never opened by it."""

from contextlib import aclosing
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sixclear.feedback.attachment.service import Content


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
        self._pieces = content.pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file; one that does not open breaks off."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._pieces):
            async for piece in self._pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
