"""Files as answers: never opened by the browser, whole or from where a broken download stopped."""

import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sixclear.common.blobs.store import BlobMissing, BlobStore
from sixclear.common.errors import DomainError, Unavailable
from sixclear.common.web.etags import not_modified

# One range; a server may answer several with the whole file (RFC 9110 §14.2).
_RANGE = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?")


class RangeNotSatisfiable(DomainError):
    code, status, title = "range-not-satisfiable", 416, "The range lies outside of the file"
    meaning = "`Range` asks for bytes that the file does not have."
    remedy = "Ask for bytes within the size that `Content-Range` names, or for the whole file."
    named_headers = ("Content-Range",)


async def download(request: Request, store: BlobStore, sha256: str, size: int, media_type: str, name: str) -> Response:
    """The file with this content under this name, as an attachment; 206 for a range, 304 where the caller has it.

    The entity tag is strong: it is the hash. Raises RangeNotSatisfiable, and Unavailable where the content is not in
    the store, for it was blacked out meanwhile or lost.
    """
    tag = f'"{sha256}"'
    headers = {
        "ETag": tag,
        # Kept, but never given out without asking: what was public may be restricted by then.
        "Cache-Control": "no-cache",
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        # What is in the file is not ours: no browser runs any of it, whatever it takes it for.
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if not_modified(request, tag):
        return Response(status_code=304, headers=headers)
    span = _span(request, size, tag)
    first, end = span or (0, size)
    headers["Content-Length"] = str(end - first)
    if span is not None:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    content = store.read(sha256) if span is None else store.read(sha256, first, end)
    try:
        # Once the answer has begun it can only break off.
        beginning = await anext(content, b"")
    except BlobMissing:
        raise Unavailable("The content of this file is not in the store.") from None
    return StreamingResponse(_from(beginning, content), 200 if span is None else 206, headers, media_type)


async def _from(beginning: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield beginning
    async for chunk in rest:
        yield chunk


def _span(request: Request, size: int, tag: str) -> tuple[int, int] | None:
    """The first byte and the one after the last that are asked for; None for all."""
    asked = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    # `If-Range`: a part is wanted of this very file only.
    if asked is None or not any(asked.groups()) or request.headers.get("if-range", tag) != tag:
        return None
    given, last = asked.groups()
    first = int(given) if given else max(0, size - int(last))
    end = min(size, int(last) + 1) if given and last else size
    if first >= size or (given and last and int(last) < first) or (not given and int(last) == 0):
        raise RangeNotSatisfiable(f"The file has {size} bytes.", headers={"Content-Range": f"bytes */{size}"})
    return first, end
