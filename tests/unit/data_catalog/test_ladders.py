"""The two ladders of an entry, step by step, without a database."""

from datetime import UTC, datetime
from typing import Any, get_args
from uuid import uuid4

import pytest

from sixclear.common.change import Change, TransitionNotAllowed
from sixclear.data_catalog import ladders, schemas
from sixclear.data_catalog.errors import DocumentsMissing, DossierEmpty, ReasonMissing
from sixclear.data_catalog.ladders import StageCommand
from sixclear.data_catalog.models import Document, Entry

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)
REVIEWER = uuid4()


def an_entry(**fields: Any) -> Entry:
    """An entry of which nothing is deployed and nothing handed in."""
    known: dict[str, Any] = {"deployment_stage": "not_deployed", "risk": "none", "registration_status": "draft"}
    return Entry(**(known | fields))


def a_document(title: str = "Thuyết minh", **fields: Any) -> Document:
    """A document that is there, with its link."""
    return Document(**({"title": title, "missing": False, "url": "https://example.invalid/1"} | fields))


def moved(current: str, wanted: str, reason: str | None = None) -> Change | None:
    """What becomes of an entry at `current` that is said to have reached `wanted`."""
    return ladders.decide_stage(an_entry(deployment_stage=current), StageCommand(wanted, None, reason))


def test_the_api_knows_the_stages_of_the_ladder() -> None:
    assert get_args(schemas.DeploymentStage) == ladders.STAGES


@pytest.mark.parametrize(
    ("current", "wanted"),
    [
        ("not_deployed", "deploying_digitised_only"),
        ("not_deployed", "formed_centralised"),
        ("deploying_digitised_only", "deploying_foundation"),
        ("deploying_foundation", "formed_centralised"),
        ("rebuild", "deploying_digitised_only"),
        ("rebuild", "formed_centralised"),
    ],
)
def test_a_step_forward_may_skip_rungs_and_needs_no_reason(current: str, wanted: str) -> None:
    assert moved(current, wanted) == Change("deployment_stage_changed", {"deployment_stage": wanted, "risk": "none"})


@pytest.mark.parametrize(
    ("current", "wanted"),
    [
        ("formed_centralised", "deploying_foundation"),
        ("deploying_digitised_only", "not_deployed"),
        ("formed_centralised", "rebuild"),
        ("rebuild", "not_deployed"),
        ("not_deployed", "retire"),
        ("rebuild", "retire"),
        ("retire", "formed_centralised"),
    ],
)
def test_every_other_step_is_a_decision_with_a_reason(current: str, wanted: str) -> None:
    with pytest.raises(ReasonMissing) as refusal:
        moved(current, wanted)
    assert current in refusal.value.detail
    assert refusal.value.errors[0]["pointer"] == "#/reason"
    change = moved(current, wanted, "Quyết định của chủ quản")
    assert change is not None
    assert change.fields["deployment_stage"] == wanted


@pytest.mark.parametrize("current", ["not_deployed", "retire"])
def test_what_was_never_built_is_not_rebuilt(current: str) -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        moved(current, "rebuild", "Vì thế")
    assert current in refusal.value.detail


@pytest.mark.parametrize("stage", ladders.STAGES)
def test_standing_still_is_no_change(stage: str) -> None:
    assert moved(stage, stage) is None


def test_the_risk_alone_can_change_and_is_kept_when_it_is_not_said() -> None:
    endangered = ladders.decide_stage(an_entry(), StageCommand("not_deployed", "high"))
    assert endangered == Change("deployment_stage_changed", {"deployment_stage": "not_deployed", "risk": "high"})
    kept = ladders.decide_stage(an_entry(risk="high"), StageCommand("formed_centralised"))
    assert kept is not None
    assert kept.fields["risk"] == "high"


@pytest.mark.parametrize("status", ["not_submitted", "draft", "returned"])
def test_a_dossier_is_handed_in_and_again_after_its_return(status: str) -> None:
    change = ladders.submit(an_entry(registration_status=status), [a_document()], NOW, REVIEWER)
    assert (change.fields["registration_status"], change.fields["submitted_at"]) == ("submitted", NOW)


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_a_dossier_is_not_handed_in_twice(status: str) -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        ladders.submit(an_entry(registration_status=status), [a_document()], NOW, REVIEWER)
    assert status in refusal.value.detail


@pytest.mark.parametrize("status", ["not_submitted", "draft", "returned", "approved"])
def test_only_what_was_handed_in_is_decided_on(status: str) -> None:
    entry = an_entry(registration_status=status)
    with pytest.raises(TransitionNotAllowed):
        ladders.approve(entry, [a_document()], NOW, REVIEWER)
    with pytest.raises(TransitionNotAllowed):
        ladders.send_back(entry, NOW, REVIEWER, "Thiếu")


def test_who_returned_a_dossier_and_when_stays_with_it() -> None:
    change = ladders.send_back(an_entry(registration_status="submitted"), NOW, REVIEWER, "Thiếu phê duyệt")
    assert change.fields == {
        "registration_status": "returned",
        "returned_at": NOW,
        "returned_by_organisation_id": REVIEWER,
        "return_reason": "Thiếu phê duyệt",
    }


def test_nothing_is_approved_while_documents_are_missing() -> None:
    entry = an_entry(registration_status="submitted")
    with pytest.raises(DocumentsMissing) as refusal:
        ladders.approve(entry, [a_document("Quyết định"), a_document(missing=True)], NOW, REVIEWER)
    assert refusal.value.extensions == {"missing_documents": ["Thuyết minh"]}
    assert ladders.approve(entry, [a_document()], NOW, REVIEWER).fields["registration_status"] == "approved"


@pytest.mark.parametrize("dossier", [[], [a_document(missing=True)]])
def test_a_dossier_without_a_document_is_not_handed_in(dossier: list[Document]) -> None:
    with pytest.raises(DossierEmpty):
        ladders.submit(an_entry(), dossier, NOW, REVIEWER)


def test_a_dossier_from_before_that_was_checked_is_not_approved_empty_or_with_bare_titles() -> None:
    entry = an_entry(registration_status="submitted")
    with pytest.raises(DossierEmpty):
        ladders.approve(entry, [], NOW, REVIEWER)
    with pytest.raises(DocumentsMissing) as refusal:
        ladders.approve(entry, [a_document(), a_document("Quyết định", url=None)], NOW, REVIEWER)
    assert refusal.value.extensions == {"missing_documents": ["Quyết định"]}


@pytest.mark.parametrize("url", ["https://example.invalid/1", None])
def test_a_link_or_a_hash_is_enough(url: str | None) -> None:
    document = a_document(url=url, sha256=None if url else "0" * 64)
    assert ladders.submit(an_entry(), [document], NOW, REVIEWER).name == "registration_submitted"


@pytest.mark.parametrize(
    ("status", "until"), [("submitted", "until the reviewer returns it"), ("approved", "for good")]
)
def test_a_dossier_stays_as_it_was_handed_in(status: str, until: str) -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        ladders.add_document(an_entry(registration_status=status))
    assert until in refusal.value.detail


def test_the_first_document_begins_a_dossier_that_the_owner_had_not_begun() -> None:
    assert ladders.first_registration_status(by_owner=True) == "draft"
    entered_by_others = an_entry(registration_status=ladders.first_registration_status(by_owner=False))
    assert ladders.add_document(entered_by_others).fields == {"registration_status": "draft"}
    assert ladders.add_document(an_entry(registration_status="returned")).fields == {}
