"""How a value stands in a table: labels in the reader's language, and no text that a spreadsheet would run. Pure."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any, Literal

Language = Literal["vi", "en"]
# Spreadsheets read UTF-8 where it begins with this mark.
BYTE_ORDER_MARK = "\ufeff"
# A cell that begins so is a formula to them, whatever it came from.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_YES_NO: Mapping[Language, Mapping[bool, str]] = {
    "vi": {True: "Có", False: "Không"},
    "en": {True: "Yes", False: "No"},
}
_FOLLOWED: Mapping[Language, str] = {"vi": "{} (nay là {})", "en": "{} (now {})"}


def label(described: Mapping[str, Any], language: Language) -> str:
    """The label in this language; where there is none the Vietnamese one."""
    return str((described["label_en"] if language == "en" else None) or described["label_vi"])


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A column for a field that the programme adds."""

    name: str
    kind: str
    public: bool
    heading: str
    choices: Mapping[str, str]


def own_columns(own_fields: Sequence[Mapping[str, Any]] | None, language: Language, *, inside: bool) -> list[OwnColumn]:
    """A column for each field that the programme adds; those that are not public only with `inside`."""
    return [
        OwnColumn(
            name=one["name"],
            kind=one["kind"],
            public=one["public"],
            heading=label(one, language) + (f" ({one['unit']})" if one["unit"] else ""),
            choices={choice["value"]: label(choice, language) for choice in one["choices"]},
        )
        for one in own_fields or ()
        if one["public"] or inside
    ]


def group_labels(work_groups: Sequence[Mapping[str, Any]] | None, language: Language) -> dict[str, str]:
    """The label of each group of work and of each part, by its code."""
    return {one["code"]: label(one, language) for group in work_groups or () for one in (group, *group["parts"])}


def body_label(name: str, successor: str | None, language: Language) -> str:
    """The name of a body, and of the one that took its place."""
    return name if successor is None else _FOLLOWED[language].format(name, successor)


def own_cell(column: OwnColumn, value: Any, bodies: Mapping[str, str], language: Language) -> Any:
    """A value of the programme's own as it is read; `bodies` are the names of those that references name."""
    if column.kind == "yes_no" and isinstance(value, bool):
        return _YES_NO[language][value]
    if column.kind == "choice":
        return column.choices.get(value, value)
    return bodies.get(value, value) if column.kind == "reference" else value


def lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV (RFC 4180) in UTF-8; instants as the API writes them, nothing for what is null."""
    text = StringIO()
    csv.writer(text).writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
