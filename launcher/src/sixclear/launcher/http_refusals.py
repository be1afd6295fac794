"""What the server answers before any application is asked: problems (RFC 9457), after which the connection closes."""

from dataclasses import dataclass
from http import HTTPStatus

import orjson
from prometheus_client import Counter

REFUSED = Counter(
    "http_refusals_total", "Requests that ended before an application answered, by the code of the problem.", ("code",)
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer to a request that no application sees. It never repeats what was sent."""

    status: int
    code: str
    title: str
    detail: str
    retry_after_seconds: int | None = None

    def encode(self) -> bytes:
        """The whole answer as it goes on the wire."""
        body = orjson.dumps(
            {
                "type": f"/problems/{self.code}",
                "title": self.title,
                "status": self.status,
                "code": self.code,
                "detail": self.detail,
            }
        )
        lines = [
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}",
            "content-type: application/problem+json",
            f"content-length: {len(body)}",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "connection: close",
        ]
        if self.retry_after_seconds is not None:
            lines.append(f"retry-after: {self.retry_after_seconds}")
        return "\r\n".join([*lines, "", ""]).encode() + body


class Refused(Exception):
    """Raised inside the parser's callbacks: the request ends here."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


MALFORMED = Refusal(
    400, "malformed-request", "The request cannot be read", "It is not HTTP/1.1 as RFC 9112 has it. Send it again."
)
HOST = Refusal(
    400,
    "malformed-request",
    "The request cannot be read",
    "A request of HTTP/1.1 carries exactly one Host header, with a name or an address and perhaps a port.",
)
FRAMING = Refusal(
    400,
    "malformed-request",
    "The request cannot be read",
    "Too much of the body is no content: send chunks without extensions, and few or no trailers.",
)
PIPELINED = Refusal(
    429, "too-many-requests-at-once", "Too many requests at once", "Wait for answers before more requests are sent."
)
BODY_TIMEOUT = Refusal(
    408, "request-timeout", "The request took too long", "Its body did not come in time. Send the request again."
)
NO_SEAT = Refusal(
    503,
    "too-many-connections",
    "Too many connections",
    "No connection is free for this address now. Close those that are not used, or come again in a moment.",
    retry_after_seconds=5,
)


def head_too_large(limit: int, fields: int) -> Refusal:
    """For a head over `limit` bytes or with more than `fields` headers."""
    return Refusal(
        431,
        "head-too-large",
        "The head is too large",
        f"Address and headers take at most {limit} bytes and {fields} headers.",
    )


def trailers_too_large(limit: int, fields: int) -> Refusal:
    """For trailers over `limit` bytes or more than `fields` of them."""
    return Refusal(
        431,
        "trailers-too-large",
        "The trailers are too large",
        f"After a body come at most {limit} bytes of trailers and {fields} of them.",
    )
