"""Says which changes of the contracts would break a program that was written against the last release.

`make compare-contracts` without BASE, and `make check`. The last release is a commit, so that a fresh clone has its
documents. A change that is meant is declared, as it is printed, in docs/reference/breaking-changes.md.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from compare_contracts import ROOT, at_revision, in_working_tree  # type: ignore[import-not-found]

# v0.1.0. A release moves it, and empties the page of declared changes.
LAST_RELEASE = "3322a4e"
DECLARED = ROOT / "docs/reference/breaking-changes.md"
# Narrower when it is greater, or smaller, in a request.
_LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems")
_UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
_Found = Iterator[str]


def main() -> int:
    """Print what breaks and is not declared, and what is declared and breaks nothing; 1 when there is any."""
    found = set(breaking(at_revision(ROOT, LAST_RELEASE), in_working_tree(ROOT)))
    declared = declarations(DECLARED.read_text(encoding="utf-8"))
    for line in sorted(found - declared):
        print(f"breaks clients, and is not declared in {DECLARED.relative_to(ROOT)}: {line}", file=sys.stderr)
    for line in sorted(declared - found):
        print(f"is declared in {DECLARED.relative_to(ROOT)}, and breaks nothing: {line}", file=sys.stderr)
    return int(found != declared)


def declarations(page: str) -> set[str]:
    """The declared changes: what stands between the first signs of code of each point of a list."""
    return set(re.findall(r"^- `([^`]+)`: \S", page, flags=re.MULTILINE))


def breaking(before: Mapping[str, Any], after: Mapping[str, Any]) -> _Found:
    """A line for each change between two sets of documents that a client would stumble over."""
    for name, old in before.items():
        service = name.split("/")[1]
        if name.endswith("/openapi.json"):
            yield from (f"{service} {line}" for line in _api(old, after.get(name, {})))
        elif name.endswith("/asyncapi.json"):
            yield from (f"{service} events {line}" for line in _events(old, after.get(name, {})))


def _api(old: Any, new: Any) -> _Found:
    for path, operations in old["paths"].items():
        for method, operation in operations.items():
            now = new.get("paths", {}).get(path, {}).get(method)
            if now is None:
                yield f"{operation['operationId']}: is gone"
            else:
                lines = _operation(operation, now, Schemas(old), Schemas(new))
                yield from (f"{operation['operationId']} {line}" for line in lines)


def _operation(old: Any, new: Any, olds: "Schemas", news: "Schemas") -> _Found:
    if old["operationId"] != new["operationId"]:
        yield f"is called {new['operationId']}"
    was = {(one["in"], one["name"]): one for one in old.get("parameters", [])}
    now = {(one["in"], one["name"]): one for one in new.get("parameters", [])}
    yield from (f"{place} {name}: is gone" for place, name in was.keys() - now.keys())
    for (place, name), one in now.items():
        known = was.get((place, name))
        if one.get("required") and not (known or {}).get("required"):
            yield f"{place} {name}: is required"
        if known is not None:
            yield from Comparison(olds, news, asked=True).of(known["schema"], one["schema"], f"{place} {name}")
    bodies, body = old.get("requestBody", {}).get("content", {}), new.get("requestBody", {}).get("content", {})
    yield from _contents(bodies, body, Comparison(olds, news, asked=True), "request")
    for status, answer in old["responses"].items():
        if status[0] == "2":
            if status not in new["responses"]:
                yield f"{status}: is gone"
            else:
                told, now_told = (one.get("content", {}) for one in (answer, new["responses"][status]))
                yield from _contents(told, now_told, Comparison(olds, news, asked=False), status)


def _contents(old: Any, new: Any, comparison: "Comparison", place: str) -> _Found:
    for kind, content in old.items():
        if kind not in new:
            yield f"{place} {kind}: is gone"
        else:
            yield from comparison.of(content.get("schema", {}), new[kind].get("schema", {}), place)


def _events(old: Any, new: Any) -> _Found:
    topics = {channel["address"]: channel for channel in new.get("channels", {}).values()}
    messages = new.get("components", {}).get("messages", {})
    for channel in old["channels"].values():
        if channel["address"] not in topics:
            yield f"{channel['address']}: is gone"
    for name, message in old["components"]["messages"].items():
        if name not in messages or messages[name]["name"] != message["name"]:
            yield f"{name}: is gone"
        else:
            comparison = Comparison(Schemas(old), Schemas(new), asked=False)
            for part in ("payload", "headers"):
                yield from comparison.of(message[part], messages[name][part], f"{name} {part}")


class Schemas:
    """The schemas of a document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._named = document.get("components", {}).get("schemas", {})

    def whole(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema without a reference in its place."""
        while "$ref" in schema:
            schema = self._named.get(schema["$ref"].rpartition("/")[2], {})
        return schema


class Comparison:
    """Compares two schemas of what is `asked`, which may become wider, or answered, which may hold more."""

    def __init__(self, olds: Schemas, news: Schemas, *, asked: bool) -> None:
        self._olds, self._news, self._asked = olds, news, asked
        self._seen: set[tuple[int, int]] = set()

    def of(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> _Found:
        """What breaks at `place` and below it."""
        old, new = self._olds.whole(old), self._news.whole(new)
        if (id(old), id(new)) in self._seen:
            return
        self._seen.add((id(old), id(new)))
        if (kinds := _kinds(old)) != _kinds(new) and not (_kinds(new) >= kinds if self._asked else not kinds):
            yield f"{place}: is {' or '.join(sorted(_kinds(new))) or 'anything'}"
            return
        if self._asked:
            yield from _narrower(old, new, place)
        yield from self._members(old, new, place)
        if "items" in old and "items" in new:
            yield from self.of(old["items"], new["items"], f"{place}[]")
        for word in ("anyOf", "oneOf"):
            if len(old.get(word, ())) == len(new.get(word, ())):
                for one, other in zip(old.get(word, ()), new.get(word, ()), strict=True):
                    yield from self.of(one, other, place)

    def _members(self, old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> _Found:
        was, now = old.get("properties", {}), new.get("properties", {})
        yield from (f"{place}.{name}: is gone" for name in was.keys() - now.keys())
        before, required = set(old.get("required", ())), set(new.get("required", ()))
        if self._asked:
            yield from (f"{place}.{name}: is required" for name in required - before)
        else:
            yield from (f"{place}.{name}: may be absent" for name in before - required if name in now)
        for name in sorted(was.keys() & now.keys()):  # the first place of a shared schema is named
            yield from self.of(was[name], now[name], f"{place}.{name}")


def _kinds(schema: Mapping[str, Any]) -> frozenset[str]:
    """The types that a schema names, its alternatives included."""
    found = schema.get("type", [])
    kinds = {found} if isinstance(found, str) else set(found)
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        kinds |= _kinds(one) or {one.get("$ref", "anything").rpartition("/")[2]}
    return frozenset(kinds)


def _narrower(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> _Found:
    if "enum" in new:
        gone = [value for value in old.get("enum", ()) if value not in new["enum"]]
        yield from (f"{place}: {value} is gone" for value in gone)
    for word in _LOWER:
        if word in new and new[word] > old.get(word, float("-inf")) and not (word == "minLength" and new[word] == 0):
            yield f"{place}: {word} is {new[word]}"
    for word in _UPPER:
        if word in new and new[word] < old.get(word, float("inf")):
            yield f"{place}: {word} is {new[word]}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{place}: has another pattern"


if __name__ == "__main__":
    sys.exit(main())
