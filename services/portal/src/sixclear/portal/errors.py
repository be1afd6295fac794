"""Errors of the portal: each becomes a page in the reader's language, never a bare status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


class PortalError(Exception):
    """Something that ends in an error page. `status` is its HTTP status, `code` its stable name."""

    status = 500
    code = "portal-error"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field: its name in the service's body or address, and the rule's code."""

    field: str
    code: str


class PageNotFound(PortalError):
    """There is nothing at this address: wrong, mistyped, or withdrawn. `problems` say why, where a service does."""

    status = 404
    code = "not-found"

    def __init__(self, code: str = "not-found", problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.problems = tuple(problems)


class InvalidAddress(PortalError):
    """The address carries a value that cannot be read, such as a day that does not exist."""

    status = 422
    code = "invalid-address"


class ForeignForm(PortalError):
    """A form was sent from a page of another site."""

    status = 403
    code = "foreign-form"


class FormTooLarge(PortalError):
    """A form's body is above the limit."""

    status = 413
    code = "form-too-large"


class ServiceAway(PortalError):
    """Another service did not answer in time, or answered with a fault of its own.

    `last_known` is what it answered to the same question at `known_at`, None where that is not known.
    """

    status = 503
    code = "service-away"

    def __init__(self, service: str, last_known: object = None, known_at: datetime | None = None) -> None:
        super().__init__(service)
        self.service = service
        self.last_known = last_known
        self.known_at = known_at


class FiguresRefused(PortalError):
    """Monitoring answered that its counters and records differ: it gives no figure until operators repair it."""

    status = 503
    code = "figures-do-not-reconcile"


class Refused(PortalError):
    """A service refused what was sent (4xx). `problems` names the fields that it named."""

    status = 422
    code = "refused"

    def __init__(self, status: int, code: str, problems: Sequence[FieldProblem] = ()) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.problems = tuple(problems)
