"""Writes a new entity or a new service as it is laid out everywhere: `make new-entity`, `make new-service`.

`make new-entity SERVICE=tasks NAME=milestone` writes the folder, its migration and its examples, and enters it where
the service lists its folders. `make new-service NAME=results ENTITY=result` writes a service with one entity, and
enters it in every register of services. What is left to do by hand is printed.
"""
# ruff: noqa: S603  (our own programs and arguments)

import argparse
import ast
import json
import keyword
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Template
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.dialects.postgresql.base import RESERVED_WORDS

TEMPLATES = Path(__file__).parent / "templates"
# No names for folders: files of a folder and of a service, and what Python or SQL cannot say without quotes.
_FILES = {path.name.partition(".")[0] for path in TEMPLATES.rglob("*.tmpl")}
RESERVED = {*keyword.kwlist, *keyword.softkwlist, *RESERVED_WORDS, *_FILES, "common", "data", "launcher", "migrations"}
# A new service is entered beside this one: each place that lists this one lists the new one after it.
TWIN = "data-catalog"
_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
_HOUSE = """{constant} = House(
    service="{service}",
    order=("{entity}",),
)

"""
_TAG = '            "{plural_path}": "{Plural} and their owners.",'
_ROW = "| `{service}` | `/api/{service}/v1` | {plural} and their owners | `{entity}` |"
_SCOPE = '    "{scope}:write": "Registers and renames the body\'s own {plural}.",'
_AFTER_ENTITY = (
    "which clients have the scope `{scope}:write`: ROLES and `organisation_role` of libs/common/…/issuer/roles.py",
    "say in __init__.py, schemas.py and models.py what it is; its fields beside the name and the owner",
    "give the folder its place in `order` of tests/contract/house.py: it stands at the top now",
    "words for its changes in the portal (words/<service>.py), in three languages",
    "translations of its problem code in the portal (problems.po)",
    "tests in tests/unit and tests/integration, in a folder of the same name; its changes in the test of the examples",
    "events of feedback carry no free text: there, take `name` out of the event and keep it in the response",
    "the README of the service: what it owns, publishes and offers; a line in CHANGELOG.md",
)
_AFTER_SERVICE = (
    "first of all `make .venv/.installed-dev`: it installs the new source root, without which no test starts",
    "say in README.md, docs/architecture.md and app.py what the service is for",
    "its name in words, for pages that miss it: SERVICES of the portal's words/monitoring.py",
    "who reads its events: `reads` of the reader in launcher/src/sixclear/launcher/registry.py",
)


class CannotWrite(Exception):
    """What was asked for does not fit what is there."""


