"""What tasks and their answers say of a programme, the fields that it adds to them, and its groups of work. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from math import isfinite
from typing import Any, cast
from uuid import UUID

from pydantic import TypeAdapter

from sixclear.common.calendar import Calendar
from sixclear.common.clock import CLOSE_OF_DAY
from sixclear.common.web.known_names import nearest_and_known
from sixclear.common.web.texts import Link
from sixclear.tasks.fields import OwnFieldKind, OwnValue
from sixclear.tasks.programme.errors import (
    ObstacleKindsRefused,
    OwnFieldsInvalid,
    OwnFieldsRefused,
    WorkGroupsRefused,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a programme says of its dates.

    `closes` is when a day ends that is given as a bare date, in the civil time zone. A due day of a recurring task that
    is no working day goes to the `next` or the `previous` one, or stays (`keep`). A period is locked that many working
    days after it was due.
    """

    roll: str = "next"
    closes: time = CLOSE_OF_DAY
    lock_days: int = 20
    confirmed: bool = False


def terms(due_roll: str, deadline_hour: int, period_lock_days: int, periods_confirmed: bool) -> Terms:
    """What a programme says of its dates, from its columns."""
    return Terms(due_roll, time(deadline_hour), period_lock_days, periods_confirmed)


def rolled(day: date, roll: str, known: Calendar) -> date:
    """The working day on which what is due on `day` falls due; the day itself with `keep`."""
    ahead = timedelta(days={"next": 1, "previous": -1}.get(roll, 0))
    while ahead and not known.works(day):
        day += ahead
    return day


def key_of(day: date, unit: str) -> str:
    """The name of the period of a day."""
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    names = {"year": f"{day:%Y}", "quarter": f"{day:%Y}-Q{(day.month + 2) // 3}", "month": f"{day:%Y-%m}"}
    return names.get(unit, f"{day:%Y-%m-%d}")


@dataclass(frozen=True, slots=True)
class ProgrammeFacts:
    """A programme as its tasks name it. Its slug never changes. `references` are its own fields that name a body."""

    slug: str
    owner_organisation_id: UUID
    terms: Terms = Terms()
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field that a programme adds to its tasks."""

    name: str
    kind: OwnFieldKind
    unit: str | None
    choices: frozenset[str]
    required: bool
    public: bool


def own_fields_of(stored: Sequence[Mapping[str, Any]] | None) -> dict[str, OwnField]:
    """The fields that a programme adds, by name."""
    return {
        one["name"]: OwnField(
            one["name"],
            one["kind"],
            one["unit"],
            frozenset(choice["value"] for choice in one["choices"]),
            one["required"],
            one["public"],
        )
        for one in stored or ()
    }


def reference_names(stored: Sequence[Mapping[str, Any]] | None) -> tuple[str, ...]:
    """Those of the fields that a programme adds which name an organisation."""
    return tuple(one["name"] for one in stored or () if one["kind"] == "reference")


def group_codes(stored: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """The codes of a programme's groups of work and of their parts, in order."""
    return [code for group in stored or () for code in (group["code"], *(part["code"] for part in group["parts"]))]


def check_groups(before: Sequence[Mapping[str, Any]] | None, described: Sequence[Mapping[str, Any]]) -> None:
    """Raises WorkGroupsRefused for codes that come twice, and where one that was there is left out."""
    codes = group_codes(described)
    errors = [
        _error(f"/{place}", "code-repeated", "Another group or part has this code.", "work_groups")
        for place, group in enumerate(described)
        if any(codes.count(code) > 1 for code in group_codes([group]))
    ]
    if set(group_codes(before)) - set(codes):
        errors.append(_error("", "group-gone", "A group or part that is there stays.", "work_groups"))
    if errors:
        raise WorkGroupsRefused("The groups cannot be described like this.", errors=errors)


