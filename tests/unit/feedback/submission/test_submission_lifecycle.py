"""The life of a submission, step by step, without a database."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback.submission import lifecycle
from sixclear.feedback.submission.lifecycle import CaseState

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


def a_submission(**fields: Any) -> CaseState:
    """A submission that just came."""
    return replace(
        CaseState(status="received", visibility="requester", organisation_id=None, messages_count=0), **fields
    )


def test_triage_sets_kind_and_programme_right() -> None:
    change = lifecycle.triage(a_submission(), "solution", "nq57-central")
    assert change.fields.items() >= {"status": "triaged", "kind": "solution", "programme": "nq57-central"}.items()


def test_a_sealed_initiative_stays_one() -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.triage(a_submission(visibility="sealed"), "solution", None)


def test_a_transfer_is_a_second_assignment() -> None:
    body = uuid4()
    assert lifecycle.assign(a_submission(status="assigned"), body).fields["organisation_id"] == body


def test_a_case_is_transferred_also_when_an_answer_was_drafted() -> None:
    former, body = uuid4(), uuid4()
    drafted = a_submission(status="in_review", organisation_id=former)
    assert lifecycle.assign(drafted, body).fields == {"status": "assigned", "organisation_id": body}
    with pytest.raises(TransitionNotAllowed, match="has drafted"):
        lifecycle.assign(drafted, former)


def test_an_answer_closes_the_case_with_its_outcome() -> None:
    change = lifecycle.answer(a_submission(status="in_review"), "accepted", NOW)
    assert change.fields == {
        "status": "answered",
        "outcome": "accepted",
        "answered_at": NOW,
        "last_message_by": "handler",
        "message_due_at": None,
    }


def test_messages_are_counted_and_change_nothing_else() -> None:
    change = lifecycle.add_message(a_submission(status="answered", messages_count=4), "sender", NOW)
    assert change.fields == {"messages_count": 5, "last_message_by": "sender", "message_due_at": NOW}


@pytest.mark.parametrize("status", ["received", "triaged", "assigned", "answered", "withdrawn"])
def test_only_a_draft_is_published(status: str) -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        lifecycle.answer(a_submission(status=status), "accepted", NOW)
    assert "in_review" in refusal.value.detail


@pytest.mark.parametrize("status", ["received", "triaged", "answered", "withdrawn"])
def test_only_the_body_that_has_it_drafts_an_answer(status: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.draft_answer(a_submission(status=status))


@pytest.mark.parametrize("known", lifecycle.IDENTITY_LEVELS)
@pytest.mark.parametrize("given", lifecycle.IDENTITY_LEVELS)
def test_how_well_a_sender_can_be_known_is_never_lowered(known: str, given: str) -> None:
    change = lifecycle.raise_identity(a_submission(identity_level=known, status="answered"), given)
    levels = lifecycle.IDENTITY_LEVELS
    if levels.index(given) > levels.index(known):
        assert change is not None
        assert change.fields == {"identity_level": given}
    else:
        assert change is None


def test_no_one_is_known_better_after_a_case_was_withdrawn() -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.raise_identity(a_submission(status="withdrawn"), "named")


def test_a_case_is_erased_only_when_no_answer_is_owed() -> None:
    for status in ("received", "triaged", "assigned", "in_review"):
        with pytest.raises(TransitionNotAllowed):
            lifecycle.shred(a_submission(status=status), None)
    for status in ("answered", "withdrawn"):
        assert lifecycle.shred(a_submission(status=status), None).fields == {"words_hash": None}, (
            "copies find it no longer"
        )
        with pytest.raises(TransitionNotAllowed):
            lifecycle.shred(a_submission(status=status), "appeal")


@pytest.mark.parametrize(
    ("status", "step", "waits_for"),
    [
        ("received", None, "triage"),
        ("triaged", None, "assignment"),
        ("assigned", None, "draft"),
        ("in_review", None, "release"),
        ("answered", None, None),
        ("withdrawn", None, None),
        ("assigned", "completion", "completion"),
        ("answered", "appeal", "appeal"),
    ],
)
def test_it_is_told_what_a_case_waits_for(status: str, step: str | None, waits_for: str | None) -> None:
    assert lifecycle.waits_for(status, step) == waits_for
