"""What may be decided on a piece of evidence, and when."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.evidence.lifecycle import EvidenceState, accept, check_proved, missing_proofs, refuse
from sixclear.tasks.task.errors import ProofMissing

DAY = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("state", ["accepted", "refused"])
def test_what_is_decided_is_not_decided_again(state: str) -> None:
    with pytest.raises(TransitionNotAllowed):
        accept(EvidenceState(state), DAY, uuid4())
    with pytest.raises(TransitionNotAllowed):
        refuse(EvidenceState(state), DAY, uuid4(), "Không đọc được")


def test_a_decision_says_who_when_and_why() -> None:
    body = uuid4()
    decided = {"decided_at": DAY, "decided_by_organisation_id": body}
    assert accept(EvidenceState("waiting"), DAY, body).fields == decided | {"state": "accepted"}
    refused = refuse(EvidenceState("waiting"), DAY, body, "Không đọc được")
    assert refused.fields == decided | {"state": "refused", "reason": "Không đọc được"}


@pytest.mark.parametrize("kind", ["information_system", "database"])
def test_a_system_is_proved_by_three_confirmations(kind: str) -> None:
    assert missing_proofs(kind, []) == ["runs", "holds_data", "has_real_users"]
    assert missing_proofs(kind, [["has_real_users"], ["runs"], []]) == ["holds_data"]
    assert missing_proofs(kind, [["has_real_users", "runs", "holds_data"]]) == []
    with pytest.raises(ProofMissing, match="holds_data"):
        check_proved(kind, [["has_real_users"], ["runs"]])


@pytest.mark.parametrize("kind", [None, "document", "service", "event", "other"])
def test_other_products_need_none_of_them(kind: str | None) -> None:
    check_proved(kind, [])
