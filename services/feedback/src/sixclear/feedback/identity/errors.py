"""Refusals of requests to know who a sender is: code, status, title, meaning, remedy."""

from sixclear.common.errors import DomainError


class IdentityRequestNeeded(DomainError):
    code, status, title = "identity-request-needed", 409, "A custodian must allow this first"
    meaning = "How to reach a sender is read for 24 hours after a custodian allowed it to the caller's body."
    remedy = "Send `POST …/identity-requests` with the reason, and read the contact once it is approved."


class IdentityRequestWaits(DomainError):
    code, status, title = "identity-request-waits", 409, "A request of your body waits already"
    meaning = "The caller's body has asked who this sender is, and no custodian has decided yet."
    remedy = "Wait for the decision."


class IdentityRequestNotFound(DomainError):
    code, status, title = "identity-request-not-found", 404, "Request not found"
    meaning = "The submission has no request with this identifier."
    remedy = "List the requests with `GET /identity-requests`, and use an identifier of that list."


class IdentityRequestDecided(DomainError):
    code, status, title = "identity-request-decided", 409, "This request was decided otherwise"
    meaning = "A custodian has approved or refused the request before."
    remedy = "Read the request. Who still needs the contact asks again."


class DecisionByRequester(DomainError):
    code, status, title = "decision-by-requester", 403, "Another person must decide on this request"
    meaning = (
        "Four eyes: who asks to know a sender does not decide on it. Two people must be shown: by their own tokens, or "
        "by two different positions."
    )
    remedy = "Ask another person with the scope `feedback:custodian`, or a client of another position, to decide."
