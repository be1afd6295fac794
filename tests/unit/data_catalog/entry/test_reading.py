"""Who reads an entry: every reader against every classification and owner, by the words of the decision."""

from itertools import product
from uuid import UUID

import pytest

from sixclear.common.caller import PUBLIC_CALLER, Caller
from sixclear.common.ids import stable_id
from sixclear.data_catalog.entry.reading import (
    EVERYONE,
    Reader,
    classified,
    mandated_bodies,
    reader_of,
    reads,
    reads_whole,
    worded,
)

OWNER, OTHER = stable_id("organisation", "G06"), stable_id("organisation", "G01")


def body(organisation_id: UUID | None, *scopes: str, mandate: tuple[str, ...] = ()) -> Caller:
    """A client of a body."""
    return Caller("client", organisation_id, frozenset(scopes), mandate=mandate)


READERS = {
    "anybody": (PUBLIC_CALLER, {"public"}),
    "a citizen": (body(None, "feedback:endorse"), {"public"}),
    "another body": (body(OTHER, "catalog:write"), {"public", "state"}),
    "the owner": (body(OWNER, "catalog:write"), {"public", "state", "restricted"}),
    "the data steward": (body(OTHER, "catalog:approve"), {"public", "state", "restricted"}),
    "an inspector of the owner": (
        body(None, "catalog:inspect", mandate=("organisation:G06",)),
        {"public", "state", "restricted"},
    ),
    "an inspector of another body": (
        body(None, "catalog:inspect", mandate=(f"organisation:{OTHER}",)),
        {"public", "state"},
    ),
    "an inspector without a mandate": (body(None, "catalog:inspect"), {"public"}),
    "a mandate without its scope": (body(None, "tasks:oversee", mandate=("organisation:G06",)), {"public"}),
    "an inspector of the owner's own": (body(OWNER, "catalog:inspect"), {"public", "state"}),
    "an inspector with a steward's scope": (body(OTHER, "catalog:inspect", "catalog:approve"), {"public", "state"}),
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("classification", ["public", "state", "restricted"])
def test_each_reader_knows_of_what_is_said_and_of_nothing_else(name: str, classification: str) -> None:
    caller, known = READERS[name]
    reader = reader_of(caller, mandated_bodies(caller))
    assert reads(reader, classification, OWNER) == (classification in known)
    assert reads_whole(reader, OWNER) == ("restricted" in known)


def test_a_classification_that_is_not_known_is_read_by_the_owner_alone() -> None:
    assert not reads(EVERYONE, "secret", OWNER)
    assert not reads(reader_of(body(OTHER, "catalog:write"), ()), "secret", OWNER)
    assert reads(reader_of(body(OWNER, "catalog:write"), ()), "secret", OWNER)


def test_the_wording_of_a_reader_is_one_whatever_the_order_of_its_bodies() -> None:
    """Two identifiers with one place in a set stand in the order in which they were put in."""
    bodies = [UUID(int=8), UUID(int=16)]
    one, other = (Reader(organisation_ids=frozenset(order)) for order in (bodies, bodies[::-1]))
    assert repr(one) != repr(other)
    assert worded(one) == worded(other)
    assert worded(one) != worded(Reader(organisation_ids=frozenset(bodies[:1])))


def test_a_mandate_names_bodies_by_code_and_identifier_and_nothing_by_other_words() -> None:
    words = ("organisation:G06", f"organisation:{OTHER}", "organisation:", "programme:nq57-central", "G01")
    assert mandated_bodies(body(None, "catalog:inspect", mandate=words)) == {OWNER, OTHER}


def test_a_level_that_becomes_high_restricts_unless_somebody_says_otherwise() -> None:
    for before, level_before, level in product(
        (None, "public", "state", "restricted"), (None, 1, 3, 4, 5), (None, 1, 3, 4, 5)
    ):
        becomes_high = level in (4, 5) and (before is None or level_before not in (4, 5))
        expected = "restricted" if becomes_high else before or "public"
        assert classified(None, before, None if before is None else level_before, level) == expected
        for stated in ("public", "state", "restricted"):
            assert classified(stated, before, level_before, level) == stated