def main(words: Sequence[str] | None = None) -> int:
    """Write what was asked for; returns 1, with a reason, when it does not fit what is there."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[1], help="the checkout")
    kinds = parser.add_subparsers(dest="kind", required=True)
    entity = kinds.add_parser("entity")
    entity.add_argument("service")
    entity.add_argument("name")
    service = kinds.add_parser("service")
    service.add_argument("name")
    service.add_argument("--entity", help="its first entity; by default named like the service")
    asked = parser.parse_args(words)
    try:
        if asked.kind == "entity":
            left = new_entity(asked.root, asked.service, asked.name)
        else:
            left = new_service(asked.root, asked.name, asked.entity or asked.name)
    except CannotWrite as reason:
        print(f"Stopped: {reason}. `git status` shows what was written.", file=sys.stderr)
        return 1
    print("Left to do by hand:", *(f"- {line}" for line in left), sep="\n")
    return 0


def new_entity(root: Path, service: str, name: str) -> Sequence[str]:
    """Write an entity of a service that is there; returns what is left to do."""
    names = names_of(service, name, _scope_of(root, service))
    package = _package(root, names)
    if not (package / "events.py").exists():
        raise CannotWrite(f"{service} is no service with events")
    folder = package / names["entity"]
    _require_free(root, folder, folder.with_suffix(".py"), *_examples(root, names))
    _write_entity(folder, names)
    number, head = _next_migration(package)
    _write_migration(package, names | {"revision": number, "down_revision": f'"{head}"', "log": "", "imports": ""})
    entity, constant = names["entity"], names["constant"]
    of = f"from sixclear.{names['package']}.{entity}"
    _edit(package / "events.py", _into_tuple("entities", f"{constant}_EVENTS"), f"{of}.events import {constant}_EVENTS")
    _edit(package / "app.py", _into_tuple("ROUTERS", f"{entity}.router"), f"{of} import routes as {entity}")
    _edit(package / "app.py", _below(r" {8}tags=\{", _TAG, names))
    tables = _into_tuple(None, entity)
    _edit(package / "migrations" / "env.py", tables, f"{of} import models as {entity}")
    _edit(root / "tests/contract/house.py", _into_order(service, entity))
    _edit(root / "docs/architecture.md", _into_architecture(service, entity))
    _write_examples(root, names)
    _finish(root, names)
    return [line.format_map(names) for line in _AFTER_ENTITY]


def new_service(root: Path, service: str, first_entity: str) -> Sequence[str]:
    """Write a service with one entity and enter it in the registers; returns what is left to do."""
    names = names_of(service, first_entity, service)
    home, package = root / "services" / service, _package(root, names)
    tests = root / "tests" / "integration" / names["package"]
    _require_free(root, home, tests, root / "deploy" / "k8s" / "base" / service)
    for template in sorted((TEMPLATES / "service").iterdir()):
        file = template.name.removesuffix(".tmpl")
        folder = home if file == "README.md" else package
        if file in ("env.py", "script.py.mako", "migrations__init__.py"):
            folder, file = package / "migrations", file.removeprefix("migrations")
        _write(folder / file, template, names)
    (package / "py.typed").touch()
    _write_entity(package / names["entity"], names)
    _write(tests / "conftest.py", TEMPLATES / "tests" / "conftest.py.tmpl", names)
    _write(tests / names["entity"] / f"test_{names['entity']}.py", TEMPLATES / "tests" / "test_entity.py.tmpl", names)
    log = f"    execute_all(op, {' + '.join(f'{module}.DDL_V1' for module in _COMMON_TABLES)})\n"
    _write_migration(
        package, names | {"revision": "0001", "down_revision": "None", "log": log, "imports": _LOG_IMPORTS}
    )
    _write_examples(root, names)
    registers = tomllib.loads((TEMPLATES / "registers.toml").read_text(encoding="utf-8"))
    for file, patterns in registers.items():
        _edit(root / file, lambda text, patterns=patterns: _beside_twin(text, patterns, service))  # type: ignore[misc]
    _copy_deployment(root, service)
    _edit(root / "docs/architecture.md", _below(rf"\| `{TWIN}` \|.*\|", _ROW, names))
    _edit(root / "libs/common/src/sixclear/common/issuer/roles.py", _below('    "catalog:approve": .*', _SCOPE, names))
    _edit(root / "tests/contract/house.py", _house(names))
    _finish(root, names)
    return [line.format_map(names) for line in (*_AFTER_SERVICE, *_AFTER_ENTITY)]


# The tables that each service has beside its entities.
_COMMON_TABLES = ("event_log", "purge", "relay_cursor", "idempotency", "access_log")
_LOG_IMPORTS = """
from sixclear.common import access_log
from sixclear.common.events import log as event_log
from sixclear.common.events import purge
from sixclear.common.migrations import execute_all
from sixclear.common.relay import cursor as relay_cursor
from sixclear.common.web import idempotency
"""


def names_of(service: str, name: str, scope: str) -> dict[str, str]:
    """The spellings of a service and of one of its entities, by the names that the templates use."""
    for given in (service, name.replace("_", "-")):
        if not _NAME.fullmatch(given):
            raise CannotWrite(f"{given!r} is no name: small letters, words with hyphens")
    entity = name.replace("-", "_")
    if not RESERVED.isdisjoint((entity, service.replace("-", "_"))):
        raise CannotWrite(f"{name!r} means something else to Python, to PostgreSQL or in the house")
    words, plural = entity.replace("_", " "), _plural(entity.replace("_", " "))
    article = "an" if words[0] in "aeiou" else "a"
    return {
        "service": service,
        "service_words": service.replace("-", " "),
        "Title": service.replace("-", " ").capitalize(),
        "ServiceClass": service.replace("-", " ").title().replace(" ", ""),
        "package": service.replace("-", "_"),
        "VARIABLE": service.replace("-", "_").upper(),
        "scope": scope,
        "entity": entity,
        "code": entity.replace("_", "-"),
        "constant": entity.upper(),
        "CONSTANT": entity.upper(),
        "Class": words.title().replace(" ", ""),
        "words": words,
        "Words": words.capitalize(),
        "a_words": f"{article} {words}",
        "A_words": f"{article} {words}".capitalize(),
        "plural": plural,
        "Plural": plural.capitalize(),
        "PluralClass": plural.title().replace(" ", ""),
        "plural_name": plural.replace(" ", "_"),
        "plural_path": plural.replace(" ", "-"),
    }


def _require_free(root: Path, *paths: Path) -> None:
    """Raises CannotWrite for a path that is there already, before the first file is written."""
    for path in paths:
        if path.exists():
            raise CannotWrite(f"{path.relative_to(root)} is there already")


def _plural(words: str) -> str:
    if re.search(r"[^aeiou]y$", words):
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith(("s", "x", "ch", "sh")) else f"{words}s"


def _scope_of(root: Path, service: str) -> str:
    """The first part of the service's scopes: that of its public prefix."""
    registry = (root / "launcher/src/sixclear/launcher/registry.py").read_text(encoding="utf-8")
    found = re.search(rf'Service\("{re.escape(service)}", "/api/([a-z-]+)"', registry)
    if found is None:
        raise CannotWrite(f"there is no service {service!r} with an API")
    return found[1]


