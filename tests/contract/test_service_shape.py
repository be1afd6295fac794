"""Every service has the same files, names and headings, so that one service explains the others.

The names of folders and files are those of the house: `house.py` lists them, `house_rules.py` checks them.
An exemption stands with its reason, and fails when it is no longer needed. Never an empty file to please a test.
"""

import importlib
import json
import re
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from tests.contract.house import HOUSES
from tests.contract.house_rules import wrong_files

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {name: house.package for name, house in HOUSES.items()}

ROOT_MODULES = ("target", "app", "settings", "tables", "events")
PACKAGE_FILES = ("__init__.py", "py.typed", "migrations/env.py", "migrations/versions")
SERVICE_FILES = ("README.md", "contracts/openapi.json", "contracts/asyncapi.json", "contracts/examples")
EXPORTS = {"target": "create_target", "app": "create_app", "settings": "Settings", "events": "EVENTS"}
HEADINGS = ["Owns", "Publishes", "Consumes", "Endpoints", "Run it alone"]

_NO_STATE = "portal owns no data: every fact on a page comes from another service"
_PUBLISHES_NOTHING = "monitoring derives; what it shows is not a fact of its own"
EXEMPT: dict[tuple[str, str], str] = {
    ("monitoring", "events"): _PUBLISHES_NOTHING,
    ("monitoring", "contracts/asyncapi.json"): _PUBLISHES_NOTHING,
    ("monitoring", "contracts/examples"): _PUBLISHES_NOTHING,
    ("portal", "tables"): _NO_STATE,
    ("portal", "events"): _NO_STATE,
    ("portal", "migrations/env.py"): _NO_STATE,
    ("portal", "migrations/versions"): _NO_STATE,
    ("portal", "contracts/openapi.json"): "portal offers pages, not an interface",
    ("portal", "contracts/asyncapi.json"): _NO_STATE,
    ("portal", "contracts/examples"): _NO_STATE,
}

# Migrations up to these are named after what they did; later ones begin with their folder: `0009_task_confidence.py`.
NAMED_FREELY = {"tasks": 8, "feedback": 4, "data-catalog": 2, "monitoring": 9}

LINES = 400
LONG_FILES: dict[str, str] = {}
JUNK_DRAWERS = {"util", "utils", "helper", "helpers", "base", "misc", "tools", "stuff", "manager"}

# Spelled so that this file does not match itself.
MACHINE = re.compile(r"/(?:work|farm|root)/|[.]pyenv|/home/\w+/|/Users/\w+/")
REGISTRY = re.compile(r"--(?:extra-)?index-url|\"resolved\": *\"http|https?://[^ ]*/(?:simple|maven2)/")
THIRD_SPELLING = re.compile(r"data(?:c)atalog|dataC(?:a)talog|Data(?:c)atalog")


def test_the_services_are_those_we_know() -> None:
    assert {path.name for path in (ROOT / "services").iterdir() if path.is_dir()} == set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_files(service: str) -> None:
    expected = [*ROOT_MODULES, *PACKAGE_FILES, *SERVICE_FILES]
    missing = [name for name in expected if not _exists(service, name) and (service, name) not in EXEMPT]
    assert not missing, f"{service} lacks {missing}: write them, or state here why it needs none"


def test_every_folder_of_a_service_has_the_files_of_the_house() -> None:
    assert {name: _wrong_files(name) for name in SERVICES} == {name: [] for name in SERVICES}


@pytest.mark.parametrize("lane", ["unit", "integration"])
@pytest.mark.parametrize("service", SERVICES)
def test_a_folder_of_tests_is_named_like_the_folder_that_it_tests(service: str, lane: str) -> None:
    tests = ROOT / "tests" / lane / SERVICES[service]
    package = ROOT / "services" / service / "src" / "sixclear" / SERVICES[service]
    folders = [path for path in tests.glob("*/") if any(path.glob("test_*.py"))]
    assert not [path.name for path in folders if not (package / path.name).is_dir()]


@pytest.mark.parametrize("service", [name for name in SERVICES if (name, "migrations/versions") not in EXEMPT])
def test_migrations_have_one_head_and_name_their_folder(service: str) -> None:
    package = ROOT / "services" / service / "src" / "sixclear" / SERVICES[service]
    texts = {path.stem: path.read_text(encoding="utf-8") for path in package.glob("migrations/versions/*.py")}
    revisions = {found for text in texts.values() for found in re.findall(r'^revision.* = "(\w+)"', text, flags=re.M)}
    followed = {found for text in texts.values() for found in re.findall(r'^down_revision.*"(\w+)"', text, flags=re.M)}
    assert len(revisions) == len(texts)
    assert len(revisions - followed) == 1, "one migration has no follower"
    # `log`: the event log and what belongs to it, whose tables are common's.
    folders = ("log_", *(f"{path.name}_" for path in package.iterdir() if path.is_dir()))
    later = [name for name in texts if int(name[:4]) > NAMED_FREELY.get(service, 1)]
    assert not [name for name in later if not f"{name[5:]}_".startswith(folders)]


