"""Field and place to the competent body, by rules that ship as data. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class CompetenceRule:
    """Of which fields it speaks (all: None), whether a place is needed, and the body: by code, or the place itself."""

    rule: str
    fields: frozenset[str] | None
    place: bool
    body: str | None
    vi: str
    en: str

    def holds(self, field: str | None, place: bool) -> bool:
        """Whether it speaks of a case of this field, with or without a place."""
        return (not self.place or place) and (self.fields is None or field in self.fields)


@dataclass(frozen=True, slots=True)
class Competences:
    """An edition of the rules, in the order in which their bodies are suggested."""

    edition: str
    rules: tuple[CompetenceRule, ...]

    def holding(self, field: str | None, place: bool) -> Sequence[CompetenceRule]:
        """The rules that speak of a case; nothing is known of one without a field and a place."""
        return [rule for rule in self.rules if rule.holds(field, place)]


@cache
def competences() -> Competences:
    """The newest edition of the rules."""
    read = orjson.loads((files("sixclear.feedback") / "data" / "competence.json").read_bytes())
    return Competences(read["edition"], tuple(map(_rule, read["rules"])))


def _rule(read: dict[str, Any]) -> CompetenceRule:
    fields = None if read["fields"] is None else frozenset(read["fields"])
    return CompetenceRule(**(read | {"fields": fields}))
