"""The sealed lane of the form: an initiative that only those who handle it read, and what everyone may read of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sixclear.common.web.instants import Day
from sixclear.portal.shell.forms import text_problem

FIELDS = ("visibility", "abstract", "embargo_until")
# What feedback takes.
LONGEST_ABSTRACT = 2_000
_DAY: TypeAdapter[date] = TypeAdapter(Day)


def problems(fields: Mapping[str, str]) -> dict[str, str | None]:
    """Field → code of what is wrong; abstract and day belong to what is sealed, and only an initiative is."""
    sealed = fields.get("visibility") == "sealed"
    abstract, day = fields.get("abstract", ""), fields.get("embargo_until", "")
    shown = text_problem(abstract, LONGEST_ABSTRACT)
    return {
        "visibility": "not-initiative" if sealed and fields.get("kind") != "initiative" else None,
        "abstract": None if shown == "missing" else shown if sealed else "not-sealed",
        "embargo_until": None if not day else "not-sealed" if not sealed else None if _is_day(day) else "refused",
    }


def _is_day(text: str) -> bool:
    try:
        _DAY.validate_python(text)
    except ValidationError:
        return False
    return True


def body(fields: Mapping[str, str]) -> dict[str, Any]:
    """What goes to feedback of it; nothing of a case that is not sealed."""
    if fields.get("visibility") != "sealed":
        return {}
    found: dict[str, Any] = {"visibility": "sealed"}
    if text_problem(fields.get("abstract", ""), LONGEST_ABSTRACT) != "missing":
        found["abstract"] = fields["abstract"]
    if day := fields.get("embargo_until"):
        found["embargo_until"] = day
    return found
