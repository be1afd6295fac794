"""Rules of documents: how numbers and subjects are compared, and what a change is. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sixclear.common.folding import fold
from sixclear.common.keys import folded_key
from sixclear.tasks.document.errors import ReplacementRefused


def compared(text: str) -> str:
    """The form by which numbers and subjects are compared.

    Case, dashes, slashes and Vietnamese marks do not count, nor blanks beside them: `165/2025/NĐ-CP` is
    `165/2025/nd – cp`.
    """
    return folded_key(fold(text))


@dataclass(frozen=True, slots=True)
class Replaceable:
    """What the rules read of a document that another one is to replace."""

    document_id: UUID
    issued_on: date | None
    replaced_by_id: UUID | None


def check_replaces(
    document_id: UUID, issued_on: date | None, wanted: Sequence[UUID], found: Mapping[UUID, Replaceable]
) -> None:
    """Raises ReplacementRefused, which names each of `wanted` that cannot be replaced.

    Each was issued on an earlier day, which also keeps documents from replacing each other in a circle.
    """
    errors = []
    for place, one in enumerate(wanted):
        code = _refused(document_id, issued_on, found.get(one))
        if code is not None:
            errors.append({"pointer": f"#/replaces/{place}", "code": code, "detail": _DETAILS[code]})
    if errors:
        raise ReplacementRefused(errors=errors)


def check_redated(issued_on: date | None, replacing: Replaceable | None) -> None:
    """Raises ReplacementRefused for a replaced document whose new day is not before the one that replaces it."""
    if replacing is None or replacing.issued_on is None or (issued_on is not None and issued_on < replacing.issued_on):
        return
    detail = "The document that replaces it was issued on this day or an earlier one."
    raise ReplacementRefused(errors=[{"pointer": "#/issued_on", "code": "document-not-earlier", "detail": detail}])


_DETAILS = {
    "document-unknown": "No document has this identifier.",
    "document-not-issued": "It was not issued yet.",
    "document-not-earlier": "It was not issued on an earlier day.",
    "document-replaced": "Another document replaces it already.",
}


def _refused(document_id: UUID, issued_on: date | None, other: Replaceable | None) -> str | None:
    if other is None:
        return "document-unknown"
    if other.issued_on is None or issued_on is None:
        return "document-not-issued"
    if other.issued_on >= issued_on:
        return "document-not-earlier"
    return None if other.replaced_by_id in (None, document_id) else "document-replaced"


def change_of(*, known: bool, issued_before: bool, issued: bool) -> str:
    """The name of the change that a description makes of a document."""
    if not known:
        return "registered" if issued else "owed"
    return "issued" if issued and not issued_before else "updated"


def differs(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a description says anything new."""
    return any(current[name] != value for name, value in wanted.items())


def once(ids: Iterable[UUID]) -> list[UUID]:
    """Each identifier once, in the order of the request."""
    return list(dict.fromkeys(ids))
