"""Words for every code that the services publish: a new change or state without words fails here."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sixclear.portal import words
from sixclear.portal.languages import NAMES, language

SERVICES = Path(__file__).parents[3] / "services"
# Schema and field of an openapi.json whose values are shown, and the tables that word them.
SHOWN: dict[tuple[str, str, str], tuple[Mapping[str, object], ...]] = {
    ("tasks", "TaskSummary", "status"): (words.STATUSES,),
    ("tasks", "TaskSummary", "bucket"): (words.BUCKETS,),
    ("tasks", "OrganisationView", "level"): (words.LEVELS,),
    ("feedback", "CaseView", "kind"): (words.KINDS,),
    ("feedback", "CaseView", "status"): (words.CASE_STATUSES,),
    ("feedback", "PublishedAnswer", "outcome"): (words.OUTCOMES,),
    ("feedback", "AccessView", "what"): (words.ACCESSES,),
    ("data-catalog", "EntrySummary", "kind"): (words.ENTRY_KINDS,),
    ("data-catalog", "EntrySummary", "deployment_stage"): (words.STAGES, words.OFF_LADDER),
    ("data-catalog", "RegistrationView", "status"): (words.REGISTRATIONS,),
}


def document(service: str, name: str) -> Any:
    return json.loads((SERVICES / service / "contracts" / f"{name}.json").read_text("utf-8"))


def declared_changes() -> Iterator[str]:
    """Every `entity.change` that a service declares in its asyncapi.json."""
    for path in sorted(SERVICES.glob("*/contracts/asyncapi.json")):
        yield from document(path.parts[-3], "asyncapi")["components"]["messages"]


def values(service: str, schema: str, field: str) -> set[str]:
    known = document(service, "openapi")["components"]["schemas"]
    node = known[schema]["properties"][field]
    branches = node.get("anyOf", [node])
    found = [known[one["$ref"].split("/")[-1]] if "$ref" in one else one for one in branches]
    return {value for one in found for value in one.get("enum", [])}


def test_every_declared_change_has_words() -> None:
    assert len(set(declared_changes())) >= 30
    assert set(words.CHANGES) == set(declared_changes())


@pytest.mark.parametrize("shown", SHOWN, ids=".".join)
def test_every_published_value_has_words(shown: tuple[str, str, str]) -> None:
    worded = {code for table in SHOWN[shown] for code in table}
    published = values(*shown)
    assert published, "nothing was compared"
    assert worded == published


@pytest.mark.parametrize("code", NAMES)
def test_a_change_is_shown_in_words_in_every_language(code: str) -> None:
    spoken = words.Words(language(code))
    said = {name: spoken.change(*name.split(".")) for name in declared_changes()}
    assert [name for name, text in said.items() if not text or text == name.split(".")[1]] == []
    if code != "vi":
        assert [name for name, text in said.items() if text == words.CHANGES[name]] == []
