"""Documentation that lies is worse than none: links lead somewhere, names exist, pages keep their form."""

import re
import shlex
import subprocess
import tomllib
from argparse import ArgumentParser
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from tests.alerts import alert_rules, described, metrics_of

from sixclear.launcher import registry
from sixclear.launcher.__main__ import parser
from sixclear.launcher.configuration import configuration_reference
from sixclear.launcher.variables import known_variables

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
RUNBOOKS = sorted((ROOT / "docs/runbooks").glob("*.md"))

DECISION_PARTS = ["Context", "Decision", "Consequences", "Refused", "Look again when"]
RUNBOOK_PARTS = ["Meaning", "Look first", "Mend", "Afterwards"]
ONE_PAGE_LINES = 70
# Where code and examples are that are written by hand.
_CODE = ("services/*/src/*", "services/*/contracts/examples/*", "libs/*/src/*", "launcher/src/*")


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_is_one_page_with_what_was_refused(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert _headings(text) == DECISION_PARTS
    assert text.startswith(f"# {page.name[:4]}: ")
    assert len(text.splitlines()) <= ONE_PAGE_LINES
    assert re.search(r"^Sources?: .+", text, flags=re.MULTILINE), "say where the facts come from"


def test_decisions_are_numbered_without_holes() -> None:
    assert len(DECISIONS) >= 5
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_a_runbook_says_what_it_means_where_to_look_and_what_to_do(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem}\n")
    assert _headings(text) == RUNBOOK_PARTS


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.stem)
def test_a_runbook_that_names_an_operators_page_says_who_may_open_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if re.search(r"/operations/|/reconciliations|operators' page", text):
        assert "`monitoring:operate`" in text
        assert "`sixclear token operator`" in text


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    rules = alert_rules()
    assert {rule["alert"] for rule in rules} == {page.stem for page in RUNBOOKS}
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        begins = '{{ or $externalLabels.sixclear_runbooks "docs/runbooks" }}'
        assert rule["annotations"]["runbook_url"] == f"{begins}/{rule['alert']}.md"


def test_alerts_use_metrics_that_the_code_has() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in _source_files())
    names = {name for rule in alert_rules() for name in metrics_of(rule["expr"])}
    assert names, "nothing was checked"
    for name in names:
        assert re.search(rf"[\"']{name}[\"']", source), f"no metric is called {name}"


def test_the_page_of_metrics_has_every_metric_and_each_has_our_prefix() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in _source_files())
    made = re.findall(r"\b(?:Counter|Gauge|Histogram|GaugeMetricFamily)\(\s*\"(\w+)\"", source)
    assert len(made) > 40, "nothing was checked"
    assert not [name for name in made if not name.startswith("sixclear_")]
    assert set(made) ^ set(described()) == set(), "a line in docs/reference/metrics.md for each metric, and no other"


def test_links_lead_somewhere() -> None:
    broken = []
    for page in _pages():
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken


def test_files_that_are_named_exist() -> None:
    pattern = r"`((?:tests|docs|deploy|services|libs|launcher)/[\w./-]+\.\w+)`"
    missing = {
        f"{page.relative_to(ROOT)}: {name}"
        for page in _pages()
        for name in re.findall(pattern, page.read_text(encoding="utf-8"))
        if not (ROOT / name).exists()
    }
    assert not missing


def test_the_way_of_one_field_names_every_file_that_knows_it() -> None:
    page = (ROOT / "docs/one-field.md").read_text(encoding="utf-8")
    named = {name for name in re.findall(r"`([\w./-]+)`", page) if "/" in name}
    knows = ["git", "grep", "--files-with-matches", "--word-regexp", "responsible_position", "--", *_CODE]
    found = set(subprocess.run(knows, cwd=ROOT, capture_output=True, check=True).stdout.decode().split())
    assert len(found) > 7, "nothing was checked"
    assert found <= named


def test_the_architecture_names_every_service_prefix_and_entity() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 90, "one page"
    for service in registry.SERVICES:
        prefix = service.prefix if service.prefix == "/" else f"{service.prefix}/v1"
        assert f"| `{service.name}` | `{prefix}` |" in text
        for entity in _entities(service):
            assert re.search(rf"\| `{service.name}` \|.*`{entity}`", text), f"{service.name} publishes {entity}"


_COMMAND = re.compile(r"(?:`|^ *\$? ?)(?:\.venv/bin/)?sixclear ([a-z-]+[^`\n]*)", flags=re.MULTILINE)
# What pages write in place of a value, and a value of that kind.
_VALUES = {"SERVICE": "tasks", "SOURCE": "tasks", "CLIENT_ID": "operator", "CODE": "01", "TARGET": "tasks"}


def test_command_lines_are_such_as_the_command_takes() -> None:
    known = parser()
    wrong, seen = [], 0
    for page in _pages():
        for command in _COMMAND.findall(page.read_text(encoding="utf-8")):
            words = [_VALUES.get(word, word) for word in shlex.split(_filled(command), comments=True)]
            seen += len(words) > 1
            # A command that stands there with its name alone is only named.
            if re.fullmatch(r"[a-z]+(?:[ -][a-z]+)*(?: …)?", command):
                words = [*command.removesuffix("…").split(), "--help"]
            if not _takes(known, words):
                wrong.append(f"{page.relative_to(ROOT)}: sixclear {command}")
    assert seen > 10, "nothing was checked"
    assert not wrong


def _filled(command: str) -> str:
    return re.sub(r"<[^>]*>|…", "1", command.replace("<service>", "SERVICE"))


def _takes(known: ArgumentParser, words: list[str]) -> bool:
    with redirect_stderr(StringIO()), redirect_stdout(StringIO()):
        try:
            known.parse_args(words)
        except SystemExit as end:
            return end.code == 0
    return True


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = {
        name
        for page in _pages()
        for name in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), flags=re.MULTILINE)
    }
    assert {"run", "test", "check"} <= named
    assert named <= targets


def test_the_changelog_ends_at_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    versions = re.findall(r"^## v(\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert versions[0] == version


def test_settings_that_are_named_exist() -> None:
    listed = re.findall(r"^\| `([A-Z0-9_<>]+)`", configuration_reference(), flags=re.MULTILINE)
    prefixes = [service.variable.removeprefix("SIXCLEAR_") for service in registry.SERVICES]
    known = {name.replace("<SERVICE>", prefix) for name in listed for prefix in prefixes} | known_variables()
    for page in _pages():
        named = set(re.findall(r"SIXCLEAR_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_<])", page.read_text(encoding="utf-8")))
        assert named <= known, f"{page.relative_to(ROOT)}: {named - known}"


def _headings(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, flags=re.MULTILINE)


@cache
def _pages() -> tuple[Path, ...]:
    listing = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, check=True).stdout
    pages = tuple(ROOT / name for name in listing.decode().split("\0") if name and (ROOT / name).exists())
    assert len(pages) > 10, "nothing was checked"
    return pages


@cache
def _source_files() -> tuple[Path, ...]:
    return tuple(path for root in ("libs", "services", "launcher") for path in (ROOT / root).rglob("*.py"))


def _entities(service: registry.Service) -> list[str]:
    if service.name in {"monitoring", "portal"}:
        return []
    return [entity.entity_type for entity in import_module(f"{service.package}.events").EVENTS.entities]
