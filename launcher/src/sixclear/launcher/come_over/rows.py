"""A record of another system made into a row of our imports, by a plan; what does not fit is said, not guessed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sixclear.launcher.come_over.plan import Kind, Plan

# The fields of each kind that a column may fill.
FIELDS: Mapping[Kind, frozenset[str]] = {
    "directives": frozenset({"number", "issued_on", "issuer", "title", "occurred_at"}),
    "tasks": frozenset(
        {
            *("title", "code", "description", "clause", "upper_number", "external_id", "kind", "recurrence"),
            *("assigning_organisation", "lead_organisation", "coordinating_organisations", "product", "authority"),
            *("leader_position.title", "leader_position.organisation", "deadline", "assigned_by", "occurred_at"),
            *("responsible_position.title", "responsible_position.organisation", "product_kind", "classification"),
        }
    ),
    "reports": frozenset(
        {"external_id", "percent", "text", "difficulty", "cause", "remedy", "period", "expected_on", "occurred_at"}
    ),
}
_NEEDED: Mapping[Kind, tuple[str, ...]] = {
    "directives": ("number", "issued_on", "issuer", "title"),
    "tasks": ("external_id", "title"),
    "reports": ("external_id", "text"),
}
_BODIES = frozenset({"issuer", "assigning_organisation", "lead_organisation", "coordinating_organisations"})
_DAYS = frozenset({"issued_on", "deadline", "expected_on"})
_CODE = re.compile(r"[A-Za-z0-9._-]{1,80}")
_PERCENT = re.compile(r"(\d{1,3})([.,]0+)?\s*%?")


@dataclass(frozen=True, slots=True)
class Record:
    """What the other system says of one thing: where it stands, and its values by their columns."""

    where: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record became no row; its text quotes the record, for the person at the terminal."""

    where: str
    what: str


def rows_of(
    records: Iterator[Record | Fault], kind: Kind, plan: Plan, columns: Mapping[str, str]
) -> Iterator[dict[str, Any] | Fault]:
    """Rows of records, in their order. `columns` are those that the reader knows; the plan's own come before them."""
    known = {name: column for name, column in {**columns, **plan.columns}.items() if name in FIELDS[kind]}
    for record in records:
        yield record if isinstance(record, Fault) else _row(record, kind, plan, known)


def _row(record: Record, kind: Kind, plan: Plan, columns: Mapping[str, str]) -> dict[str, Any] | Fault:
    row: dict[str, Any] = {} if kind == "reports" else {"programme": plan.programme}
    row |= {} if kind == "directives" else {"source": plan.source}
    if kind == "tasks":
        row |= {name: value for name in ("assigned_by", "assigning_organisation") if (value := getattr(plan, name))}
    row |= plan.fields
    for name, column in columns.items():
        given = record.values.get(column)
        if given is None or (isinstance(given, str) and not given.strip()):
            continue
        try:
            _put(row, name, _value(name, given.strip() if isinstance(given, str) else given, plan))
        except ValueError as error:
            return Fault(record.where, f"{column}: {error}")
    missing = [name for name in _NEEDED[kind] if name not in row]
    if missing:
        theirs = ", ".join(columns.get(name, "no column") for name in missing)
        return Fault(record.where, f"nothing says {', '.join(missing)} ({theirs})")
    _of_lead(row)
    return row


def _of_lead(row: dict[str, Any]) -> None:
    """A position of which nothing says where it is, is one of the lead body."""
    for name in ("responsible_position", "leader_position"):
        position = row.get(name)
        if position and "organisation" not in position and "lead_organisation" in row:
            row[name] = {**position, "organisation": row["lead_organisation"]}


def _put(row: dict[str, Any], name: str, value: Any) -> None:
    outer, _, inner = name.partition(".")
    if inner:
        row[outer] = {**row.get(outer, {}), inner: value}
    else:
        row[outer] = value


def _value(name: str, given: Any, plan: Plan) -> Any:
    """The value of our field; raises ValueError where theirs is none."""
    words = plan.values.get(name)
    if words is not None:
        if str(given) not in words:
            raise ValueError(f"{str(given)!r} is not among `values.{name}` of the mapping")
        return words[str(given)]
    if name == "coordinating_organisations":
        parts = given if isinstance(given, list) else re.split(r"[;\n]", str(given))
        return [_body(str(part).strip(), plan) for part in parts if str(part).strip()]
    if name in _BODIES or name.endswith(".organisation"):
        return _body(str(given), plan)
    if name in _DAYS:
        return _day(given, plan)
    if name == "occurred_at":
        return _instant(given, plan)
    return _percent(given) if name == "percent" else str(given)


def _body(given: str, plan: Plan) -> str:
    found = plan.organisations.get(given)
    if found is None and not _CODE.fullmatch(given):
        raise ValueError(f"{given!r} is not among `organisations` of the mapping, and no code")
    return found or given


def _day(given: Any, plan: Plan) -> str:
    try:
        return datetime.strptime(str(given)[:10], plan.day_format).date().isoformat()  # noqa: DTZ007 (a day)
    except ValueError:
        raise ValueError(f"{str(given)!r} is no day as `day_format` of the mapping says") from None


def _instant(given: Any, plan: Plan) -> str:
    """An instant with its offset; a bare day or time would be guessed, so it is refused."""
    for form in ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"):
        try:
            return datetime.strptime(str(given), form).astimezone(UTC).isoformat()
        except ValueError:
            continue
    raise ValueError(f"{str(given)!r} is no instant with its offset, such as 2026-11-30T08:00:00+07:00")


def _percent(given: Any) -> int:
    found = _PERCENT.fullmatch(str(given))
    if found is None or int(found[1]) > 100:
        raise ValueError(f"{str(given)!r} is no whole percentage from 0 to 100")
    return int(found[1])
