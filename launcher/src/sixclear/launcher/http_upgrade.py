"""A request that asks for another protocol is served as if it had not asked, its body too (RFC 9110 §7.8).

The parser ends such a request after its head and reads what follows as something else. Its body would be lost, or, when
it comes in a piece of its own, be read as the next request of the connection. Java's own client asks for HTTP/2 like
this on every plain connection.
"""

from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_FRAMING = (b"content-length", b"transfer-encoding")


class UpgradesIgnored(HttpToolsProtocol):
    """Reads on after such a head: in the body of its request, or between two.

    While `_resumes`, a new parser is told how the body is framed; what it says of a request's beginning is no request.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._resumes = False

    def parse(self, piece: bytes) -> None:
        """Feed the parser; a piece that it cannot read is answered by `send_400_response`."""
        self._unset_keepalive_if_required()
        left = memoryview(piece)  # one piece may hold many such heads
        while left:
            try:
                self.parser.feed_data(left)
                return
            except httptools.HttpParserUpgrade as upgrade:
                self._read_on()
                left = left[upgrade.args[0] :]
            except httptools.HttpParserError:
                self.send_400_response("")
                return

    def _read_on(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        scope = self.cycle.scope
        framing = [name + b": " + value for name, value in scope["headers"] if name in _FRAMING]
        if not framing or scope["method"] == "CONNECT":
            return
        self.cycle.more_body = True
        self.cycle.message_event.clear()
        self._resumes, url = True, self.url
        self.parser.feed_data(b"\r\n".join((b"POST / HTTP/1.1", *framing, b"", b"")))
        self._resumes, self.url = False, url
        self.headers.clear()
