"""What a story asks of a service and is answered: the examples of its OpenAPI document.

They are written by the story itself, never by hand: `make examples`. A test sends the story again and compares.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx2
import orjson
from fastapi import FastAPI

from sixclear.common.testing.operations import Operations

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_WRITES = "WRITE_EXAMPLES"


class Exchanges:
    """The first success of each operation that `http` is asked for, by operation id."""

    def __init__(self, app: FastAPI, http: httpx2.AsyncClient) -> None:
        self.found: dict[str, dict[str, Any]] = {}
        self.document = app.openapi()
        self.untrue: set[str] = set()
        self._http = http
        self._operations = Operations(self.document)
        self._known: dict[str, str] = {}
        http.event_hooks["response"].append(self._note)

    async def _note(self, response: httpx2.Response) -> None:
        request = response.request
        operation = self._operations.asked(request)
        if operation is None or not response.is_success:
            return
        await response.aread()
        self._compare(operation, response)
        body = _lines(response) or _json(response.content)
        self._known |= _identifiers(body)
        example: dict[str, Any] = {"status": str(response.status_code)}
        if (sent := _sent(request)) is not None:
            example["request"] = sent
        if body is not None:
            example["answer"] = body
        self.found.setdefault(operation["operationId"], example)

    def _compare(self, operation: Mapping[str, Any], response: httpx2.Response) -> None:
        """Note where an answer is not as it is described: its status, and headers that callers go by."""
        described = operation["responses"].get(str(response.status_code))
        if described is None:
            self.untrue.add(f"{operation['operationId']} answers {response.status_code}, which is not described")
            return
        for name in ("ETag", "Location", "X-Request-ID"):
            if (name in described.get("headers", {})) != (name in response.headers):
                self.untrue.add(f"{operation['operationId']} {response.status_code}: {name} is described or sent only")

    async def read_everything(self, *callers: Callable[[], Mapping[str, str]], **known: str) -> None:
        """GET every address of the document as the first of `callers` that is answered; the shortest lists.

        What stands in a path was in an answer before, or is in `known`.
        """
        for method, _, path, operation in self._operations.listed:
            if method != "get" or operation["operationId"] in self.found or path.endswith("/stream"):
                continue
            names = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
            query = {"limit": 1} if "limit" in names else {}
            for caller in callers:
                address = path.format(**self._known | known)
                if (await self._http.get(address, params=query, headers=dict(caller()))).is_success:
                    break

    def same_as(self, written: Path) -> None:
        """Every operation has an example in the file `written`, and it is what was asked and answered now."""
        assert not self.untrue, sorted(self.untrue)
        told = _told(self.found)
        asked = {one["operationId"] for *_, path, one in self._operations.listed if not path.endswith("/stream")}
        assert not asked - told.keys(), f"the story asks for no {sorted(asked - told.keys())}: add a step"
        if os.environ.get(_WRITES):
            written.parent.mkdir(exist_ok=True)
            text = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
            written.write_bytes(text + b"\n")
        before = orjson.loads(written.read_bytes())
        for name, example in told.items():
            assert before.get(name) == example, f"{name} is not as its example shows: run `make examples`"
        assert before.keys() == told.keys(), "an example is of no operation: run `make examples`"


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    """The examples in the order of names; an identifier that is made up at random is a number."""
    numbers: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        return numbers.setdefault(match[0], f"019b0000-0000-7000-8000-{len(numbers) + 1:012}")

    text = orjson.dumps({name: found[name] for name in sorted(found)}, option=orjson.OPT_SORT_KEYS).decode()
    return dict(orjson.loads(_UUID.sub(numbered, text)))


def _sent(request: httpx2.Request) -> Any:
    if request.headers.get("content-type", "").endswith("ndjson"):
        return [orjson.loads(line) for line in request.content.splitlines() if line]
    return _json(request.content)


def _lines(response: httpx2.Response) -> str | None:
    """The first two lines of an answer that has one item a line."""
    if not response.headers.get("content-type", "").endswith("ndjson"):
        return None
    return "\n".join(response.text.splitlines()[:2])


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content) if content else None
    except orjson.JSONDecodeError:
        return None


def _identifiers(body: Any) -> dict[str, str]:
    """What an answer says of itself, and the first of a list: identifiers and slugs, by name."""
    if isinstance(body, dict) and isinstance(body.get("items"), list) and body["items"]:
        return _identifiers(body["items"][0])
    if not isinstance(body, dict):
        return {}
    texts = {name: value for name, value in body.items() if isinstance(value, str)}
    return {name: value for name, value in texts.items() if name.endswith("_id") or name == "slug"}
