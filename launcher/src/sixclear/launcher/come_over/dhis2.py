"""DHIS2: metadata become recurring tasks, data value sets become reports on them.

A data element that an organisation unit reports by a data set is one task; its values of a period, by category, are one
report. What DHIS2 counts is said in words: our figures count tasks, and a percentage only where the mapping names it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over import tables
from sixclear.launcher.come_over.plan import Plan
from sixclear.launcher.come_over.rows import Fault, Record

COLUMNS = {
    name: name
    for name in (
        *("external_id", "title", "description", "lead_organisation", "kind", "recurrence"),
        *("text", "percent", "period", "occurred_at"),
    )
}
# By the end of the period, as DHIS2 has it; how many days later it is due is a matter of our programme.
_RULES = {
    "Daily": "FREQ=DAILY",
    "Weekly": "FREQ=WEEKLY;BYDAY=SU",
    "Monthly": "FREQ=MONTHLY;BYMONTHDAY=-1",
    "Quarterly": "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1",
    "Yearly": "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31",
}
_PERIODS = (
    (re.compile(r"(\d{4})(\d\d)(\d\d)"), "{}-{}-{}"),
    (re.compile(r"(\d{4})(\d\d)"), "{}-{}"),
    (re.compile(r"(\d{4})Q([1-4])"), "{}-Q{}"),
    (re.compile(r"(\d{4})W(\d\d?)"), "{}-W{:0>2}"),
    (re.compile(r"(\d{4})"), "{}"),
)


class Metadata:
    """What an export of metadata says, by identifier."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.elements = _by_id(told, "dataElements")
        self.units = _by_id(told, "organisationUnits")
        self.categories = _by_id(told, "categoryOptionCombos")

    def body(self, unit: str, plan: Plan) -> str:
        """What the mapping looks a body up by: identifier, code or name of the organisation unit."""
        known = self.units.get(unit, {})
        names = (unit, known.get("code"), known.get("name"))
        return str(next((name for name in names if name in plan.organisations), known.get("code") or unit))


def metadata_in(path: Path | None) -> Metadata:
    """An export of metadata (`/api/metadata`); without a path an empty one. Raises CannotStart for another file."""
    told = {} if path is None else _json(path)
    if not isinstance(told, dict):
        raise CannotStart(f"{path} is no export of metadata.", "Save the answer of /api/metadata.json as it comes.")
    return Metadata(told)


def tasks_in(path: Path, plan: Plan) -> Iterator[Record | Fault]:
    """A record for each data element and organisation unit of each data set."""
    known = metadata_in(path)
    sets = known.told.get("dataSets")
    if not sets:
        raise CannotStart(f"{path} holds no data sets.", "Export them with dataElements and organisationUnits.")
    for data_set in sets:
        where = f"{path.name} data set {data_set.get('id')}"
        rule = _RULES.get(data_set.get("periodType"))
        if rule is None:
            yield Fault(where, f"its periods ({data_set.get('periodType')}) have no rule here")
            continue
        for element in _elements_of(data_set):
            for unit in data_set.get("organisationUnits") or ():
                yield Record(where, _task(known, plan, str(element), str(unit.get("id")), rule))


def reports_in(path: Path, plan: Plan, known: Metadata) -> Iterator[Record | Fault]:
    """A record for each data element, organisation unit and period of a data value set, JSON or CSV."""
    reports: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for where, value in _values(path):
        key = tuple(str(value.get(name) or "") for name in ("dataElement", "orgUnit", "period"))
        if not all(key):
            yield Fault(where, "no data element, organisation unit or period")
        elif str(value.get("deleted")).lower() != "true" and value.get("value") not in (None, ""):
            reports.setdefault((key[0], key[1], key[2]), []).append(value)
    for (element, unit, period), values in reports.items():
        where = f"{path.name} {element} {unit} {period}"
        named = _period(period)
        if named is None:
            yield Fault(where, f"the period {period} has no name here")
        else:
            yield Record(where, _report(known, plan, (element, unit, named), values))


def _task(known: Metadata, plan: Plan, element: str, unit: str, rule: str) -> dict[str, Any]:
    said = known.elements.get(element, {})
    return {
        "external_id": f"{element}/{unit}",
        "title": said.get("name") or element,
        "description": said.get("description"),
        "lead_organisation": known.body(unit, plan),
        "kind": "recurring",
        "recurrence": rule,
    }


def _report(known: Metadata, plan: Plan, key: tuple[str, str, str], values: list[dict[str, Any]]) -> dict[str, Any]:
    element, unit, period = key
    said = [f"{one['value']}{_category(known, one, alone=len(values) == 1)}" for one in values]
    comments = [str(one["comment"]) for one in values if one.get("comment")]
    name = known.elements.get(element, {}).get("name") or element
    told = [str(one.get("lastUpdated")) for one in values if one.get("lastUpdated")]
    alone = values[0]["value"] if len(values) == 1 and element in plan.percentages else None
    return {
        "external_id": f"{element}/{unit}",
        "text": "\n".join([f"{name}: {'; '.join(said)}", *comments]),
        "percent": alone,
        "period": period,
        "occurred_at": max(told) if told else None,
    }


def _category(known: Metadata, value: dict[str, Any], *, alone: bool) -> str:
    combo = str(value.get("categoryOptionCombo") or "")
    return "" if alone or not combo else f" ({known.categories.get(combo, {}).get('name') or combo})"


def _elements_of(data_set: dict[str, Any]) -> list[str]:
    """Since 2.25 by `dataSetElements`, before by `dataElements`."""
    linked = [one.get("dataElement") or {} for one in data_set.get("dataSetElements") or ()]
    return [one["id"] for one in linked or data_set.get("dataElements") or () if one.get("id")]


def _values(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.suffix.lower() == ".json":
        told = _json(path)
        found = told.get("dataValues") if isinstance(told, dict) else None
        if not isinstance(found, list):
            raise CannotStart(f"{path} is no data value set.", "Save the answer of /api/dataValueSets as it comes.")
        # What all values share may stand once, above them.
        shared = {name: told.get(name) for name in ("period", "orgUnit") if told.get(name)}
        for place, value in enumerate(found):
            yield f"{path.name} value {place}", shared | value
        return
    names = {"dataelement": "dataElement", "orgunit": "orgUnit", "categoryoptioncombo": "categoryOptionCombo"}
    names |= {"lastupdated": "lastUpdated"}
    for record in tables.records_in(path):
        if isinstance(record, Record):
            lowered = {name.lower(): value for name, value in record.values.items()}
            yield record.where, {names.get(name, name): value for name, value in lowered.items()}


def _period(given: str) -> str | None:
    for form, name in _PERIODS:
        if (found := form.fullmatch(given)) is not None:
            return name.format(*found.groups())
    return None


def _by_id(told: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    return {str(one["id"]): one for one in told.get(name) or () if isinstance(one, dict) and one.get("id")}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise CannotStart(f"{path} cannot be read.", "Name a file that is there.") from None
    except ValueError:
        raise CannotStart(f"{path} is no JSON.", "Save the answer of the API as it comes.") from None
