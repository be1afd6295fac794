"""Versions: drafted by one person, approved by another, never numbered twice."""

import pytest

from sixclear.common.caller import Caller
from sixclear.common.change import TransitionNotAllowed
from sixclear.data_catalog.approval import lifecycle
from sixclear.data_catalog.approval.errors import ApprovalByAuthor
from sixclear.data_catalog.approval.lifecycle import Hand, Standing

BY_MACHINE = Hand("org-G01", None)
BY_PERSON = Hand("portal", "an")
FIRST_DRAFT = Standing(draft_number=1, last_number=1)
STEWARD = Caller("data-steward")


@pytest.mark.parametrize(
    ("hands", "caller"),
    [
        ([BY_MACHINE], STEWARD),
        ([BY_PERSON], Caller("portal", person="binh")),
        ([BY_PERSON], STEWARD),
    ],
)
def test_another_person_approves(hands: list[Hand], caller: Caller) -> None:
    assert lifecycle.approve("The element", FIRST_DRAFT, hands, caller) == "approved"


@pytest.mark.parametrize(
    ("hands", "caller"),
    [
        ([BY_MACHINE], Caller("org-G01")),
        ([BY_PERSON], Caller("another-client", person="an")),
        ([BY_PERSON, BY_MACHINE], Caller("portal", person="an")),
        ([BY_PERSON], Caller("portal")),
        ([BY_MACHINE], Caller("org-G01", person="an")),
    ],
)
def test_who_wrote_a_part_of_a_draft_does_not_approve_it(hands: list[Hand], caller: Caller) -> None:
    with pytest.raises(ApprovalByAuthor):
        lifecycle.approve("The element", FIRST_DRAFT, hands, caller)


def test_a_draft_takes_the_place_of_the_approved_version() -> None:
    standing = Standing(approved_number=1, draft_number=2, last_number=2)
    assert lifecycle.approve("The element", standing, [BY_MACHINE], STEWARD) == "superseded"


def test_what_has_no_draft_is_not_approved_and_what_is_not_approved_is_not_withdrawn() -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.approve("The element", Standing(approved_number=1, last_number=1), [], STEWARD)
    with pytest.raises(TransitionNotAllowed):
        lifecycle.require_approved("The element", FIRST_DRAFT)


def test_no_number_is_given_twice() -> None:
    assert lifecycle.number_of_draft(Standing()) == 1
    assert lifecycle.number_of_draft(FIRST_DRAFT) == 1, "a draft is written again in its place"
    assert lifecycle.number_of_draft(Standing(approved_number=1, last_number=1)) == 2
    assert lifecycle.number_of_draft(Standing(last_number=3)) == 4, "the third version was withdrawn"
