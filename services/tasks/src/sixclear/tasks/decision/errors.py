"""Refusals of requests on decisions."""

from sixclear.common.errors import DomainError
from sixclear.tasks.task.errors import STEP_REFUSALS


class DecisionNotFound(DomainError):
    code, status, title = "decision-not-found", 404, "Decision not found"
    meaning = "No decision that the caller may see has this identifier."
    remedy = "Check the identifier, or find the decision in the list of decisions."


class DecisionByAsker(DomainError):
    code, status, title = "decision-by-asker", 403, "The body that asks does not decide"
    meaning = (
        "A request on a task is decided by another body than the one that made it. Only the work of its own programme "
        "is decided by the owner alone."
    )
    remedy = "Ask the assigning organisation, the owner of the programme, or a body above the assigning one to decide."


class DecisionImpossible(DomainError):
    code, status, title = "decision-impossible", 422, "No body could decide on this request"
    meaning = (
        "The organisation that asks is the only one that could decide, and it does not decide on its own request. Only "
        "the work of its own programme is decided by the owner alone."
    )
    remedy = "Have an organisation that works on the task ask for it."


class DecisionInPreparation(DomainError):
    code, status, title = "decision-in-preparation", 409, "The request is still being taken to its tasks"
    meaning = "It is not known yet of all its tasks whether they can take it, so who decides is not known either."
    remedy = "Send the same answer again after the seconds that `Retry-After` names; `waiting` says how many are left."
    named_headers = ("Retry-After",)

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"Retry-After": "2"})


class DecisionOpen(DomainError):
    code, status, title = "decision-open", 409, "A request of this kind is open already"
    meaning = "The task has a request of this kind that is not decided yet."
    remedy = "Wait until it is decided, or have the organisation that made it withdraw it."


class DecisionValueWrong(DomainError):
    code, status, title = "decision-value", 422, "The value does not fit the decision"
    meaning = "A decision of this kind needs another value, or none. `errors` names the field."
    remedy = "Correct the field that `errors` names."


class DecisionReasonMissing(DomainError):
    code, status, title = "decision-reason-missing", 422, "The decision needs a reason"
    meaning = "What is refused, or granted otherwise than it was asked, is decided with a reason."
    remedy = "Say why in `reason`."


REFUSALS = (*STEP_REFUSALS, DecisionNotFound)
