"""What a step does to an entity, and from where it may begin. Pure: no database, no clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sixclear.common.errors import DomainError


class TransitionNotAllowed(DomainError):
    code, status, title = "transition-not-allowed", 409, "The current state does not allow this step"
    meaning = "The entity is in a state from which this step cannot begin."
    remedy = "Read the entity. `detail` names the states that allow the step."


@dataclass(frozen=True, slots=True)
class Change:
    """What a step does to an entity: its name in the past tense and the fields that it sets."""

    name: str
    fields: Mapping[str, Any]


def allow(what: str, state: str, step: str, allowed_from: Mapping[str, Collection[str]]) -> None:
    """Raises TransitionNotAllowed unless `step` may begin from `state`.

    `what` names the entity in the refusal ("The task"); `allowed_from` has the states for the name of each change.
    """
    if state not in allowed_from[step]:
        allowed = ", ".join(sorted(allowed_from[step]))
        raise TransitionNotAllowed(f"{what} is {state}; this step needs one of: {allowed}.")
