"""The life of a request to know who a sender is. Pure: no database, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sixclear.common.caller import Caller
from sixclear.feedback.identity.errors import DecisionByRequester, IdentityRequestDecided

OPEN_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class RequestState:
    """What the rules read of a request."""

    organisation_id: UUID | None
    person: str | None
    position: str | None
    decision: str | None
    open_until: datetime | None


def require_other_decider(request: RequestState, caller: Caller) -> None:
    """Four eyes: raises DecisionByRequester unless two persons are shown."""
    if request.person is not None and caller.person is not None:
        another = request.person != caller.person
    else:
        another = None not in (request.position, caller.position) and request.position != caller.position
    if not another:
        raise DecisionByRequester(
            "Four eyes: two people must be shown, by their own tokens or by different positions; these are not."
        )


def is_decided(request: RequestState, decision: str) -> bool:
    """Whether it was decided so before; raises IdentityRequestDecided where it was decided otherwise."""
    if request.decision not in (None, decision):
        raise IdentityRequestDecided("Another decision stands; it is not changed.")
    return request.decision == decision


def is_open(requests: Iterable[RequestState], organisation_id: UUID | None, now: datetime) -> bool:
    """Whether a body may read the contact now: one of its requests was approved less than 24 hours ago."""
    approved = (one for one in requests if one.decision == "approved" and one.organisation_id == organisation_id)
    return any(one.open_until is not None and now < one.open_until for one in approved)
