"""Refusals of requests on assessments."""

from sixclear.common.errors import DomainError


class AssessmentNotFound(DomainError):
    code, status, title = "assessment-not-found", 404, "Assessment not found"
    meaning = "No assessment has this identifier."
    remedy = "Check the identifier, or find it in the list of assessments."


class AssessmentRefused(DomainError):
    code, status, title = "assessment-refused", 422, "The assessment cannot be opened"
    meaning = "The set assesses no such body, or has no such period."
    remedy = "Correct what `errors` names."


class AssessmentClosed(DomainError):
    code, status, title = "assessment-closed", 409, "The window of the assessment has ended"
    meaning = "Answers are taken until the last day of the window has ended, by the time at which they are recorded."
    remedy = "Ask the owner of the programme for its consent in writing; it states the document at /assessments."


class AnswersRefused(DomainError):
    code, status, title = "answers-refused", 422, "The answers do not fit the criteria"
    meaning = "An answer names no criterion of the body, or gives points that the criterion does not have."
    remedy = "Correct what `errors` names; the set of criteria says what each one gives."


class SameAssessor(DomainError):
    code, status, title = "same-assessor", 403, "The same hands answered"
    meaning = "What a person or client answered is verified by another one."
    remedy = "Let another person verify it."
