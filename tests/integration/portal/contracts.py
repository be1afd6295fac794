"""What the services publish: the stand-in may ask and answer nothing else."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[3]


class Contract:
    """The openapi.json of one service, as it is committed."""

    def __init__(self, service: str) -> None:
        self.document = json.loads((ROOT / "services" / service / "contracts" / "openapi.json").read_text("utf-8"))
        self._paths = {
            path: re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))) for path in self.document["paths"]
        }

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """The operation at an address, or at a path as the document writes it."""
        written = path if path in self._paths else next(name for name, at in self._paths.items() if at.fullmatch(path))
        found: dict[str, Any] = self.document["paths"][written][method.lower()]
        return found

    def resolved(self, node: Any) -> Any:
        """What a reference leads to; anything else is itself."""
        while isinstance(node, dict) and "$ref" in node:
            names = node["$ref"].removeprefix("#/").split("/")
            node = self.document
            for name in names:
                node = node[name]
        return node

    def answer_schema(self, method: str, path: str, status: int = 0) -> dict[str, Any]:
        """The schema of an answer; by default of the success."""
        responses = self.operation(method, path)["responses"]
        code = str(status) if status else next(code for code in responses if code.startswith("2"))
        content = self.resolved(responses.get(code) or responses["default"])["content"]
        found: dict[str, Any] = next(iter(content.values()))["schema"]
        return found

    def wrong_request(self, method: str, path: str, query: list[str], body: bytes) -> list[str]:
        """What is wrong with a request."""
        operation = self.operation(method, path)
        known = {parameter["name"] for parameter in map(self.resolved, operation.get("parameters", []))}
        wrong = [f"{method} {path}: no parameter {name}" for name in query if name not in known]
        taken = operation["requestBody"]["content"] if body else {}
        if "application/json" in taken:  # of a form the stand-in reads what it needs
            schema = taken["application/json"]["schema"]
            wrong += self._wrong(schema, body, f"{method} {path}, request")
        return wrong

    def refused(self, method: str, path: str, query: Mapping[str, str]) -> list[str]:
        """The parameters of an address whose values the service takes for none."""
        found = map(self.resolved, self.operation(method, path).get("parameters", []))
        schemas = {one["name"]: Draft202012Validator(one["schema"]) for one in found if one["in"] == "query"}
        return [name for name, value in query.items() if name in schemas and not _valid(schemas[name], value)]

    def wrong_answer(self, method: str, path: str, status: int, body: bytes) -> list[str]:
        """What is wrong with an answer; a status without a schema of its own has that of every other one."""
        schema = self.answer_schema(method, path, status)
        return [] if schema.get("format") == "binary" else self._wrong(schema, body, f"{method} {path}, {status}")

    def _wrong(self, schema: dict[str, Any], body: bytes, place: str) -> list[str]:
        whole = {**schema, "components": self.document["components"]}
        validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        return [
            f"{place}: {error.json_path} {error.message}"[:400] for error in validator.iter_errors(json.loads(body))
        ]


def _valid(schema: Draft202012Validator, value: str) -> bool:
    """Whether a text of an address is a value of the schema, perhaps as a number or as true or false."""
    if value in ("true", "false") and schema.is_valid(value == "true"):
        return True
    return schema.is_valid(value) or (value.isdecimal() and schema.is_valid(int(value)))


@cache
def contract(service: str) -> Contract:
    """The contract of `service`, read once."""
    return Contract(service)
