"""The life of a submission, step by step, without a database."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.feedback import lifecycle
from sixclear.feedback.models import Answer, Submission

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)


def a_submission(**fields: Any) -> Submission:
    known = {"status": "received", "kind": "initiative", "visibility": "requester", "programme": None}
    return Submission(**(known | {"messages_count": 0} | fields))


def a_draft(**fields: Any) -> Answer:
    return Answer(**({"outcome": "accepted"} | fields))


def test_triage_sets_kind_and_programme_right() -> None:
    change = lifecycle.triage(a_submission(), "solution", "nq57-central")
    assert change.fields == {"status": "triaged", "kind": "solution", "programme": "nq57-central"}


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


@pytest.mark.parametrize("over", ["published_at", "withdrawn_at"])
def test_a_draft_that_is_over_is_not_published(over: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.answer(a_submission(status="in_review"), a_draft(**{over: NOW}), NOW)
    assert lifecycle.answer(a_submission(status="in_review"), a_draft(), NOW).fields["outcome"] == "accepted"


def test_messages_are_counted_and_change_nothing_else() -> None:
    assert lifecycle.add_message(a_submission(status="answered", messages_count=4)).fields == {"messages_count": 5}


@pytest.mark.parametrize("status", ["received", "triaged", "assigned", "answered", "withdrawn"])
def test_only_a_draft_is_published(status: str) -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        lifecycle.answer(a_submission(status=status), a_draft(), NOW)
    assert "in_review" in refusal.value.detail


@pytest.mark.parametrize("status", ["received", "triaged", "answered", "withdrawn"])
def test_only_the_body_that_has_it_drafts_an_answer(status: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        lifecycle.draft_answer(a_submission(status=status))
