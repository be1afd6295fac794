"""What a page may load, and which sites may show it in a frame."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from sixclear.common.web.edge import FRAMED


def content_security_policy(stream_origin: str | None, framed_by: str = "'none'") -> str:
    """A page's own files, and the live figures from `stream_origin` when that is another one.

    `framed_by` are the sites that may show the page in a frame.
    """
    connect = f"'self' {stream_origin}" if stream_origin else "'self'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
    )


def let_frame(request: Request, response: Response, origins: Sequence[str]) -> None:
    """Lets pages of `origins` show this answer in a frame; `*` are all, and without any no page does."""
    response.headers["Content-Security-Policy"] = content_security_policy(None, " ".join(origins) or "'none'")
    if origins:
        # Old browsers would obey X-Frame-Options, which knows no list of origins.
        request.scope.setdefault("state", {})[FRAMED] = True
