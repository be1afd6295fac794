"""What the server answers before any application is asked: problems (RFC 9457), after which the connection closes."""

from dataclasses import dataclass
from http import HTTPStatus

import orjson
from prometheus_client import Counter

from sixclear.common.errors import DomainError, MalformedRequest

REFUSED = Counter(
    "sixclear_http_refusals_total",
    "Requests that ended before an application answered, by the code of the problem.",
    ("code",),
)


class TooManyRequestsAtOnce(DomainError):
    code, status, title = "too-many-requests-at-once", 429, "Too many requests at once"
    meaning = "More requests were sent on one connection than the server reads before it has answered."
    remedy = "Wait for answers before sending more requests."


class RequestTimeout(DomainError):
    code, status, title = "request-timeout", 408, "The request took too long"
    meaning = "The body of the request did not arrive in time."
    remedy = "Send the request again, over a faster connection or with a smaller body."


class TooManyConnections(DomainError):
    code, status, title = "too-many-connections", 503, "Too many connections"
    meaning = "No connection is free for this address."
    remedy = "Close connections that are not used, or try again after the seconds that `Retry-After` names."


class HeadTooLarge(DomainError):
    code, status, title = "head-too-large", 431, "The head is too large"
    meaning = "The address and headers of the request are larger or more than the server accepts."
    remedy = "Send fewer or shorter headers, or a shorter address."


class TrailersTooLarge(DomainError):
    code, status, title = "trailers-too-large", 431, "The trailers are too large"
    meaning = "The trailers after the body are larger or more than the server accepts."
    remedy = "Send fewer or shorter trailers, or none."


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer to a request that no application sees. It never repeats what was sent."""

    kind: type[DomainError]
    detail: str
    retry_after_seconds: int | None = None

    def encode(self, *, closes: bool = True) -> bytes:
        """The whole answer as it goes on the wire; with `closes` it says that the connection ends."""
        kind = self.kind
        body = orjson.dumps(
            {
                "type": f"/problems/{kind.code}",
                "title": kind.title,
                "status": kind.status,
                "code": kind.code,
                "detail": self.detail,
            }
        )
        lines = [
            f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}",
            "content-type: application/problem+json",
            f"content-length: {len(body)}",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
        ]
        if closes:
            lines.append("connection: close")
        if self.retry_after_seconds is not None:
            lines.append(f"retry-after: {self.retry_after_seconds}")
        return "\r\n".join([*lines, "", ""]).encode() + body


class Refused(Exception):
    """Raised inside the parser's callbacks: the request ends here."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.kind.code)
        self.refusal = refusal


MALFORMED = Refusal(MalformedRequest, "It is not HTTP/1.1 as RFC 9112 has it. Send it again.")
HOST = Refusal(
    MalformedRequest,
    "A request of HTTP/1.1 carries exactly one Host header, with a name or an address and perhaps a port.",
)
FRAMING = Refusal(
    MalformedRequest,
    "Too much of the body is no content: send chunks without extensions, and few or no trailers.",
)
PIPELINED = Refusal(TooManyRequestsAtOnce, "Wait for answers before more requests are sent.")
BODY_TIMEOUT = Refusal(RequestTimeout, "Its body did not come in time. Send the request again.")
NO_SEAT = Refusal(
    TooManyConnections,
    "No connection is free for this address now. Close those that are not used, or come again in a moment.",
    retry_after_seconds=5,
)


def head_too_large(limit: int, fields: int) -> Refusal:
    """For a head over `limit` bytes or with more than `fields` headers."""
    return Refusal(
        HeadTooLarge,
        f"Address and headers take at most {limit} bytes and {fields} headers.",
    )


def trailers_too_large(limit: int, fields: int) -> Refusal:
    """For trailers over `limit` bytes or more than `fields` of them."""
    return Refusal(
        TrailersTooLarge,
        f"After a body come at most {limit} bytes of trailers and {fields} of them.",
    )
