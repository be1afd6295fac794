"""Refusals of requests on programmes."""

from sixclear.common.errors import DomainError


class ProgrammeNotFound(DomainError):
    code, status, title = "programme-not-found", 404, "Programme not found"
    meaning = "No programme has this name in its address."
    remedy = "Check the name, or find the programme in the list of programmes."


class OwnFieldsRefused(DomainError):
    code, status, title = "own-fields-refused", 422, "Fields of the programme's own are refused"
    meaning = (
        "A field that the programme adds to its tasks is described in a way that cannot be, or differently from how it "
        "was: it keeps its kind, its unit and whether it is public, and is not taken away."
    )
    remedy = "Correct what `errors` names. For another kind of value, add a field with another name."


class WorkGroupsRefused(DomainError):
    code, status, title = "work-groups-refused", 422, "Groups of work are refused"
    meaning = "Two groups or parts of the programme have the same code, or one that it had is left out."
    remedy = "Correct what `errors` names. A group that is not used any more stays: past figures are by its code."


class ObstacleKindsRefused(DomainError):
    code, status, title = "obstacle-kinds-refused", 422, "Kinds of obstacles are refused"
    meaning = "Two kinds have the same code, or one that the programme had is left out or counted as another one."
    remedy = "Correct what `errors` names. A kind that is not used any more stays: past figures are by it."


class OwnFieldsInvalid(DomainError):
    code, status, title = "own-fields-invalid", 422, "A value of the programme's own fields is not valid"
    meaning = "A task gives a field that its programme does not have, a value of another kind, or lacks a required one."
    remedy = "See `own_fields` of the programme, and correct what `errors` names."


class LadderRefused(DomainError):
    code, status, title = "ladder-refused", 422, "The ladder is refused"
    meaning = (
        "A rung is not later than the one before it, it counts days that do not fit, or no hour is left for sending."
    )
    remedy = "Correct what `errors` names: days rise, and once they are working days they stay so."


class ObligationsRefused(DomainError):
    code, status, title = "obligations-refused", 422, "The reporting obligations are refused"
    meaning = (
        "Two obligations have one name, one begins in the past or does not say which bodies it is for, or an instant "
        "comes before the one that it follows."
    )
    remedy = "Correct what `errors` names. An obligation that is there keeps the day from which on it holds."
