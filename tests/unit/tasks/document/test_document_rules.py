"""What makes two documents one, what may replace what, and how a document stands on a day."""

from datetime import date
from uuid import UUID

import pytest
from tests.cases.document_standing import CASES, ON, DocumentCase

from sixclear.tasks.document.errors import ReplacementRefused
from sixclear.tasks.document.models import Document
from sixclear.tasks.document.rules import Replaceable, change_of, check_replaces, compared
from sixclear.tasks.document.standing import is_overdue, standing

NEW, OLD, OTHER = (UUID(int=number) for number in (1, 2, 3))
MAY = date(2025, 5, 20)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_document_stands_on_a_day_as_the_table_says(case: DocumentCase) -> None:
    document = Document(
        issued_on=case.issued_on, effective_on=case.effective_on, due_on=case.due_on, replaced_on=case.replaced_on
    )
    assert (standing(document, ON), is_overdue(document, ON)) == (case.standing, case.overdue)


@pytest.mark.parametrize(
    "spelled", ["165/2025/nđ-cp", "165/2025/ND-CP", "165 / 2025 / NĐ – CP", "165∕2025∕NĐ‑CP", "165/2025/NĐ-CP"]
)
def test_spellings_of_one_number_are_one_number(spelled: str) -> None:
    assert compared(spelled) == compared("165/2025/NĐ-CP")


@pytest.mark.parametrize("other", ["166/2025/NĐ-CP", "165/2024/NĐ-CP", "165/2025/QĐ-CP", "16 5/2025/NĐ-CP"])
def test_another_number_is_another_number(other: str) -> None:
    assert compared(other) != compared("165/2025/NĐ-CP")


def test_a_document_replaces_an_earlier_one_that_none_replaces() -> None:
    check_replaces(NEW, MAY, [OLD], {OLD: Replaceable(OLD, date(2025, 5, 19), None)})
    check_replaces(NEW, MAY, [OLD], {OLD: Replaceable(OLD, date(2025, 5, 19), NEW)})


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (None, "document-unknown"),
        (Replaceable(OLD, None, None), "document-not-issued"),
        (Replaceable(OLD, MAY, None), "document-not-earlier"),
        (Replaceable(OLD, date(2025, 5, 19), OTHER), "document-replaced"),
    ],
)
def test_what_cannot_be_replaced_is_named(other: Replaceable | None, code: str) -> None:
    with pytest.raises(ReplacementRefused) as refused:
        check_replaces(NEW, MAY, [OLD], {} if other is None else {OLD: other})
    assert [(error["pointer"], error["code"]) for error in refused.value.errors or ()] == [("#/replaces/0", code)]


def test_what_was_owed_is_issued_once() -> None:
    assert change_of(known=False, issued_before=False, issued=False) == "owed"
    assert change_of(known=False, issued_before=False, issued=True) == "registered"
    assert change_of(known=True, issued_before=False, issued=True) == "issued"
    assert change_of(known=True, issued_before=True, issued=True) == "updated"
    assert change_of(known=True, issued_before=False, issued=False) == "updated"
