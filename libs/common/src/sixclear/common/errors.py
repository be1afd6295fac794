"""Refusals that a caller can understand, without a word of HTTP frameworks: what use cases and rules raise."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

# Half a surrogate pair cannot be written in an answer, and a control does not show.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONGEST_POINTER = 199


class DomainError(Exception):
    """A refusal that the caller can understand. Subclasses are nouns with a `code`, a `status` and a `title`.

    `meaning` and `remedy` are a sentence or two each: what the code says of every request that gets it, and what the
    caller does next. They are in docs/reference/problems.md and, translated, on the page behind the problem's `type`.
    `detail` and `errors` go to the caller as they are: they never hold what the caller sent, nor a secret. Where no
    `detail` is given it is the remedy, so that each answer says what to do.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    meaning: ClassVar[str]
    remedy: ClassVar[str]
    named_headers: ClassVar[tuple[str, ...]] = ()
    """Headers that every answer with this code has, by which a caller finds what to do; of a closed list."""

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.remedy
        self.errors = errors
        self.headers = dict(headers or {})
        self.extensions = extensions


class InvalidRequest(DomainError):
    code = "invalid-request"
    status = 422
    title = "The request is not valid"
    meaning = "One or more values of the request break a rule. `errors` names each of them."
    remedy = "Correct the values that `errors` names and send the request again."


class MalformedRequest(DomainError):
    code = "malformed-request"
    status = 400
    title = "The request cannot be read"
    meaning = "The server cannot read the request: its HTTP or its body is broken or incomplete."
    remedy = "Check how the request is written, then send it again."


class NotFound(DomainError):
    code = "not-found"
    status = 404
    title = "There is nothing at this address"
    meaning = "There is nothing at this address, or the caller may not see it."
    remedy = "Check the address. The service's description lists all addresses."


class MethodNotAllowed(DomainError):
    code = "method-not-allowed"
    status = 405
    title = "This address has no such method"
    meaning = "The address exists, but not for this HTTP method."
    remedy = "Use one of the methods that the header `Allow` names."


class ContentTooLarge(DomainError):
    code = "content-too-large"
    status = 413
    title = "The request body is too large"
    meaning = "The body is larger than this address accepts."
    remedy = "Send less in one request, or divide the content into several requests."


class UnsupportedMediaType(DomainError):
    code = "unsupported-media-type"
    status = 415
    title = "The body is in a form that this address does not read"
    meaning = "The body is of another media type than this address reads, or it is compressed."
    remedy = "Send the body as the header `Accept` or `Accept-Encoding` of the answer says."


class Conflict(DomainError):
    code = "conflict"
    status = 409
    title = "The change conflicts with another one"
    meaning = "Another request changed the same thing at the same time."
    remedy = "Read the entity again, then decide whether to repeat the request."


class Unavailable(DomainError):
    code = "unavailable"
    status = 503
    title = "The service is not available right now"
    meaning = "A part that the service needs is away or overloaded."
    remedy = "Send the same request again after the seconds that `Retry-After` names."

    def __init__(self, detail: str = "Please try again.", *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})


class InternalError(DomainError):
    code = "internal-error"
    status = 500
    title = "Something went wrong on our side"
    meaning = "The service failed. The request itself may be correct."
    remedy = "Try again later. If it fails again, report `trace_id` or `request_id` to the operators."


def field_error(pointer: str, code: str, detail: str) -> dict[str, str]:
    """One entry of `errors`; `pointer` is a JSON Pointer into the body such as `/deadline`."""
    return {"pointer": f"#{pointer}", "code": code, "detail": detail}


def writable(name: str) -> str:
    """A name that the caller chose, as an answer can hold it: what cannot be written or shown is U+FFFD."""
    return _UNWRITABLE.sub("\ufffd", name)


def json_pointer(path: Iterable[Any], within: str = "") -> str:
    """The JSON Pointer of `path` below the pointer `within`, at most 199 characters, with each name `writable`."""
    parts = (writable(str(part)).replace("~", "~0").replace("/", "~1") for part in path)
    return (within + "".join(f"/{part}" for part in parts))[:_LONGEST_POINTER]
