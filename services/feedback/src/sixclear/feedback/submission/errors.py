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


class ClockOver(DomainError):
    code, status, title = "clock-over", 409, "The case is overdue"
    meaning = "A clock that has run out can be neither stopped nor moved."
    remedy = "Answer the case. The message to the sender can be sent without a pause."


class PausesUsedUp(DomainError):
    code, status, title = "pauses-used-up", 409, "The clock stood still as long as it may"
    meaning = "The clock of a case stands still twice at most, and for ten working days in all."
    remedy = "Ask for fewer days, or write to the sender without stopping the clock."


class DecisionsUsedUp(DomainError):
    code, status, title = "decisions-used-up", 409, "The due time moved as far as it may"
    meaning = "Decisions move the due time of a case by fifteen working days in all."
    remedy = "Give fewer days, or answer the case."


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
