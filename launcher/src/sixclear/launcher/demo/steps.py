"""One request of the demonstration, and the facts it is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import orjson

from sixclear.common.clock import CIVIL_ZONE
from sixclear.common.ids import stable_id

SOURCE = "sixclear-demo"


@dataclass(frozen=True, slots=True)
class Step:
    """One request: who sends it, where, what. Steps of one lane are sent in order; lanes may overlap.

    `lines` makes it an NDJSON body, `file` a PDF. Path and body take identifiers of answers before in the lane: the
    path in braces, the body by the names in `takes`. The idempotency key follows from `name`, so sending a step again
    changes nothing.
    """

    name: str
    lane: str
    client: str
    path: str
    body: Mapping[str, Any] | None = None
    lines: tuple[Mapping[str, Any], ...] = ()
    file: bytes | None = None
    takes: tuple[str, ...] = ()

    @property
    def media_type(self) -> str:
        """What the request's bytes are."""
        if self.file is not None:
            return "application/pdf"
        return "application/x-ndjson" if self.lines else "application/json"

    @property
    def idempotency_key(self) -> str:
        """The same key on every run."""
        return str(stable_id("demonstration", self.name))

    def content(self, known: Mapping[str, Any] | None = None) -> bytes:
        """The request's bytes, the same on every run; raises KeyError where `known` has not what the body takes."""
        if self.file is not None:
            return self.file
        if self.lines:
            return b"\n".join(orjson.dumps(line, option=orjson.OPT_SORT_KEYS) for line in self.lines)
        taken = {name: known[name] for name in self.takes} if known is not None else {}
        return orjson.dumps({**(self.body or {}), **taken}, option=orjson.OPT_SORT_KEYS)


@cache
def facts() -> dict[str, Any]:
    """The published figures with their reports."""
    document: dict[str, Any] = orjson.loads((files(__package__) / "data" / "seed-facts.json").read_bytes())
    return document


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """An instant of office hours in the civil time zone."""
    return datetime.combine(day, time(hour, minute), tzinfo=CIVIL_ZONE)


def task_id(assigning_body: str, external_id: str) -> UUID:
    """The identifier of the task that the demonstration gives to `external_id` in the name of a body, by code."""
    return stable_id("task", str(stable_id("organisation", assigning_body)), SOURCE, external_id)


def task_path(assigning_body: str, external_id: str, step: str) -> str:
    """The path of a step of that task."""
    return f"/api/tasks/v1/tasks/{task_id(assigning_body, external_id)}/{step}"
