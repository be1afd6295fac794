"""What the OpenAPI documents of all services hold, so that a program can be written from them alone."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from sixclear.common.bulk.tables import XLSX
from sixclear.common.web.openapi import ITEM_SCHEMA, NDJSON, operations
from sixclear.tasks.reporting.schemas import BulkProgressItem

ROOT = Path(__file__).parents[2]
DOCUMENTS = {path.parts[-3]: path for path in ROOT.glob("services/*/contracts/openapi.json")}


def document(service: str) -> dict[str, Any]:
    """The written document of a service."""
    return dict(orjson.loads(DOCUMENTS[service].read_bytes()))


@pytest.mark.parametrize("service", DOCUMENTS)
def test_a_document_says_where_it_holds_and_under_which_licence(service: str) -> None:
    found = document(service)
    assert found["info"]["license"]["identifier"] == "Apache-2.0"
    assert found["info"]["contact"]
    assert found["servers"][0]["url"] == "/"
    assert {tag for one in operations(found) for tag in one["tags"]} == {tag["name"] for tag in found["tags"]}
    assert all(tag["description"] for tag in found["tags"])


@pytest.mark.parametrize("service", DOCUMENTS)
def test_a_refusal_that_passes_says_when_to_come_again(service: str) -> None:
    for operation in operations(document(service)):
        for status in {"429", "503"} & operation["responses"].keys():
            assert "Retry-After" in operation["responses"][status]["headers"], operation["operationId"]


def named(operation: dict[str, Any], status: str) -> set[str]:
    """The codes that an operation names at a status, or where it names none there for all other statuses."""
    answer = operation["responses"].get(status) or operation["responses"]["default"]
    return set(re.findall(r"`([a-z-]+)`: [A-Z]", answer["description"]))


@pytest.mark.parametrize("service", DOCUMENTS)
def test_what_follows_from_a_route_is_among_its_refusals(service: str) -> None:
    """Of its access, its parameters and its body. What it was not told, a test of the service hears (`operations`)."""
    for operation in operations(document(service)):
        parameters = {one["name"]: one for one in operation.get("parameters", [])}
        expected = {("422", "invalid-request"), ("400", "malformed-request"), ("503", "unavailable")}
        if operation.get("security"):
            expected |= {("401", "unauthenticated"), ("401", "invalid-token"), ("403", "insufficient-scope")}
        if operation.get("x-organisation", "any") != "any":
            expected.add(("403", "organisation-required"))
        if "cursor" in parameters:
            expected.add(("400", "invalid-cursor"))
        if "Idempotency-Key" in parameters:
            expected |= {("400", "invalid-idempotency-key"), ("422", "idempotency-key-reused"), ("409", "conflict")}
            if parameters["Idempotency-Key"]["required"]:
                expected.add(("400", "idempotency-key-required"))
        if "If-Match" in parameters:
            expected.add(("412", "stale-version"))
        if "requestBody" in operation:
            expected |= {("415", "unsupported-media-type"), ("413", "content-too-large")}
        missing = {one for one in expected if one[1] not in named(operation, one[0])}
        assert not missing, operation["operationId"]


@pytest.mark.parametrize("service", DOCUMENTS)
def test_a_version_that_is_asked_for_is_given(service: str) -> None:
    for operation in operations(document(service)):
        asked = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
        if asked & {"If-Match", "If-None-Match"} and "200" in operation["responses"]:
            assert "ETag" in operation["responses"]["200"]["headers"], operation["operationId"]


@pytest.mark.parametrize("service", DOCUMENTS)
def test_what_is_changed_by_its_version_is_read_with_it(service: str) -> None:
    """Who may send `If-Match` with a change finds the `ETag` where the entity is read."""
    paths = document(service)["paths"]
    for path, operations_there in paths.items():
        changes = [one for name, one in operations_there.items() if name != "get"]
        named = {header["name"] for change in changes for header in change.get("parameters", [])}
        if "If-Match" in named and path.endswith("}"):
            assert "ETag" in operations_there["get"]["responses"]["200"]["headers"], path


@pytest.mark.parametrize("service", DOCUMENTS)
def test_headers_that_callers_go_by_are_described(service: str) -> None:
    for operation in operations(document(service)):
        for status, answer in operation["responses"].items():
            assert "X-Request-ID" in answer["headers"], (operation["operationId"], status)
            told = "`already-registered`" in answer["description"]
            assert ("Location" in answer["headers"]) == (
                told or status == "202" or (status == "201" and _is_located(operation))
            )


def _is_located(operation: dict[str, Any]) -> bool:
    """Whether it makes what has an address of its own, and not a part of something else."""
    return operation["operationId"] in {
        "putTask",
        "registerProgramme",
        "registerDirective",
        "registerDocument",
        "registerIndicator",
        "putEntry",
        "putElement",
        "putCodeList",
        "putConnector",
        "registerOrganisation",
        "openObstacle",
        "publishCriteria",
        "openAssessment",
    }


def test_keys_have_the_lengths_that_are_taken() -> None:
    lengths = {}
    for service in DOCUMENTS:
        for operation in operations(document(service)):
            for one in operation.get("parameters", []):
                if one["name"] == "Idempotency-Key":
                    lengths[operation["operationId"]] = (one["schema"]["minLength"], one["schema"]["maxLength"])
    sending = ("sendSubmission", "sendSubmissionOnBehalf", "sendOwnSubmission", "changeReceiptCode")
    codes = {name: lengths.pop(name) for name in sending}
    assert set(codes.values()) == {(16, 200)}
    assert set(lengths.values()) == {(1, 255)}


def test_every_line_of_a_bulk_request_has_a_schema() -> None:
    found = document("tasks")
    bulk = [one["requestBody"]["content"] for one in operations(found) if NDJSON in str(one.get("requestBody"))]
    assert bulk
    for content in bulk:
        line = content[NDJSON][ITEM_SCHEMA]
        assert content["application/json"]["schema"] == {"type": "array", "items": line}
        assert line["$ref"].rpartition("/")[2] in found["components"]["schemas"]
    progress = found["components"]["schemas"]["BulkProgressItem"]
    assert set(progress["properties"]) == set(BulkProgressItem.model_fields)


@pytest.mark.parametrize("service", DOCUMENTS)
def test_a_form_stands_first_among_the_types_of_a_body(service: str) -> None:
    """openapi-generator makes a Java client that does not compile where a form comes second."""
    for operation in operations(document(service)):
        types = list(operation.get("requestBody", {}).get("content", ()))
        assert "multipart/form-data" not in types[1:], operation["operationId"]


# Bodies that no one reads as text.
_NO_JSON = {XLSX, "application/x-protobuf", "application/octet-stream", "multipart/form-data"}


@pytest.mark.parametrize("service", DOCUMENTS)
def test_every_operation_has_an_example_that_its_schema_takes(service: str) -> None:
    found = document(service)
    for operation in operations(found):
        contents = [*operation.get("requestBody", {}).get("content", {}).items()]
        for status, answer in operation["responses"].items():
            shown = [(kind, one) for kind, one in answer.get("content", {}).items() if "example" in one]
            assert not shown or status[0] == "2"
            contents += shown
        successes = [operation["responses"].get(status, {}) for status in ("200", "201")]
        kinds = {kind for one in successes for kind in one.get("content", {})}
        silent = not kinds - _NO_JSON
        assert silent or len(contents) > ("requestBody" in operation), f"{operation['operationId']}: no answer is shown"
        for kind, content in contents:
            assert "example" in content or kind in _NO_JSON, f"{operation['operationId']}: no request is shown"
            if "example" in content:
                schema = content["schema"] | {"components": found["components"]}
                Draft202012Validator(schema).validate(content["example"])


@pytest.mark.parametrize(
    ("service", "schema", "not_reached"),
    [("tasks", "TaskView", ["draft"])],
)
def test_a_value_that_no_step_leads_to_is_marked(service: str, schema: str, not_reached: list[str]) -> None:
    status = document(service)["components"]["schemas"][schema]["properties"]["status"]
    assert status["x-not-reached"] == not_reached
    assert set(not_reached) < set(status["enum"])
