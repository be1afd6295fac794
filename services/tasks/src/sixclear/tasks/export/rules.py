"""How a value stands in a table: labels in the reader's language, and no text that a spreadsheet would run. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, get_args

import orjson

from sixclear.common.web.numbers import written
from sixclear.common.web.schemas import Schema
from sixclear.tasks.organisation.schemas import OrganisationBrief
from sixclear.tasks.task.schemas import PositionView

Language = Literal["vi", "en"]
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


def told(value: Any) -> Any:
    """A value of an answer as a request gives it: a body by its code, a position by its title and its body."""
    if isinstance(value, OrganisationBrief):
        return value.code
    if isinstance(value, PositionView):
        return {"title": value.title, "organisation": value.organisation_id}
    if isinstance(value, Schema):
        return {name: told(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Decimal):
        return written(value)
    return [told(one) for one in value] if isinstance(value, list) else value


def columns_of(model: type[Schema]) -> list[str]:
    """The columns of what is told of a model: a member of a member has the names of both, with a point between."""
    found = []
    for name, field in model.model_fields.items():
        inner = _schema_in(field.annotation)
        if inner is None or issubclass(inner, OrganisationBrief):
            found.append(name)
        elif issubclass(inner, PositionView) or {"title", "organisation"} == inner.model_fields.keys():
            found += [f"{name}.title", f"{name}.organisation"]
        else:
            found += [f"{name}.{below}" for below in columns_of(inner)]
    return found


def _schema_in(annotation: Any) -> type[Schema] | None:
    """The model that a member is, or None; a list of models is one column."""
    if isinstance(annotation, type) and issubclass(annotation, Schema):
        return annotation
    alternatives = [one for one in get_args(annotation) if one is not type(None)]
    is_optional = len(alternatives) + 1 == len(get_args(annotation))
    return _schema_in(alternatives[0]) if is_optional and len(alternatives) == 1 else None


def cells(row: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    """The values of a row in the order of its columns; a list of words is one text, other structures and
    words that hold what stands between words are JSON."""
    return [_flat(row, column) for column in columns]


def _is_json_alone(one: Any) -> bool:
    """Whether one of several values would not be read again between semicolons."""
    return isinstance(one, dict | list) or any(sign in str(one) for sign in ";\n") or str(one).startswith("[")


def _flat(row: Mapping[str, Any], column: str) -> Any:
    value: Any = row
    for name in column.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, list) and not any(_is_json_alone(one) for one in value):
        return "; ".join(map(str, value)) or None
    return orjson.dumps(value, str).decode() if isinstance(value, dict | list) else value


def imported(row: Mapping[str, Any], renamed: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, Any]:
    """A row by the names of the import: with what the request named, its directive's identifier, and all of its
    programme's fields.

    What others must not read is not there, and so is left as it is by an import.
    """
    found = {renamed.get(name, name): value for name, value in row.items()}
    if isinstance(directive := found.get("directive"), dict):
        found["directive_id"] = directive["directive_id"]
    if own := {**(found.get("own_fields") or {}), **(found.get("inside_fields") or {})}:
        found["own_fields"] = own
    return {**given, **found}
