"""The registration ladder of an entry, step by step, without a database."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.data_catalog.document.models import Document
from sixclear.data_catalog.entry.lifecycle import first_registration_status
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.registration import lifecycle
from sixclear.data_catalog.registration.errors import DocumentsMissing, DossierEmpty
from sixclear.data_catalog.registration.lifecycle import DossierDocument, RegistrationState
from sixclear.data_catalog.registration.service import state_of

NOW = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)
REVIEWER = uuid4()


def a_registration(*dossier: DossierDocument, status: str = "draft") -> RegistrationState:
    """A registration whose dossier lists these documents."""
    return RegistrationState(status, dossier)


def a_document(title: str = "Thuyết minh", *, missing: bool = False, has_content: bool = True) -> DossierDocument:
    """A document that is there, with its link."""
    return DossierDocument(title, missing, has_content)


@pytest.mark.parametrize("status", ["not_submitted", "draft", "returned"])
def test_a_dossier_is_handed_in_and_again_after_its_return(status: str) -> None:
    change = lifecycle.submit(a_registration(a_document(), status=status), NOW, REVIEWER)
    assert (change.fields["registration_status"], change.fields["submitted_at"]) == ("submitted", NOW)


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_a_dossier_is_not_handed_in_twice(status: str) -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        lifecycle.submit(a_registration(a_document(), status=status), NOW, REVIEWER)
    assert status in refusal.value.detail


@pytest.mark.parametrize("status", ["not_submitted", "draft", "returned", "approved"])
def test_only_what_was_handed_in_is_decided_on(status: str) -> None:
    registration = a_registration(a_document(), status=status)
    with pytest.raises(TransitionNotAllowed):
        lifecycle.approve(registration, NOW, REVIEWER)
    with pytest.raises(TransitionNotAllowed):
        lifecycle.send_back(registration, NOW, REVIEWER, "Thiếu")


def test_who_returned_a_dossier_and_when_stays_with_it() -> None:
    change = lifecycle.send_back(a_registration(status="submitted"), NOW, REVIEWER, "Thiếu phê duyệt")
    assert change.fields == {
        "registration_status": "returned",
        "returned_at": NOW,
        "returned_by_organisation_id": REVIEWER,
        "return_reason": "Thiếu phê duyệt",
    }


def test_nothing_is_approved_while_documents_are_missing() -> None:
    lacking = a_registration(a_document("Quyết định"), a_document(missing=True), status="submitted")
    with pytest.raises(DocumentsMissing) as refusal:
        lifecycle.approve(lacking, NOW, REVIEWER)
    assert refusal.value.extensions == {"missing_documents": ["Thuyết minh"]}
    complete = a_registration(a_document(), status="submitted")
    assert lifecycle.approve(complete, NOW, REVIEWER).fields["registration_status"] == "approved"


@pytest.mark.parametrize("dossier", [[], [a_document(missing=True)]])
def test_a_dossier_without_a_document_is_not_handed_in(dossier: list[DossierDocument]) -> None:
    with pytest.raises(DossierEmpty):
        lifecycle.submit(a_registration(*dossier), NOW, REVIEWER)


def test_a_dossier_from_before_that_was_checked_is_not_approved_empty_or_with_bare_titles() -> None:
    with pytest.raises(DossierEmpty):
        lifecycle.approve(a_registration(status="submitted"), NOW, REVIEWER)
    bare = a_document("Quyết định", has_content=False)
    with pytest.raises(DocumentsMissing) as refusal:
        lifecycle.approve(a_registration(a_document(), bare, status="submitted"), NOW, REVIEWER)
    assert refusal.value.extensions == {"missing_documents": ["Quyết định"]}


@pytest.mark.parametrize(
    ("content", "has_content"),
    [({"url": "https://example.invalid/1"}, True), ({"sha256": "0" * 64}, True), ({}, False)],
)
def test_a_link_or_a_hash_is_content(content: dict[str, str], *, has_content: bool) -> None:
    document = Document(title="Thuyết minh", missing=False, **content)
    state = state_of(Entry(registration_status="draft"), [document])
    assert state == a_registration(a_document(has_content=has_content))


@pytest.mark.parametrize(
    ("status", "until"), [("submitted", "until the reviewer returns it"), ("approved", "for good")]
)
def test_a_dossier_stays_as_it_was_handed_in(status: str, until: str) -> None:
    with pytest.raises(TransitionNotAllowed) as refusal:
        lifecycle.add_document(a_registration(status=status))
    assert until in refusal.value.detail


def test_the_first_document_begins_a_dossier_that_the_owner_had_not_begun() -> None:
    assert first_registration_status(by_owner=True) == "draft"
    entered_by_others = a_registration(status=first_registration_status(by_owner=False))
    assert lifecycle.add_document(entered_by_others).fields == {"registration_status": "draft"}
    assert lifecycle.add_document(a_registration(status="returned")).fields == {}
