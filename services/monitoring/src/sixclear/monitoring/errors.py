"""What can go wrong in monitoring, each with its code and HTTP status."""

from sixclear.common.bus.positions import PositionConflict
from sixclear.common.errors import DomainError


class ProgrammeNotFound(DomainError):
    code, status, title = "programme-not-found", 404, "Programme not found"
    meaning = "No programme has this name in its address."
    remedy = "Check the name, or find the programme in the list of programmes."


class IndicatorNotFound(DomainError):
    code, status, title = "indicator-not-found", 404, "Indicator not found"
    meaning = "No indicator has this code."
    remedy = "Check the code, or find it in the list of indicators."


class SeriesRefused(DomainError):
    code, status, title = "series-refused", 422, "The series cannot be read so"
    meaning = "A period is of another unit than the indicator, the range is too long, or an instant lies ahead."
    remedy = "Correct the parameters that `errors` names."


class InstantInvalid(DomainError):
    code, status, title = "instant-invalid", 422, "The instant cannot be read"
    meaning = "`as_of` is neither a date nor an instant with its offset from UTC."
    remedy = "Write a date such as `2026-03-01`, or an instant such as `2026-03-01T08:00:00+07:00`."


class InstantInFuture(DomainError):
    code, status, title = "instant-in-future", 422, "The instant lies in the future"
    meaning = "The instant lies in the future, whose state is not known."
    remedy = "Ask for an instant up to now."


class PeriodInvalid(DomainError):
    code, status, title = "period-invalid", 422, "The period is not valid"
    meaning = "The period ends before it begins, ends in the future, begins before 1945, or is longer than three years."
    remedy = "Choose a period of at most three years that ends today or earlier."


class ScorePeriodUnknown(DomainError):
    code, status, title = "score-period-unknown", 422, "The set has no such period"
    meaning = "Scores are of a month or of a year, as the set of criteria assesses."
    remedy = "Write `2026-11` for a month, or `2026` for a year."


class FiguresDoNotReconcile(DomainError):
    code, status, title = "figures-do-not-reconcile", 503, "The figures do not reconcile"
    meaning = (
        "The counted figures differ from a count of the records, or from what a service counts itself. No figure is"
        " shown until they agree again."
    )
    remedy = "Wait: the operators are informed. Ask again after the seconds that `Retry-After` names."

    def __init__(self, detail: str) -> None:
        # Figures are public: a page of another origin that may read them may also read why there are none.
        super().__init__(detail, headers={"Retry-After": "10", "Access-Control-Allow-Origin": "*"})


class TraceNotFound(DomainError):
    code, status, title = "trace-not-found", 404, "Trace not found"
    meaning = "No trace that is kept has this identifier. Only a sample is kept, and newer traces replace older ones."
    remedy = "Check the identifier, or look at a newer trace."


class SpansInvalid(DomainError):
    code, status, title = "spans-invalid", 400, "The spans cannot be read"
    meaning = "The body is not an OTLP trace request."
    remedy = "Send an `ExportTraceServiceRequest` in protobuf."


class SpansMediaTypeUnknown(DomainError):
    code, status, title = "spans-media-type-unknown", 415, "Only application/x-protobuf is accepted"
    meaning = "OTLP is accepted here as protobuf only."
    remedy = "Send `Content-Type: application/x-protobuf`."


class LeadershipLost(PositionConflict):
    """Another process writes the view now; this one must begin again, and set nothing aside."""


class InvalidEvent(ValueError):
    """An event lacks what the view reads: it goes to the dead letters, where an operator looks at it."""