_DEFAULT_KINDS = {
    "institution": ("Thể chế", "Institution"),
    "leadership-and-implementation": ("Chỉ đạo, tổ chức thực hiện", "Leadership and implementation"),
    "data-and-infrastructure": ("Dữ liệu, hạ tầng", "Data and infrastructure"),
    "resources": ("Nguồn lực", "Resources"),
    "service-quality": ("Chất lượng dịch vụ", "Service quality"),
    "coordination": ("Phối hợp", "Coordination"),
}


def obstacle_kinds_of(stored: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """The kinds of obstacles that a programme tells apart; by default the six that figures are added up by."""
    if stored is not None:
        return list(stored)
    return [
        {"code": code, "label_vi": vi, "label_en": en, "counts_as": code} for code, (vi, en) in _DEFAULT_KINDS.items()
    ]


def check_kinds(before: Sequence[Mapping[str, Any]] | None, described: Sequence[Mapping[str, Any]]) -> None:
    """Raises ObstacleKindsRefused for codes that come twice, and where one that was there is not as it was counted.

    The default ones are not kept by a programme that names its own: what is counted by them stays so.
    """
    codes = [one["code"] for one in described]
    errors = [
        _error(f"/{place}/code", "code-repeated", "Another kind has this code.", "obstacle_kinds")
        for place, code in enumerate(codes)
        if code in codes[:place]
    ]
    counted = {one["code"]: one["counts_as"] for one in described}
    if any(counted.get(one["code"]) != one["counts_as"] for one in before or ()):
        errors.append(_error("", "kind-gone", "A kind that is there stays, counted as it was.", "obstacle_kinds"))
    if errors:
        raise ObstacleKindsRefused("The kinds cannot be described like this.", errors=errors)


def check_described(before: Mapping[str, OwnField], described: Sequence[Mapping[str, Any]]) -> None:
    """Raises OwnFieldsRefused for fields that cannot be, or that are not as they were."""
    after, errors = own_fields_of(described), []
    for place, one in enumerate(described):
        name = one["name"]
        field, known = after[name], before.get(name)
        if name in {other["name"] for other in described[:place]}:
            errors.append(_error(f"/{place}/name", "name-repeated", "Another field has this name."))
        if (field.kind == "choice") != bool(field.choices):
            errors.append(_error(f"/{place}/choices", "choices-unfit", "A choice has choices, no other kind has."))
        if field.unit is not None and field.kind != "number":
            errors.append(_error(f"/{place}/unit", "unit-unfit", "Only a number has a unit."))
        if known and (known.kind, known.unit, known.public) != (field.kind, field.unit, field.public):
            errors.append(_error(f"/{place}", "field-fixed", "Its kind, its unit and whether it is public stay."))
        if known and not known.choices <= field.choices:
            errors.append(_error(f"/{place}/choices", "choice-gone", "A choice that is there stays."))
    if before.keys() - after.keys():
        errors.append(_error("", "field-gone", "A field that is there stays."))
    if errors:
        raise OwnFieldsRefused("The fields cannot be described like this.", errors=errors)


def read_own_fields(
    fields: Mapping[str, OwnField], given: Mapping[str, OwnValue], bodies: Mapping[str, UUID]
) -> tuple[dict[str, OwnValue], dict[str, OwnValue]]:
    """The values that a task has for its programme's fields, as they are stored: public ones, and the others.

    `bodies` are the organisations that references name, by field. Raises OwnFieldsInvalid.
    """
    errors = [_error(f"/{name}", "field-unknown", _unknown(name, fields)) for name in given.keys() - fields]
    public: dict[str, OwnValue] = {}
    inside: dict[str, OwnValue] = {}
    for name, field in fields.items():
        if name in bodies:
            (public if field.public else inside)[name] = str(bodies[name])
        elif name in given:
            try:
                (public if field.public else inside)[name] = _READ[field.kind](field, given[name])
            except ValueError:
                errors.append(_error(f"/{name}", "value-unfit", _wanted(field)))
        elif field.required:
            errors.append(_error(f"/{name}", "value-missing", "The programme requires it."))
    if errors:
        raise OwnFieldsInvalid(
            "The values do not fit the programme's fields.", errors=sorted(errors, key=lambda one: one["pointer"])
        )
    return public, inside


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is narrowed to: a field of the programme's own, and its value as it is stored.

    Of a reference the value is what was written, an identifier or a code.
    """

    name: str
    value: OwnValue
    names_body: bool


def read_asked(fields: Mapping[str, OwnField] | None, parameter: str, text: str) -> Asked:
    """What the parameter asks for as `name:value`, of one of `fields`; None: the request names no programme.

    A number is written as JSON writes it. Raises OwnFieldsInvalid, which names the parameter.
    """
    name, _, written = text.partition(":")
    try:
        return _read_asked(fields, name, written)
    except OwnFieldsInvalid as error:
        error.errors = [
            {"parameter": parameter, "in": "query", "code": one["code"], "detail": one["detail"]}
            for one in error.errors
        ]
        raise


def _read_asked(fields: Mapping[str, OwnField] | None, name: str, written: str) -> Asked:
    if fields is None:
        words = "Name the `programme` that adds the field."
        raise OwnFieldsInvalid(words, errors=[_error("", "programme-missing", words)])
    field, value = fields.get(name), cast(OwnValue, written)
    if field is not None and field.kind == "reference":
        return Asked(name, written, names_body=True)
    if field is not None and field.kind == "number":
        value = _as_number(written)
    elif field is not None and field.kind == "yes_no":
        value = {"true": True, "false": False}.get(written, written)
    optional = {one: replace(known, required=False) for one, known in fields.items()}
    return Asked(name, read_own_fields(optional, {name: value}, {})[0][name], names_body=False)


# As in JSON (RFC 8259): what Python takes beside it, such as 1_0, is a number to no one else.
_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


def _as_number(text: str) -> OwnValue:
    if not _JSON_NUMBER.fullmatch(text):
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)


_WANTED: Mapping[str, str] = {
    "text": "Write a text.",
    "number": "Write a number, such as 12.5, not too large.",
    "date": "Write a day that there is, such as 2026-12-31.",
    "yes_no": "Write true or false.",
    "reference": "Name an organisation by its identifier or any code.",
    "link": "Write a whole address without blanks that begins with http:// or https://.",
}


def _wanted(field: OwnField) -> str:
    """What helps who gave a value of another kind."""
    listed = ", ".join(f"`{choice}`" for choice in sorted(field.choices))
    return _WANTED.get(field.kind) or f"Choose one of {listed}."


def _unknown(name: str, fields: Mapping[str, OwnField]) -> str:
    return f"The programme has no such field. {nearest_and_known(name, tuple(fields))}" if fields else _NO_FIELDS


_NO_FIELDS = "The programme adds no such field."


def _error(pointer: str, code: str, detail: str, field: str = "own_fields") -> dict[str, str]:
    return {"pointer": f"#/{field}{pointer}", "code": code, "detail": detail}


def _text(_field: OwnField, value: OwnValue) -> OwnValue:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


# What JSON is written with here takes no greater whole number.
_GREATEST = 2**63 - 1


def _number(_field: OwnField, value: OwnValue) -> OwnValue:
    if isinstance(value, bool | str) or (abs(value) > _GREATEST if isinstance(value, int) else not isfinite(value)):
        raise ValueError(value)
    return value


def _yes_no(_field: OwnField, value: OwnValue) -> OwnValue:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _date(field: OwnField, value: OwnValue) -> OwnValue:
    return date.fromisoformat(str(_text(field, value))).isoformat()


def _choice(field: OwnField, value: OwnValue) -> OwnValue:
    if value not in field.choices:
        raise ValueError(value)
    return value


_LINK: TypeAdapter[str] = TypeAdapter(Link)


def _link(_field: OwnField, value: OwnValue) -> OwnValue:
    # A ValidationError is a ValueError.
    return _LINK.validate_python(value, strict=True)


_READ: Mapping[str, Callable[[OwnField, OwnValue], OwnValue]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "choice": _choice,
    "yes_no": _yes_no,
    "link": _link,
    # Where the value names no organisation it was refused before.
    "reference": _choice,
}
