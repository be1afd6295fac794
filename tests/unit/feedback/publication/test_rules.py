"""Which cases may have a public copy, against a table written by hand."""

import itertools

import pytest

from sixclear.feedback.publication.errors import PersonalDataLeft, PublicationNotAllowed
from sixclear.feedback.publication.rules import Case, hindrance, require_allowed, require_masked

KINDS = ("feedback", "recommendation", "initiative", "solution")
STATUSES = ("received", "triaged", "assigned", "in_review", "answered", "withdrawn")
ALLOWED = {
    ("feedback", "answered"),
    *itertools.product(("recommendation", "initiative", "solution"), ("triaged", "assigned", "in_review", "answered")),
}


@pytest.mark.parametrize("visibility", ["requester", "public", "sealed"])
@pytest.mark.parametrize("consent", [True, False])
def test_only_with_consent_never_sealed_and_feedback_only_answered(visibility: str, consent: bool) -> None:
    for kind, status in itertools.product(KINDS, STATUSES):
        case = Case(kind, status, visibility, consent)
        may = consent and visibility != "sealed" and (kind, status) in ALLOWED
        assert (hindrance(case) is None) == may, case
        if not may:
            with pytest.raises(PublicationNotAllowed):
                require_allowed(case)


def test_a_refusal_names_the_text_and_never_what_stands_there() -> None:
    with pytest.raises(PersonalDataLeft) as refused:
        require_masked({"title": "Gọi 0912345678", "text": "Không có gì", "answer": None})
    assert refused.value.errors == [{"pointer": "#/title", "code": "phone-left", "detail": "phone: 1"}]
    assert "0912" not in str(refused.value)
