"""Refusals of requests on submissions: code, status, title, meaning, remedy."""

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.errors import DomainError
from sixclear.common.use_case import FactBehindLastChange, FactInFuture, FactsPastNotAllowed
from sixclear.common.web.etags import StaleVersion
from sixclear.feedback.sealing.errors import CaseErased


class SubmissionNotFound(DomainError):
    code, status, title = "submission-not-found", 404, "Submission not found"
    meaning = "No submission that the caller's organisation handles has this identifier."
    remedy = "List the submissions, and use an identifier of that list."


class ComplaintTurnedAway(DomainError):
    code, status, title = "complaint-turned-away", 422, "Complaints and denunciations go another way"
    meaning = "Complaints and denunciations have procedures of their own by law. Nothing of this one was stored."
    remedy = "Follow `guidance`, which names the law and the body to turn to."


class VisibilityNotAllowed(DomainError):
    code, status, title = "visibility-not-allowed", 422, "This visibility is not for this kind"
    meaning = "Only an initiative can be sealed."
    remedy = "Leave out `visibility`, or send an initiative."


class ContactNotAnonymous(DomainError):
    code, status, title = "contact-not-anonymous", 422, "A contact is not anonymous"
    meaning = "The sender asked to be anonymous and says how to be reached. Nothing was stored."
    remedy = "Leave out name, e-mail and phone, or `identity_level`."


class ReceiptCodeChanged(DomainError):
    code, status, title = "receipt-code-changed", 409, "This submission has another receipt code now"
    meaning = "It was taken in before, and its sender took a new receipt code since. The first one opens nothing."
    remedy = "Use the new code. It was shown once, to the person who asked for it; nothing was sent again."


# What every step of a submission can be refused with.
STEP_REFUSALS = (
    SubmissionNotFound,
    TransitionNotAllowed,
    StaleVersion,
    FactsPastNotAllowed,
    FactBehindLastChange,
    FactInFuture,
    CaseErased,
)
