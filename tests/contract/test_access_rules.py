"""Which organisation may call an operation is a word of the domain, and each word has the rule that decides it."""

import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any
from uuid import UUID

import orjson
import pytest

from sixclear.common.caller import Caller, InsufficientScope, is_inspection
from sixclear.common.clock import utc_now
from sixclear.common.issuer.roles import SCOPES
from sixclear.common.web.access import Access, OrganisationRule, access_rules
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


# `*`: the files of documentation pages.
_READING = ("GET", "*")
_MAILBOX = (
    "",
    "/messages",
    "/statements",
    "/code",
    "/identity",
    "/erasure",
    "/consent",
    "/rating",
    "/withdraw",
    "/notice",
    "/reopen",
    "/appeal",
    "/copy",
    "/files",
    "/files/{attachment_id}",
)


def _writing() -> list[tuple[str, Access]]:
    """The rule of every route of every service that changes something."""
    found = []
    for service in SERVICES:
        if service.has_database:
            settings = service.settings_class()(database_url="postgresql+asyncpg://only-described/")
            app = import_module(f"{service.package}.app").create_app(settings, clock=utc_now)
            named = ((f"{method} {path}", rule) for method, path, rule in access_rules(app) if method not in _READING)
            found += [(name, rule) for name, rule in named if rule is not None]
    return found


def test_who_inspects_is_refused_by_every_route_that_writes() -> None:
    everything = frozenset(SCOPES)
    inspector = Caller("inspector", UUID(int=1), everything, mandate=("programme:plan",))
    same = Caller("anybody", UUID(int=1), frozenset(scope for scope in everything if not is_inspection(scope)))
    open_to_all = set()
    for name, rule in _writing():
        if not rule.scopes:
            open_to_all.add(name)
            continue
        rule.require(same)
        with pytest.raises(InsufficientScope):
            rule.require(inspector)
    # They know no caller: a token changes nothing there.
    endorsing = "publications/{publication_id}/endorsements"
    senders = ("submissions", "similar", endorsing, *(f"mailbox{way}" for way in _MAILBOX))
    posting = "POST /api/feedback/open311/v2/requests.{format}"  # admits applications by a key of its own
    assert open_to_all == {f"POST /api/feedback/v1/{path}" for path in senders} | {posting}


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
