"""The list of fields, as it ships with the product. A later edition adds fields; a code keeps its meaning."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson


@dataclass(frozen=True, slots=True)
class CaseField:
    """A field that a case can be of; from `threshold` verified endorsements on the head answers point by point."""

    code: str
    vi: str
    en: str
    threshold: int


@dataclass(frozen=True, slots=True)
class CaseFields:
    """An edition of the list, in its order; `other` is its last."""

    edition: str
    fields: tuple[CaseField, ...]

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the edition."""
        return frozenset(field.code for field in self.fields)

    def threshold(self, code: str | None) -> int:
        """How many verified endorsements of a field ask for an answer of the head; without a field, of the last one."""
        return next((field.threshold for field in self.fields if field.code == code), self.fields[-1].threshold)


@cache
def case_fields() -> CaseFields:
    """The newest edition of the list."""
    read = orjson.loads((files("sixclear.feedback") / "data" / "case-fields.json").read_bytes())
    return CaseFields(read["edition"], tuple(CaseField(**field) for field in read["fields"]))
