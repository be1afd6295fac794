"""Answers to HTTP/1.0, which knows no chunks: one without a length ends with its connection (RFC 9112 §6.3)."""

import sys
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


def without_chunks(cycle: Any, app: ASGIApp) -> Any:
    """`app` for one request of HTTP/1.0; `cycle` is uvicorn's answer to it, which would be chunked."""

    async def plain(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_plain(message: Message) -> None:
            if message["type"] == "http.response.start" and not _has_length(message):
                cycle.chunked_encoding = False
                cycle.expected_content_length = sys.maxsize
            elif not message.get("more_body", False) and cycle.expected_content_length > sys.maxsize // 2:
                cycle.expected_content_length = len(message.get("body", b""))
            await send(message)

        await app(scope, receive, send_plain)

    return plain


def _has_length(message: Message) -> bool:
    return any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
