"""What can go wrong in monitoring, each with its code and HTTP status."""

from sixclear.common.bus.positions import PositionConflict
from sixclear.common.errors import DomainError


class OrganisationNotFound(DomainError):
    """No organisation has this identifier or code."""

    code, status, title = "organisation-not-found", 404, "Organisation not found"


class ProgrammeNotFound(DomainError):
    """No programme has this slug."""

    code, status, title = "programme-not-found", 404, "Programme not found"


class InstantInvalid(DomainError):
    """`as_of` is neither a date nor an instant with its offset."""

    code, status, title = "instant-invalid", 422, "The instant cannot be read"


class InstantInFuture(DomainError):
    """The state of a future instant is not known."""

    code, status, title = "instant-in-future", 422, "The instant lies in the future"


class PeriodInvalid(DomainError):
    """A timeline ends before it begins, lies in the future, or has too many points."""

    code, status, title = "period-invalid", 422, "The period is not valid"


class FiguresDoNotReconcile(DomainError):
    """Counters differ from a count of the records: no figure is given until they agree again."""

    code, status, title = "figures-do-not-reconcile", 503, "The figures do not reconcile"

    def __init__(self, detail: str) -> None:
        # Figures are public: a page of another origin that may read them may also read why there are none.
        super().__init__(detail, headers={"Retry-After": "10", "Access-Control-Allow-Origin": "*"})


class TraceNotFound(DomainError):
    """No kept trace has this identifier."""

    code, status, title = "trace-not-found", 404, "Trace not found"


class SpansInvalid(DomainError):
    """The body is not an OTLP trace request."""

    code, status, title = "spans-invalid", 400, "The spans cannot be read"


class SpansMediaTypeUnknown(DomainError):
    """OTLP over HTTP is accepted as protobuf only."""

    code, status, title = "spans-media-type-unknown", 415, "Only application/x-protobuf is accepted"


class LeadershipLost(PositionConflict):
    """Another process writes the view now; this one must begin again, and set nothing aside."""


class InvalidEvent(ValueError):
    """An event lacks what the view reads: it goes to the dead letters, where somebody looks at it."""
