"""Whether a model can read every answer that a schema allows: both as JSON Schema, compared field by field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# A text in one of these formats becomes something else than text, so the answer must promise the format.
FORMATS = ("date", "date-time", "uuid")
_UNIONS = ("anyOf", "oneOf")


@dataclass(frozen=True)
class Reading:
    """The schema that `model` reads and the one that `answered` gives, each with its definitions."""

    model: Mapping[str, Any]
    answered: Mapping[str, Any]

    def wrong(self, read: Any, given: Any, at: str) -> Iterator[str]:
        """What of `given` cannot be read by `read`, in sentences."""
        read, given = _resolved(read, self.model), _resolved(given, self.answered)
        branches = _branches(given, self.answered)
        if len(branches) > 1:
            for branch in branches:
                yield from self.wrong(read, branch, at)
            return
        readers = _branches(read, self.model)
        found = [list(self._wrong_one(reader, branches[0], at)) for reader in readers]
        if all(found):
            # The reader of the same type says best what is wrong.
            yield from next(
                (wrong for reader, wrong in zip(readers, found, strict=True) if _types(reader) & _types(branches[0])),
                found[0],
            )

    def _wrong_one(self, read: Any, given: Any, at: str) -> Iterator[str]:
        if not read.keys() - {"title", "description", "default"}:
            return
        if not _types(given) <= _types(read) | ({"integer"} if "number" in _types(read) else set()):
            yield f"{at}: answered {sorted(_types(given))}, read as {sorted(_types(read))}"
            return
        if read.get("format") in FORMATS and given.get("format") != read["format"]:
            yield f"{at}: read as {read['format']}, answered as {given.get('format') or 'any text'}"
        if ((known := _values(read)) and not (values := _values(given)) <= known) or (known and not values):
            yield f"{at}: answered {sorted(_values(given) - known) or 'any value'}, which is not read"
        yield from self._wrong_fields(read, given, at)
        if "items" in read:
            yield from self.wrong(read["items"], given.get("items", {}), f"{at}[]")
        if isinstance(rest := read.get("additionalProperties"), Mapping):
            yield from self.wrong(rest, given.get("additionalProperties", {}), f"{at}.*")

    def _wrong_fields(self, read: Any, given: Any, at: str) -> Iterator[str]:
        fields = given.get("properties", {})
        for name, reader in read.get("properties", {}).items():
            if name not in fields:
                yield f"{at}.{name}: is not answered"
                continue
            if name in read.get("required", ()) and name not in given.get("required", ()):
                yield f"{at}.{name}: may be left out of the answer, and must be there to be read"
            yield from self.wrong(reader, fields[name], f"{at}.{name}")


def _resolved(node: Any, document: Mapping[str, Any]) -> Any:
    while "$ref" in node:
        found: Any = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node


def _branches(node: Any, document: Mapping[str, Any]) -> Sequence[Any]:
    """The alternatives of a union, and of a list of types."""
    for union in _UNIONS:
        if union in node:
            return [branch for one in node[union] for branch in _branches(_resolved(one, document), document)]
    if isinstance(node.get("type"), list):
        return [{**node, "type": one} for one in node["type"]]
    return [node]


def _types(node: Any) -> set[str]:
    if "type" in node:
        return {node["type"]}
    return {"string"} if _values(node) else set()


def _values(node: Any) -> set[Any]:
    return {node["const"]} if "const" in node else set(node.get("enum", ()))
