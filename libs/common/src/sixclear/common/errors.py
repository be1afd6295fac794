"""Refusals that a caller can understand, without a word of HTTP frameworks: what use cases and rules raise."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal that the caller can understand. Subclasses are nouns with a `code`, a `status` and a `title`.

    `detail` and `errors` go to the caller as they are: they never hold what the caller sent, nor a secret.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.extensions = extensions


class InvalidRequest(DomainError):
    code = "invalid-request"
    status = 422
    title = "The request is not valid"


class MalformedRequest(DomainError):
    code = "malformed-request"
    status = 400
    title = "The request cannot be read"


class ContentTooLarge(DomainError):
    code = "content-too-large"
    status = 413
    title = "The request body is too large"


class Conflict(DomainError):
    code = "conflict"
    status = 409
    title = "The change conflicts with another one"


class Unavailable(DomainError):
    """Something below is away or overloaded; the same request may succeed soon."""

    code = "unavailable"
    status = 503
    title = "The service is not available right now"

    def __init__(self, detail: str = "Please try again.", *, retry_after_seconds: int = 1) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})


class InternalError(DomainError):
    code = "internal-error"
    status = 500
    title = "Something went wrong on our side"


def field_error(pointer: str, code: str, detail: str) -> dict[str, str]:
    """One entry of `errors`; `pointer` is a JSON Pointer into the body such as `/deadline`."""
    return {"pointer": f"#{pointer}", "code": code, "detail": detail}