def test_operations_have_names_of_their_own_over_all_services() -> None:
    names = [
        operation["operationId"]
        for path in (ROOT / "services").glob("*/contracts/openapi.json")
        for operations in json.loads(path.read_text(encoding="utf-8"))["paths"].values()
        for operation in operations.values()
    ]
    assert len(names) > 40, "nothing was checked"
    assert not [name for name, count in Counter(names).items() if count > 1]


@pytest.mark.parametrize(("service", "name"), EXEMPT)
def test_every_exemption_is_still_needed(service: str, name: str) -> None:
    assert not _exists(service, name), f"{service} has {name} now: delete its exemption"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_exports_the_same_names(service: str) -> None:
    for module, name in EXPORTS.items():
        if (service, module) not in EXEMPT:
            assert hasattr(importlib.import_module(f"sixclear.{SERVICES[service]}.{module}"), name), f"{module}.{name}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_introduces_itself_alike(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert [heading for heading in headings if heading in HEADINGS] == HEADINGS
    assert text.startswith(f"# {service}\n"), "the title is the service's name"


@pytest.mark.parametrize("service", SERVICES)
def test_settings_and_events_carry_the_name_of_their_service(service: str) -> None:
    package = SERVICES[service]
    settings = importlib.import_module(f"sixclear.{package}.settings").Settings
    assert settings.model_config["env_prefix"] == f"SIXCLEAR_{package.upper()}_"
    if (service, "events") not in EXEMPT:
        assert importlib.import_module(f"sixclear.{package}.events").EVENTS.service == service


def test_a_service_has_a_hyphen_outside_python_and_an_underscore_inside() -> None:
    for path in _tracked():
        inside = "src/sixclear/" in path or path.startswith("tests/")
        wrong = "data-catalog" in path.split("src/sixclear/")[-1] if inside else "data_catalog" in path
        assert not wrong, f"{path}: the other spelling belongs here"


def test_no_third_spelling() -> None:
    found = [path for path, text in _texts().items() if THIRD_SPELLING.search(text)]
    assert not found


def test_files_stay_short() -> None:
    long = {path: _lines(path) for path in _python_files() if "/migrations/versions/" not in path}
    assert not {path: lines for path, lines in long.items() if lines > LINES and path not in LONG_FILES}
    assert not [path for path in LONG_FILES if long.get(path, 0) <= LINES], "delete the reason: it is short again"


def test_application_state_is_typed_and_no_framework_is_entered_by_a_private_name() -> None:
    untyped = re.compile(r"\bapp\.state\.(?!service_state\b|portal\b)|\b(?:fastapi|starlette)(?:\.\w+)*\._\w+")
    sources = [path for path in _python_files() if not path.startswith("tests/")]
    found = [path for path in sources if untyped.search((ROOT / path).read_text(encoding="utf-8"))]
    assert not found, "see sixclear.common.service_state"


def test_there_is_no_junk_drawer() -> None:
    stems = {path: {Path(path).stem, Path(path).parent.name} for path in _python_files()}
    found = [path for path, names in stems.items() if names & JUNK_DRAWERS]
    assert not found, "name the file after the idea that it holds"


def test_no_machine_and_no_registry_is_named() -> None:
    found = {
        path: match.group()
        for path, text in _texts().items()
        if (match := MACHINE.search(text) or REGISTRY.search(text)) is not None
    }
    assert not found


def _wrong_files(service: str) -> list[str]:
    package = ROOT / "services" / service / "src" / "sixclear" / SERVICES[service]
    entity_types: list[str] = []
    if (service, "events") not in EXEMPT:
        catalogue = importlib.import_module(f"sixclear.{SERVICES[service]}.events").EVENTS
        entity_types = [entity.entity_type for entity in catalogue.entities]
    return wrong_files(package, HOUSES[service], entity_types)


def _exists(service: str, name: str) -> bool:
    home = ROOT / "services" / service
    package = home / "src" / "sixclear" / SERVICES[service]
    if name in SERVICE_FILES:
        return (home / name).exists()
    if name in PACKAGE_FILES:
        return (package / name).exists()
    return (package / f"{name}.py").exists() or (package / name / "__init__.py").exists()


@cache
def _tracked() -> tuple[str, ...]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = tuple(path for path in listing.decode().split("\0") if path and (ROOT / path).is_file())
    assert len(paths) > 50, "nothing was checked"
    return paths


@cache
def _texts() -> dict[str, str]:
    texts = {}
    for path in _tracked():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:1024]:
            texts[path] = content.decode("utf-8", errors="replace")
    return texts


def _python_files() -> list[str]:
    return [path for path in _tracked() if path.endswith(".py")]


def _lines(path: str) -> int:
    return len(_texts()[path].splitlines())
