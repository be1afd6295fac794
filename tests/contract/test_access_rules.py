"""Which organisation may call an operation is a word of the domain, and each word has the rule that decides it."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import orjson
import pytest

from sixclear.common.web.access import OrganisationRule
from sixclear.launcher.registry import SERVICES

ROOT = Path(__file__).parents[2]
DOCUMENTS = {path.parts[-3]: path for path in ROOT.glob("services/*/contracts/openapi.json")}


def operations(service: str) -> list[dict[str, Any]]:
    """The operations of a service that need a token."""
    paths = orjson.loads(DOCUMENTS[service].read_bytes())["paths"]
    return [operation for path in paths.values() for operation in path.values() if operation["security"]]


@pytest.mark.parametrize("service", DOCUMENTS)
def test_no_document_names_a_place_in_the_code(service: str) -> None:
    for operation in operations(service):
        word = operation["x-organisation"]
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", word), f"{operation['operationId']}: {word}"
        assert "the caller acts for" in operation["description"], operation["operationId"]


def test_each_word_has_one_meaning_and_the_rule_that_decides_it() -> None:
    meanings: dict[str, str] = {}
    for rule in _rules():
        assert meanings.setdefault(rule.word, rule.meaning) == rule.meaning, rule.word
        assert "organisation_id" in "".join(_sources(rule.decided_by)), f"{rule.word}: its rule reads no organisation"
    published = {operation["x-organisation"] for service in DOCUMENTS for operation in operations(service)}
    assert published - {"any", "own"} <= set(meanings), "an operation names a word that no rule has"


def _sources(function: Any) -> list[str]:
    """The source of a function and of the functions of its module that it calls."""
    found, waiting = {}, [function]
    while waiting:
        one = waiting.pop()
        found[one.__name__] = source = inspect.getsource(one)
        called = [vars(inspect.getmodule(one)).get(name) for name in set(re.findall(r"\b(\w+)\(", source))]
        ours = [other for other in called if inspect.isfunction(other) and other.__module__ == one.__module__]
        waiting += [other for other in ours if other.__name__ not in found]
    return list(found.values())


def _rules() -> list[OrganisationRule]:
    """The rules of every service, wherever they stand: a new folder has its own without being listed here."""
    rules: dict[int, OrganisationRule] = {}
    for service in SERVICES:
        for module in walk_packages(import_module(service.package).__path__, f"{service.package}."):
            if ".migrations" not in module.name:
                held = vars(import_module(module.name)).values()
                rules |= {id(value): value for value in held if isinstance(value, OrganisationRule)}
    return list(rules.values())
