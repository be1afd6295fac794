"""Compares the contracts of two revisions: what a program would notice, without words and without order.

`make compare-contracts BASE=3322a4e`, the commit of v0.1.0. It reads OpenAPI, AsyncAPI and the examples of events at a
git revision and in the working tree, prints each difference in a line, and returns 1 when there is one.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from sixclear.common.testing.examples import whole

ROOT = Path(__file__).resolve().parents[1]
# For people: a program does not read them.
WORDS = frozenset({"summary", "description", "title", "detail", "tags", "example"})
# Places where a key is a name that a contract gives, and may be one of WORDS.
NAMED = frozenset(
    {"properties", "paths", "schemas", "channels", "messages", "responses", "headers", "patternProperties"}
)
# Lists whose order says nothing.
UNORDERED = frozenset({"required", "parameters", "enum", "anyOf", "oneOf", "allOf", "security", "x-scopes"})


def main(words: Sequence[str] | None = None) -> int:
    """Print the differences; returns how the comparison ended: 0 without, 1 with differences."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("base", help="a git revision to compare the working tree with")
    asked = parser.parse_args(words)
    found = list(differences(at_revision(ROOT, asked.base), in_working_tree(ROOT)))
    print("\n".join(found) or "The contracts are the same.")
    return int(bool(found))


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """A line for each place where two sets of documents differ."""
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{name}: is gone"
        elif name not in before:
            yield f"{name}: is new"
        elif name.split("/")[-2] == "examples":
            yield from compared(name, before[name], after[name])
        else:
            yield from compared(name, plain(before[name]), plain(after[name]))


def at_revision(root: Path, revision: str) -> dict[str, Any]:
    """The documents at a git revision, by path; ends the program where it is not there, and says what helps."""
    _require(root, revision)
    listed = _git(root, "ls-tree", "-r", "--name-only", revision, "services").decode().splitlines()
    read = {name: orjson.loads(_git(root, "show", f"{revision}:{name}")) for name in listed if _is_contract(name)}
    return {name: _whole(name, document, read) for name, document in read.items()}


def in_working_tree(root: Path) -> dict[str, Any]:
    """The documents of the working tree, by path."""
    paths = (path for path in (root / "services").rglob("*.json") if _is_contract(path.relative_to(root).as_posix()))
    read = {path.relative_to(root).as_posix(): orjson.loads(path.read_bytes()) for path in paths}
    return {name: _whole(name, document, read) for name, document in read.items()}


def _whole(name: str, document: Any, read: Mapping[str, Any]) -> Any:
    """An example as it is sent; any other document as it is."""
    folder, _, _ = name.rpartition("/")
    if not folder.endswith("/examples"):
        return document
    beside = {PurePosixPath(other).stem: read[other] for other in read if other.startswith(f"{folder}/")}
    return whole(document, beside)


def _is_contract(name: str) -> bool:
    return "/contracts/" in name and name.endswith(".json")


def _require(root: Path, revision: str) -> None:
    """A shallow clone, as build servers make them, has the newest commit only; an archive has none."""
    if _succeeds(root, "cat-file", "-e", f"{revision}^{{commit}}"):
        return
    if not _succeeds(root, "rev-parse", "--git-dir"):
        raise SystemExit(f"contracts are compared with {revision}, and {root} is no clone: use one of git")
    shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    remedy = "git fetch --unshallow" if shallow else "git fetch --all --tags"
    raise SystemExit(f"contracts are compared with {revision}, which this clone does not have: {remedy}")


def _succeeds(root: Path, *words: str) -> bool:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, check=False).returncode == 0  # noqa: S603, S607


def _git(root: Path, *words: str) -> bytes:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False)  # noqa: S603, S607
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return done.stdout


def plain(document: Any, place: str = "") -> Any:
    """A document without words for people, with each list that has no order in one order."""
    if isinstance(document, dict):
        kept = (key for key in document if place in NAMED or key not in WORDS)
        return {key: plain(document[key], key) for key in kept}
    if isinstance(document, list):
        items = [plain(item) for item in document]
        return sorted(items, key=_rendered) if place in UNORDERED else items
    return document


def _rendered(item: Any) -> bytes:
    return orjson.dumps(item, option=orjson.OPT_SORT_KEYS)


def compared(place: str, before: Any, after: Any) -> Iterator[str]:
    """A line for each difference at or below `place`."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            if key not in after:
                yield f"{place}#{key}: is gone"
            elif key not in before:
                yield f"{place}#{key}: is new"
            else:
                yield from compared(f"{place}#{key}", before[key], after[key])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from compared(f"{place}#{index}", old, new)
    elif before != after or isinstance(before, bool) != isinstance(after, bool):
        yield f"{place}: {_short(before)} -> {_short(after)}"


def _short(value: Any) -> str:
    text = orjson.dumps(value).decode()
    return text if len(text) <= 80 else f"{text[:77]}..."


if __name__ == "__main__":
    sys.exit(main())
