"""What the publication of an answer needs, without a database."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback.answer.errors import PersonNotKnown, PublicationByDrafter
from sixclear.feedback.answer.lifecycle import DraftState, require_other_publisher, require_person, require_publishable
from sixclear.feedback.answer.models import Answer, state_of

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


def a_draft(**fields: Any) -> Answer:
    """An answer that waits for another client to publish it."""
    return Answer(**({"drafted_by": "ministry"} | fields))


@pytest.mark.parametrize("over", ["published_at", "withdrawn_at"])
def test_a_draft_that_is_over_is_not_published(over: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        require_publishable(state_of(a_draft(**{over: NOW})))
    require_publishable(state_of(a_draft()))


def lan(position: str | None = None) -> Caller:
    """A person who signed in, with one client for many people."""
    return Caller("portal", person="lan", position=position)


HUNG = Caller("portal", person="hung")
DESK, PUBLICATION = Caller("desk", position="case-desk"), Caller("publisher", position="publication")


def drafted(caller: Caller) -> DraftState:
    """What a caller drafted."""
    return state_of(
        a_draft(drafted_by=caller.client_id, drafted_person=caller.person, drafted_position=caller.position)
    )


@pytest.mark.parametrize(
    ("drafter", "publisher"),
    [
        pytest.param(lan(), HUNG, id="two people who use one client"),
        pytest.param(DESK, PUBLICATION, id="clients of two positions"),
        pytest.param(lan(position="case-desk"), PUBLICATION, id="a person and a client of another position"),
        pytest.param(lan(position="case-desk"), Caller("portal", person="hung", position="case-desk"), id="colleagues"),
    ],
)
def test_two_persons_draft_and_publish(drafter: Caller, publisher: Caller) -> None:
    require_other_publisher(drafted(drafter), publisher)
    require_other_publisher(drafted(publisher), drafter)


@pytest.mark.parametrize(
    ("drafter", "publisher"),
    [
        pytest.param(lan(), lan(), id="one person"),
        pytest.param(lan(), Caller("other", person="lan"), id="one person with two clients"),
        pytest.param(lan(position="case-desk"), lan(position="publication"), id="one person in two positions"),
        pytest.param(DESK, Caller("other", position="case-desk"), id="two clients of one position"),
        pytest.param(DESK, HUNG, id="a position and a person of whom no position is known"),
    ],
)
def test_what_does_not_show_two_persons_is_not_published(drafter: Caller, publisher: Caller) -> None:
    with pytest.raises(PublicationByDrafter):
        require_other_publisher(drafted(drafter), publisher)


def test_two_clients_of_one_body_are_not_two_persons() -> None:
    with pytest.raises(PersonNotKnown):
        require_person(Caller("org-G06-a"))
    with pytest.raises(PersonNotKnown):
        require_other_publisher(drafted(DESK), Caller("org-G06-b"))


def test_a_draft_of_the_release_before_is_published_by_another_client() -> None:
    with pytest.raises(PublicationByDrafter):
        require_other_publisher(state_of(a_draft()), Caller("ministry", position="publication"))
    require_other_publisher(state_of(a_draft()), PUBLICATION)
