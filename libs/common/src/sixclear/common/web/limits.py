"""What a request may weigh and how its address may be written."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sixclear.common.errors import ContentTooLarge, DomainError, MalformedRequest
from sixclear.common.web.problems import problem_response

DEFAULT_BODY_LIMIT = 256 * 1024

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class _BodyTooLarge(HTTPException):
    """FastAPI lets an HTTPException through while it reads a body, and makes 400 of anything else."""

    def __init__(self) -> None:
        super().__init__(status_code=413)


class Limits:
    """Bodies over the limit (413), and addresses with broken escapes, NUL or invalid UTF-8 (400).

    `body_limits` maps the beginning of a path to its own limit; the longest match counts. A body without a declared
    length is counted while it is read.
    """

    def __init__(self, default_limit: int = DEFAULT_BODY_LIMIT, body_limits: Mapping[str, int] | None = None) -> None:
        self._default = default_limit
        self._limits = sorted((body_limits or {}).items(), key=lambda item: -len(item[0]))

    def refusal(self, scope: Scope) -> DomainError | None:
        """Why the request is refused before its body is read; None where it is not."""
        if not _is_readable(scope.get("raw_path") or b"") or not _is_readable(scope.get("query_string", b"")):
            return MalformedRequest("The address is not valid.")
        limit = self._limit(scope["path"])
        return _too_large(limit) if (_declared_length(scope) or 0) > limit else None

    def counted(self, scope: Scope, receive: Receive) -> Receive:
        """`receive`, which raises an HTTPException when more comes than was declared or may."""
        return _counted(receive, self._limit(scope["path"]))

    def _limit(self, path: str) -> int:
        for start, limit in self._limits:
            if path.startswith(start):
                return limit
        return self._default


class LimitsMiddleware:
    """Refuses what `Limits` refuses."""

    def __init__(
        self,
        app: ASGIApp,
        default_limit: int = DEFAULT_BODY_LIMIT,
        body_limits: Mapping[str, int] | None = None,
    ) -> None:
        self.app = app
        self._limits = Limits(default_limit, body_limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif (refusal := self._limits.refusal(scope)) is not None:
            await problem_response(Request(scope), refusal)(scope, receive, send)
        else:
            await self.app(scope, self._limits.counted(scope, receive), send)


def _too_large(limit: int) -> ContentTooLarge:
    # The rest of the body is not read, so the connection cannot carry another request.
    return ContentTooLarge(f"At most {limit} bytes are read here.", headers={"Connection": "close"})


def _is_readable(raw: bytes) -> bool:
    if b"%" not in raw and raw.isascii():
        return b"\x00" not in raw
    if _BAD_ESCAPE.search(raw):
        return False
    decoded = unquote_to_bytes(raw)
    try:
        decoded.decode()
    except UnicodeDecodeError:
        return False
    return b"\x00" not in decoded


def _declared_length(scope: Scope) -> int | None:
    value = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(value) if value.isascii() and value.isdigit() else None


def _counted(receive: Receive, limit: int) -> Receive:
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > limit:
                raise _BodyTooLarge
        return message

    return counted