def _package(root: Path, names: Mapping[str, str]) -> Path:
    return root / "services" / names["service"] / "src" / "sixclear" / names["package"]


def _write(path: Path, template: Path, names: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(Template(template.read_text(encoding="utf-8")).substitute(names), encoding="utf-8")


def _write_entity(folder: Path, names: Mapping[str, str]) -> None:
    for template in sorted((TEMPLATES / "entity").iterdir()):
        if template.name != "migration.py.tmpl":
            _write(folder / template.name.removesuffix(".tmpl"), template, names)


def _write_migration(package: Path, names: Mapping[str, str]) -> None:
    first = names["down_revision"] == "None"
    what = f"{names['Plural']} and the event log" if first else names["Plural"]
    file = f"{names['revision']}_{'first_schema' if first else names['entity'] + '_first'}.py"
    template = TEMPLATES / "entity" / "migration.py.tmpl"
    _write(package / "migrations" / "versions" / file, template, dict(names) | {"what": what})


def _next_migration(package: Path) -> tuple[str, str]:
    """The number of the next migration, and the one that it follows."""
    texts = [path.read_text(encoding="utf-8") for path in (package / "migrations" / "versions").glob("*.py")]
    revisions = {found for text in texts for found in re.findall(r'^revision(?:: str)? = "(\w+)"', text, flags=re.M)}
    followed = {found for text in texts for found in re.findall(r'^down_revision.* = "(\w+)"', text, flags=re.M)}
    if len(revisions - followed) != 1:
        raise CannotWrite(f"the migrations have several heads: {sorted(revisions - followed)}")
    return f"{int(max(revisions)) + 1:04}", (revisions - followed).pop()


def _examples(root: Path, names: Mapping[str, str]) -> tuple[Path, Path]:
    """The files with the examples of the two changes."""
    folder = root / "services" / names["service"] / "contracts" / "examples"
    return folder / f"{names['entity']}.registered.json", folder / f"{names['entity']}.renamed.json"


def _write_examples(root: Path, names: Mapping[str, str]) -> None:
    """One event per change, as the rules of the templates make it; the second says only what differs."""
    entity, entity_id = names["entity"], str(uuid5(NAMESPACE_URL, f"sixclear:{names['entity']}"))
    owner = str(uuid5(NAMESPACE_URL, "sixclear:owner"))
    paths = _examples(root, names)
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    whole = {f"{entity}_id": entity_id, "name": "First name", "owner_organisation_id": owner}
    subject = {"source": f"/sixclear/{names['service']}", "subject": entity_id}
    for version, (change, head, data) in enumerate(
        (("registered", subject, whole), ("renamed", {"base": f"{entity}.registered"}, {"name": "Second name"})), 1
    ):
        event = {
            **head,
            "type": f"vn.sixclear.{names['service']}.{entity}.{change}.v1",
            "time": f"2025-12-04T0{version}:00:00Z",
            "version": version,
            "previousversion": version - 1 or None,
            "data": {"change": change, **data},
        }
        text = json.dumps(event, indent=2, ensure_ascii=False)
        paths[version - 1].write_text(f"{text}\n", encoding="utf-8")


Edit = Callable[[str], str]


def _edit(path: Path, edit: Edit, import_line: str = "") -> None:
    """Rewrite a file; raises CannotWrite, naming it, when it has not the form that the edit knows."""
    text = path.read_text(encoding="utf-8")
    try:
        changed = edit(text)
    except LookupError as error:
        raise CannotWrite(f"{path} has another form than this program knows: {error}") from None
    if import_line:
        lines = changed.splitlines(keepends=True)
        at = max(number for number, line in enumerate(lines) if line.startswith(("import ", "from ")))
        # Above the last import, which may go on over several lines; ruff sorts them.
        changed = "".join([*lines[:at], f"{import_line}\n", *lines[at:]])
    path.write_text(changed, encoding="utf-8")


def _into_tuple(name: str | None, item: str) -> Edit:
    """Appends to the tuple or list that `name` (any, if None) is assigned, or given as argument."""

    def edit(text: str) -> str:
        for holder, value in _sequences(text):
            if holder == name or (name is None and holder is not None):
                quoted = f'"{item}"' if isinstance(value.elts[0], ast.Constant) else item
                return _insert(text, value.elts[-1].end_lineno, value.elts[-1].end_col_offset, f", {quoted}")
        raise LookupError(f"no tuple {name or 'of tables'}")

    return edit


def _sequences(text: str) -> Iterator[tuple[str | None, ast.Tuple | ast.List]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword | ast.Assign) and isinstance(node.value, ast.Tuple | ast.List):
            holder = node.arg if isinstance(node, ast.keyword) else getattr(node.targets[0], "id", None)
            if node.value.elts:
                yield holder, node.value


def _insert(text: str, line: int | None, column: int | None, what: str) -> str:
    assert line is not None
    assert column is not None
    lines = text.splitlines(keepends=True)
    encoded = lines[line - 1].encode()
    lines[line - 1] = (encoded[:column] + what.encode() + encoded[column:]).decode()
    return "".join(lines)


def _into_order(service: str, entity: str) -> Edit:
    """Puts the folder at the top of its service's order, from where it may use every other one."""

    def edit(text: str) -> str:
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "House":
                given = {keyword.arg: keyword.value for keyword in call.keywords}
                if ast.literal_eval(given["service"]) == service:
                    assert isinstance(given["order"], ast.Tuple)
                    first = given["order"].elts[0]
                    return _insert(text, first.lineno, first.col_offset, f'"{entity}", ')
        raise LookupError(f"no house of {service}")

    return edit


def _into_architecture(service: str, entity: str) -> Edit:
    return lambda text: _replaced(text, rf"^(\| `{service}` \|.*) \|$", rf"\1, `{entity}` |")


def _below(pattern: str, line: str, names: Mapping[str, str]) -> Edit:
    """Writes a line below the one that matches."""
    return lambda text: _replaced(text, f"^({pattern})$", rf"\1\n{line.format_map(names)}")


def _house(names: Mapping[str, str]) -> Edit:
    def edit(text: str) -> str:
        house = _HOUSE.format(constant=names["VARIABLE"], service=names["service"], entity=names["entity"])
        return _replaced(text, r"^(HOUSES = .* in \(.*?)(\)\})", rf"{house}\1, {names['VARIABLE']}\2")

    return edit


def _replaced(text: str, pattern: str, by: str) -> str:
    changed, count = re.subn(pattern, by, text, count=1, flags=re.MULTILINE)
    if not count:
        raise LookupError(f"nothing matches {pattern}")
    return changed


def _beside_twin(text: str, patterns: Sequence[str], service: str) -> str:
    for pattern in patterns:
        text, count = re.subn(pattern, lambda found: found[0] + _renamed(found[0], service), text, flags=re.MULTILINE)
        if not count:
            raise LookupError(f"nothing matches {pattern}")
    return text


def _renamed(text: str, service: str) -> str:
    package = service.replace("-", "_")
    text = text.replace("/api/catalog", f"/api/{service}").replace(TWIN, service)
    return text.replace("data_catalog", package).replace("DATA_CATALOG", package.upper())


def _copy_deployment(root: Path, service: str) -> None:
    base = root / "deploy" / "k8s" / "base"
    shutil.copytree(base / TWIN, base / service)
    for path in (base / service).iterdir():
        path.write_text(_renamed(path.read_text(encoding="utf-8"), service), encoding="utf-8")


def _finish(root: Path, names: Mapping[str, str]) -> None:
    """Format what was written and make the contracts again; the new source root is not installed yet."""
    source = root / "services" / names["service"] / "src"
    tests = root / "tests" / "integration" / names["package"]
    written = [str(source), str(root / "tests/contract/house.py"), *([str(tests)] if tests.exists() else [])]
    for words in (["format", "--quiet"], ["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *words, *written], cwd=root, check=False)
    sources = [str(service / "src") for service in sorted((root / "services").iterdir())]
    path = os.pathsep.join([*sources, *filter(None, [os.environ.get("PYTHONPATH")])])
    contracts = [sys.executable, "-m", "sixclear.launcher.contracts"]
    subprocess.run(contracts, cwd=root, env=os.environ | {"PYTHONPATH": path}, check=True)


if __name__ == "__main__":
    sys.exit(main())
