"""What each operation of a service asks of its database, counted while a story is told to it.

The counts are held by a file, because a statement more is a round trip more on every machine, and no clock shows it.
"""

import os
from pathlib import Path
from typing import Any

import httpx2
import orjson
from fastapi import FastAPI
from sqlalchemy import event

from sixclear.common.db import Database
from sixclear.common.testing.operations import address_of

_WRITES = "WRITE_STATEMENTS"
# From so many statements on, the file says why they are needed.
_EXPLAINED_FROM = 7


class RouteCosts:
    """The statements between BEGIN and COMMIT of each operation's successes that `http` asks for: the least of them.

    The least, because the first request of its kind also reads names that later ones remember.
    """

    def __init__(self, app: FastAPI, http: httpx2.AsyncClient, database: Database) -> None:
        self.found: dict[str, int] = {}
        self._database = database
        self._count = 0
        self._operations = [
            (method.upper(), address_of(path, operation), path.count("{"), operation["operationId"])
            for path, operations in app.openapi()["paths"].items()
            for method, operation in operations.items()
        ]
        self._operations.sort(key=lambda one: one[2])
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._add)
        http.event_hooks["request"].append(self._begin)
        http.event_hooks["response"].append(self._note)

    def _add(self, *_: object) -> None:
        self._count += 1

    async def _begin(self, _request: httpx2.Request) -> None:
        self._count = 0
        self._database.entity_cache.checked()  # a slow machine must not let it forget

    async def _note(self, response: httpx2.Response) -> None:
        method, path = response.request.method, response.request.url.path
        names = (name for verb, form, _, name in self._operations if verb == method and form.fullmatch(path))
        if response.is_success and (name := next(names, None)) is not None:
            self.found[name] = min(self._count, self.found.get(name, self._count))

    def same_as(self, written: Path) -> None:
        """Each operation asks for as many statements as the file says; many ones are explained there."""
        told: dict[str, Any] = orjson.loads(written.read_bytes()) if written.exists() else {}
        if os.environ.get(_WRITES):
            new = {name: told.get(name, {}) | {"statements": count} for name, count in self.found.items()}
            text = orjson.dumps(new, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
            written.write_bytes(text + b"\n")
            told = new
        counts = {name: one["statements"] for name, one in told.items()}
        wrong = {name: (counts.get(name), count) for name, count in self.found.items() if counts.get(name) != count}
        assert not wrong, f"statements (as the file says, as counted now); {_WRITES}=1 writes them: {wrong}"
        assert counts.keys() == self.found.keys(), "a count is of no operation"
        unexplained = [
            name for name, one in told.items() if one["statements"] >= _EXPLAINED_FROM and not one.get("why")
        ]
        assert not unexplained, f"say `why` of {unexplained}"
