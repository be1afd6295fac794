"""Of which case a proposal can come, and where a task that came of it stands."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback.proposal import lifecycle
from sixclear.feedback.proposal.errors import ProposalNotPossible, WordsOfSender
from sixclear.feedback.proposal.lifecycle import IdeaState
from sixclear.feedback.proposal.models import ProposalTask
from sixclear.feedback.proposal.responses import stage_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACCEPTED = IdeaState("initiative", consent=True, status="answered", outcome="accepted")
TEXT = "Các viện công bố lịch."


@pytest.mark.parametrize("kind", ["feedback", "recommendation"])
def test_only_an_idea_becomes_a_proposal(kind: str) -> None:
    lifecycle.require_possible(replace(ACCEPTED, kind="solution"))
    with pytest.raises(ProposalNotPossible):
        lifecycle.require_possible(replace(ACCEPTED, kind=kind))


def test_a_sender_who_did_not_agree_stays_unseen() -> None:
    with pytest.raises(ProposalNotPossible, match="did not agree"):
        lifecycle.require_possible(replace(ACCEPTED, consent=False))


@pytest.mark.parametrize("outcome", ["accepted_in_part", "already_done", "not_feasible", "rejected", None])
def test_another_outcome_accepts_nothing(outcome: str | None) -> None:
    lifecycle.require_accepted(ACCEPTED)
    with pytest.raises(ProposalNotPossible):
        lifecycle.require_accepted(replace(ACCEPTED, outcome=outcome))
    with pytest.raises(ProposalNotPossible):
        lifecycle.require_accepted(replace(ACCEPTED, status="in_review"))


@pytest.mark.parametrize("copied", ["Các viện công bố lịch.", "CÁC  VIỆN công bố lịch.", "cac vien cong bo lich."])
def test_the_abstract_is_not_what_the_sender_wrote(copied: str) -> None:
    lifecycle.require_own_words(TEXT, "Lịch của phòng thí nghiệm được công bố.")
    with pytest.raises(WordsOfSender):
        lifecycle.require_own_words(TEXT, copied)


def test_what_is_public_is_worded_no_more_and_withdrawn_once() -> None:
    lifecycle.word("worded")
    for status in ("accepted", "withdrawn"):
        with pytest.raises(TransitionNotAllowed):
            lifecycle.word(status)
        with pytest.raises(TransitionNotAllowed):
            lifecycle.accept(status, AT)
    taken = lifecycle.withdraw("accepted", AT).fields
    assert (taken["status"], taken["withdrawn_at"], taken["title"], taken["words_sealed"]) == (
        "withdrawn",
        AT,
        None,
        None,
    )
    with pytest.raises(TransitionNotAllowed):
        lifecycle.withdraw("withdrawn", AT)


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("proposed", "proposed"),
        ("assigned", "assigned"),
        *((status, "in_progress") for status in ("in_progress", "submitted", "returned", "paused")),
        ("completed", "done"),
        ("cancelled", "ended"),
    ],
)
def test_each_state_of_a_task_has_a_word_for_who_had_the_idea(status: str, stage: str) -> None:
    task = ProposalTask(task_id=uuid4(), public=True, status=status)
    assert stage_of(task) == stage
    task.public = False
    assert stage_of(task) == "not_public"
