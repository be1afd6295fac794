"""A change of a contract is found; other words and another order are none."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PATH = "services/tasks/contracts/openapi.json"


@pytest.fixture(scope="module")
def contracts() -> ModuleType:
    """The script, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("compare_contracts", ROOT / "launcher/compare_contracts.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def document(**changed: Any) -> dict[str, Any]:
    """A document with one operation and one schema."""
    operation = {"operationId": "getTask", "summary": "Get", "parameters": [{"name": "a"}, {"name": "b"}]} | changed
    schema = {"required": ["title", "id"], "properties": {"title": {"type": "string", "description": "A name."}}}
    return {PATH: {"paths": {"/tasks": {"get": operation}}, "components": {"schemas": {"Task": schema}}}}


def test_words_and_order_are_no_difference(contracts: ModuleType) -> None:
    other = document(summary="Read", parameters=[{"name": "b"}, {"name": "a"}])
    assert list(contracts.differences(document(), other)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"operationId": "readTask"}, f'{PATH}#paths#/tasks#get#operationId: "getTask" -> "readTask"'),
        ({"deprecated": True}, f"{PATH}#paths#/tasks#get#deprecated: is new"),
        ({"parameters": []}, f'{PATH}#paths#/tasks#get#parameters: [{{"name":"a"}},{{"name":"b"}}] -> []'),
    ],
)
def test_what_a_program_would_notice_is_said_with_its_place(
    contracts: ModuleType, changed: dict[str, Any], said: str
) -> None:
    assert list(contracts.differences(document(), document(**changed))) == [said]


def test_a_field_whose_name_is_a_word_for_people_counts(contracts: ModuleType) -> None:
    without = document()
    without[PATH]["components"]["schemas"]["Task"]["properties"] = {}
    found = list(contracts.differences(document(), without))
    assert found == [f"{PATH}#components#schemas#Task#properties#title: is gone"]


def test_each_word_of_an_example_counts(contracts: ModuleType) -> None:
    name = "services/tasks/contracts/examples/task.assigned.json"
    found = contracts.differences({name: {"title": "Roads"}}, {name: {"title": "Bridges"}})
    assert list(found) == [f'{name}#title: "Roads" -> "Bridges"']


def test_the_working_tree_is_read(contracts: ModuleType) -> None:
    found = contracts.in_working_tree(ROOT)
    assert PATH in found
    assert "services/tasks/contracts/examples/task.assigned.json" in found


def test_a_clone_without_the_revision_is_told_what_helps(contracts: ModuleType, tmp_path: Path) -> None:
    whole, shallow, archive = tmp_path / "whole", tmp_path / "shallow", tmp_path / "archive"
    archive.mkdir()
    given = {"user.name": "t", "user.email": "t@example.invalid", "commit.gpgsign": "false"}
    own = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]

    def git(*words: str) -> str:
        done = subprocess.run(["git", *own, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "-q", str(whole))
    for number in "12":
        git("-C", str(whole), "commit", "-q", "--allow-empty", "-m", number)
    first = git("-C", str(whole), "rev-parse", "--short", "HEAD~1")
    git("clone", "-q", "--depth", "1", whole.as_uri(), str(shallow))
    assert contracts.at_revision(whole, first) == {}
    for root, revision, words in (
        (shallow, first, "does not have: git fetch --unshallow"),
        (whole, "no-such", "does not have: git fetch --all --tags"),
        (archive, first, "is no clone"),
    ):
        with pytest.raises(SystemExit, match=words):
            contracts.at_revision(root, revision)
