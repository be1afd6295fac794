"""The portal reads what the services publish: each answer model against the openapi.json of its service."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from tests.contract.portal.reading import Reading
from tests.integration.portal.contracts import contract

import sixclear.portal.upstream
from sixclear.portal.upstream.answer import Operation
from sixclear.portal.upstream.monitoring import ATTENTION


def operations() -> list[Operation[Any]]:
    """Every operation that the portal calls."""
    modules = pkgutil.iter_modules(sixclear.portal.upstream.__path__, "sixclear.portal.upstream.")
    values = [value for module in modules for value in vars(importlib.import_module(module.name)).values()]
    return [value for value in values if isinstance(value, Operation)]


def named(operation: Operation[Any]) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", operations(), ids=named)
def test_every_field_that_is_read_is_answered_as_it_is_read(operation: Operation[Any]) -> None:
    published = contract(operation.service)
    if published.answer_schema(operation.method, operation.path).get("format") == "binary":
        assert not operation.answer.model_fields, "a file is passed on, and nothing of it is read"
        return
    model = operation.answer.model_json_schema(mode="validation")
    reading = Reading(model, published.document)
    assert operation.path in published.document["paths"], "the path is written as the contract writes it"
    assert list(reading.wrong(model, published.answer_schema(operation.method, operation.path), "$")) == []


def test_the_operations_of_all_services_were_compared() -> None:
    assert {operation.service for operation in operations()} == {"tasks", "feedback", "data-catalog", "monitoring"}
    assert len(operations()) >= 18


def test_what_outlasts_its_service_has_no_text_but_names_that_no_one_withdraws() -> None:
    names = {"slug", "name_vi", "name_en", "source_vi", "source_en", "code", "level", "ended", "next"}
    # Of a field that a programme adds: it is never taken away.
    names |= {"name", "label_vi", "label_en", "unit", "value"}
    # Which indicator a figure is of, and of which period.
    names |= {"period", "last_over"}
    # The number of the decision by which a body was merged or called otherwise.
    names |= {"legal_basis"}
    lasting = [operation for operation in operations() if operation.outlasts]
    assert len(lasting) >= 6
    for operation in lasting:
        assert operation.method == "GET"
        assert set(texts(operation.answer.model_json_schema(mode="validation"))) <= names, named(operation)


def texts(schema: Any) -> Iterator[str]:
    """The fields of any text in a schema."""
    for part in [schema, *schema.get("$defs", {}).values()]:
        for name, field in part.get("properties", {}).items():
            kinds = [one for one in [field, *field.get("anyOf", ())] if "type" in one]
            written = [one for one in kinds if one["type"] == "string" and not one.keys() & {"format", "enum"}]
            if written and "number" not in {one["type"] for one in kinds}:  # a decimal may be written as text
                yield name


def test_no_list_of_what_needs_attention_is_left_out() -> None:
    published = contract("monitoring")
    answered = published.resolved(published.answer_schema("GET", ATTENTION.path))["properties"]
    assert set(ATTENTION.answer.model_fields) == answered.keys() - {"as_of", "reach"}


OBJECT = {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}, "required": ["at"]}
NULLABLE = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("answered", "wrong"),
    [
        (OBJECT, []),
        ({"type": "object", "properties": {}}, ["$.at: is not answered"]),
        (OBJECT | {"required": []}, ["$.at: may be left out of the answer, and must be there to be read"]),
        (OBJECT | {"properties": {"at": NULLABLE}}, ["$.at: answered ['null'], read as ['string']"]),
        (OBJECT | {"properties": {"at": {"type": "integer"}}}, ["$.at: answered ['integer'], read as ['string']"]),
        (OBJECT | {"properties": {"at": {"type": "string"}}}, ["$.at: read as date-time, answered as any text"]),
    ],
)
def test_what_does_not_agree_is_named(answered: dict[str, Any], wrong: list[str]) -> None:
    assert list(Reading(OBJECT, answered).wrong(OBJECT, answered, "$")) == wrong


def test_a_value_that_is_not_known_is_named() -> None:
    read, answered = {"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["a", "c"]}
    assert list(Reading(read, answered).wrong(read, answered, "$")) == ["$: answered ['c'], which is not read"]
    text = {"type": "string"}
    assert list(Reading(read, text).wrong(read, text, "$")) == ["$: answered any value, which is not read"]
    assert list(Reading(text, answered).wrong(text, answered, "$")) == []
