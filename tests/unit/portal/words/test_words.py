"""Words for every code that the services publish: a new change or state without words fails here."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sixclear.portal
from sixclear.portal.words.languages import NAMES, language
from sixclear.portal.words.sentences import Words
from sixclear.portal.words.tables import CHANGES, EXPLAINED, NOT_REACHED_YET, TABLES

PACKAGE = Path(str(sixclear.portal.__file__)).parent
SERVICES = Path(__file__).parents[4] / "services"
# Schema and field of an openapi.json whose values are shown, and the table that words them.
SHOWN: dict[tuple[str, str, str], str] = {
    ("tasks", "TaskSummary", "status"): "task status",
    ("tasks", "TaskSummary", "bucket"): "bucket",
    ("tasks", "OrganisationView", "level"): "level",
    ("tasks", "EvidenceView", "state"): "evidence state",
    ("tasks", "RecurringPeriodView", "status"): "period status",
    ("tasks", "RecurringPeriodView", "timing"): "period timing",
    ("tasks", "DecisionView", "kind"): "decision kind",
    ("tasks", "DecisionView", "state"): "decision state",
    ("tasks", "IndicatorView", "kind"): "indicator kind",
    ("tasks", "IndicatorView", "value_type"): "value type",
    ("tasks", "IndicatorView", "direction"): "direction",
    ("tasks", "IndicatorView", "period_unit"): "period unit",
    ("tasks", "EntryView", "stage"): "stage of money",
    ("tasks", "DocumentView", "type"): "document type",
    ("tasks", "DocumentView", "standing"): "standing",
    ("tasks", "CriteriaView", "every"): "criteria period",
    ("monitoring", "Score", "state"): "answer state",
    ("feedback", "CaseView", "kind"): "kind",
    ("feedback", "CaseView", "status"): "case status",
    ("feedback", "PublishedAnswer", "outcome"): "outcome",
    ("feedback", "AccessView", "what"): "access",
    ("data-catalog", "EntrySummary", "kind"): "entry kind",
    ("data-catalog", "EntrySummary", "deployment_stage"): "stage",
    ("data-catalog", "RegistrationView", "status"): "registration",
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
    assert set(CHANGES) == set(declared_changes())


@pytest.mark.parametrize("shown", SHOWN, ids=".".join)
def test_every_published_value_has_words(shown: tuple[str, str, str]) -> None:
    worded = TABLES.get(SHOWN[shown]) or EXPLAINED[SHOWN[shown]]
    published = values(*shown)
    assert published, "nothing was compared"
    assert set(worded) == published


def test_the_states_that_say_that_none_is_in_them_are_those_that_no_example_reaches() -> None:
    examples = (SERVICES / "tasks" / "contracts" / "examples").glob("task.*.json")
    reached = {found for path in examples for found in re.findall(r'"status": *"(\w+)"', path.read_text("utf-8"))}
    assert {"task status": set(TABLES["task status"]) - reached} == NOT_REACHED_YET


@pytest.mark.parametrize("code", NAMES)
def test_a_change_is_shown_in_words_in_every_language(code: str) -> None:
    spoken = Words(language(code))
    said = {name: spoken.change(*name.split(".")) for name in declared_changes()}
    assert [name for name, text in said.items() if not text or text == name.split(".")[1]] == []
    if code != "vi":
        assert [name for name, text in said.items() if text == CHANGES[name]] == []


def test_every_table_that_a_template_names_exists() -> None:
    used = re.compile(r'words[.](of|title|explanation|codes|options)[(]"([^"]+)"')
    found = {pair for path in PACKAGE.rglob("*.html") for pair in used.findall(path.read_text("utf-8"))}
    assert len(found) > 10, "nothing was checked"
    explained = {name for call, name in found if call in ("title", "explanation")}
    assert explained <= EXPLAINED.keys()
    assert {name for call, name in found if call in ("of", "options")} <= TABLES.keys()
    assert {name for _, name in found} <= TABLES.keys() | EXPLAINED.keys()


def test_each_service_that_pages_ask_can_be_named_when_it_is_away() -> None:
    documents = {path.parts[-3] for path in SERVICES.glob("*/contracts/openapi.json")}
    assert set(TABLES["service"]) == documents
