"""What would break a client is found, with its place; what only adds is not."""

import importlib.util
import sys
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PATH = "services/tasks/contracts/openapi.json"
EVENTS = "services/tasks/contracts/asyncapi.json"


@pytest.fixture(scope="module")
def contracts() -> ModuleType:
    """The script, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("breaking_changes", ROOT / "launcher/breaking_changes.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def documents() -> dict[str, Any]:
    """A service with an operation that changes a task, and one event."""
    task = {
        "type": "object",
        "required": ["title"],
        "properties": {
            "title": {"type": "string", "maxLength": 80},
            "kind": {"type": "string", "enum": ["one_off", "recurring"]},
        },
    }
    described = {"application/json": {"schema": {"$ref": "#/components/schemas/Task"}}}
    operation = {
        "operationId": "putTask",
        "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 200}}],
        "requestBody": {"content": described},
        "responses": {"201": {"content": described}},
    }
    message = {"name": "vn.task.assigned", "payload": {"type": "object"}, "headers": {"type": "object"}}
    events = {"channels": {"task": {"address": "task.v1"}}, "components": {"messages": {"task.assigned": message}}}
    return {PATH: {"paths": {"/tasks": {"post": operation}}, "components": {"schemas": {"Task": task}}}, EVENTS: events}


CHANGES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "an operation is gone": ("paths", {}, ["putTask: is gone"]),
    "a value is gone": (
        "components/schemas/Task/properties/kind",
        {"type": "string", "enum": ["one_off"]},
        ["putTask request.kind: recurring is gone"],
    ),
    "a text is shorter": (
        "components/schemas/Task/properties/title/maxLength",
        {"maxLength": 40},
        ["putTask request.title: maxLength is 40"],
    ),
    "a type is another": (
        "components/schemas/Task/properties/title",
        {"type": "integer"},
        ["putTask 201.title: is integer", "putTask request.title: is integer"],
    ),
    "a member is gone": (
        "components/schemas/Task/properties",
        {"title": {"type": "string", "maxLength": 80}},
        ["putTask 201.kind: is gone", "putTask request.kind: is gone"],
    ),
    "a parameter is gone": ("paths//tasks/post/parameters", {}, ["putTask query limit: is gone"]),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_breaks_is_said_with_its_place(contracts: ModuleType, case: str) -> None:
    place, value, said = CHANGES[case]
    before, after = documents(), documents()
    *way, last = [word.replace("~", "/") for word in place.replace("//tasks", "/~tasks").split("/")]
    holder = after[PATH]
    for word in way:
        holder = holder[word]
    holder[last] = value.get(last, value) or type(holder[last])()
    assert sorted(contracts.breaking(before, after)) == [f"tasks {line}" for line in said]


def test_what_only_adds_breaks_nothing(contracts: ModuleType) -> None:
    before, after = documents(), documents()
    task = after[PATH]["components"]["schemas"]["Task"]
    task["properties"] |= {"code": {"type": "string"}}
    task["properties"]["title"]["maxLength"] = 200
    task["properties"]["kind"]["enum"].append("seasonal")
    after[PATH]["paths"]["/tasks"]["get"] = {"operationId": "listTasks", "responses": {}}
    assert list(contracts.breaking(before, after)) == []


def test_what_a_request_must_have_is_new(contracts: ModuleType) -> None:
    before, after = documents(), documents()
    after[PATH]["components"]["schemas"]["Task"]["required"] = ["title", "kind"]
    after[PATH]["paths"]["/tasks"]["post"]["parameters"][0]["required"] = True
    found = sorted(contracts.breaking(before, after))
    assert found == ["tasks putTask query limit: is required", "tasks putTask request.kind: is required"]


def test_an_event_that_is_gone_breaks_its_readers(contracts: ModuleType) -> None:
    before, after = documents(), deepcopy(documents())
    after[EVENTS]["components"]["messages"] = {}
    after[EVENTS]["channels"]["task"]["address"] = "task.v2"
    found = sorted(contracts.breaking(before, after))
    assert found == ["tasks events task.assigned: is gone", "tasks events task.v1: is gone"]


def test_a_declaration_has_a_reason(contracts: ModuleType) -> None:
    page = "# Page\n- `tasks putTask: is gone`: nobody called it.\n- `tasks listTasks: is gone`\n"
    assert contracts.declarations(page) == {"tasks putTask: is gone"}


def test_what_broke_since_the_last_release_is_declared(
    contracts: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert contracts.main() == 0, capsys.readouterr().err
