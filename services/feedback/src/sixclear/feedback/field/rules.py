"""The list of fields, as it ships with the product. A later edition adds fields; a code keeps its meaning."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson


@dataclass(frozen=True, slots=True)
class CaseField:
    """A field that a case can be of."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class CaseFields:
    """An edition of the list, in its order; `other` is its last."""

    edition: str
    fields: tuple[CaseField, ...]

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the edition."""
        return frozenset(field.code for field in self.fields)


@cache
def case_fields() -> CaseFields:
    """The newest edition of the list."""
    read = orjson.loads((files("sixclear.feedback") / "data" / "case-fields.json").read_bytes())
    return CaseFields(read["edition"], tuple(CaseField(**field) for field in read["fields"]))
