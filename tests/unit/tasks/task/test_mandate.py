"""What a mandate names, as a token says it."""

from uuid import UUID

import pytest

from sixclear.common.caller import Caller
from sixclear.common.ids import stable_id
from sixclear.tasks.task.mandate import Mandate, mandate_of

BODY = UUID("0b3f0a52-2a1c-5b6e-9d57-6f1a0c57d0e1")


def told(*words: str, scopes: tuple[str, ...] = ("tasks:inspect",)) -> Mandate | None:
    return mandate_of(Caller("inspector", None, frozenset(scopes), mandate=words))


def test_a_mandate_names_programmes_groups_and_bodies() -> None:
    mandate = told("programme:plan", "group:plan-2/nhom-1", "organisation:01", f"organisation:{BODY}")
    assert mandate == Mandate(
        frozenset({"plan"}), frozenset({("plan-2", "nhom-1")}), frozenset({stable_id("organisation", "01"), BODY})
    )
    assert mandate.names("plan", None)
    assert mandate.names("plan-2", "nhom-1")
    assert not mandate.names("plan-2", None)
    assert not mandate.names("plan-2", "nhom-2")


@pytest.mark.parametrize("word", ["", "plan", "programme", "programme:", "group:plan", "organisation:", "all:*", "*"])
def test_a_word_that_is_not_understood_names_no_task(word: str) -> None:
    mandate = told(word)
    assert mandate is not None
    assert not mandate.organisation_ids
    assert not mandate.names("plan", "nhom-1")
    assert not mandate.names("plan", None)


def test_a_mandate_without_a_scope_for_it_counts_for_nothing() -> None:
    assert told("programme:plan", scopes=("tasks:report", "tasks:administer")) is None
    assert told("programme:plan", scopes=("tasks:oversee", "tasks:report")) is not None
