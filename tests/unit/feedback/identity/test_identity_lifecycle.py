"""Who may decide on a request to know a sender, and how long it opens the contact."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from sixclear.common.caller import Caller
from sixclear.feedback.identity.errors import DecisionByRequester, IdentityRequestDecided
from sixclear.feedback.identity.lifecycle import OPEN_FOR, RequestState, is_decided, is_open, require_other_decider

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
BODY, OTHER = uuid4(), uuid4()


def a_request(
    *, person: str | None = None, position: str | None = None, decision: str | None = None, open_until: datetime = NOW
) -> RequestState:
    """A request of one body."""
    return RequestState(BODY, person, position, decision, open_until if decision == "approved" else None)


@pytest.mark.parametrize(
    ("asked", "decides", "another"),
    [
        (("lan", None), ("hung", None), True),
        (("lan", "case-desk"), ("lan", "custody"), False),
        (("lan", "case-desk"), ("hung", "case-desk"), True),
        ((None, "case-desk"), (None, "custody"), True),
        ((None, "case-desk"), (None, "case-desk"), False),
        (("lan", None), (None, "custody"), False),
        (("lan", "case-desk"), (None, "custody"), True),
        ((None, "case-desk"), ("lan", None), False),
    ],
)
def test_two_people_must_be_shown(
    asked: tuple[str | None, str | None], decides: tuple[str | None, str | None], another: bool
) -> None:
    request = a_request(person=asked[0], position=asked[1])
    caller = Caller("portal", person=decides[0], position=decides[1])
    if another:
        require_other_decider(request, caller)
    else:
        with pytest.raises(DecisionByRequester):
            require_other_decider(request, caller)


def test_a_decision_is_never_changed() -> None:
    assert not is_decided(a_request(), "approved")
    assert is_decided(a_request(decision="refused"), "refused")
    for first, second in (("approved", "refused"), ("refused", "approved")):
        with pytest.raises(IdentityRequestDecided):
            is_decided(a_request(decision=first), second)


@pytest.mark.parametrize(
    ("body", "later", "opens"), [(BODY, -1, True), (BODY, 0, False), (BODY, 1, False), (OTHER, -1, False)]
)
def test_an_approval_opens_the_contact_to_one_body_for_a_day(body: UUID, later: int, opens: bool) -> None:
    approved = a_request(decision="approved", open_until=NOW + OPEN_FOR)
    at = NOW + OPEN_FOR + timedelta(microseconds=later)
    assert is_open([a_request(decision="refused"), approved, a_request()], body, at) is opens


def test_without_an_approval_nothing_is_open() -> None:
    assert not is_open([], BODY, NOW)
    assert not is_open([a_request(), a_request(decision="refused")], BODY, NOW)
    assert not is_open([a_request(decision="approved", open_until=NOW + OPEN_FOR)], None, NOW)
