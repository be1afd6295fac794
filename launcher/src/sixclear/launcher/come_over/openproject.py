"""Work packages of OpenProject: pages of `/api/v3/work_packages` as JSON, or its CSV export.

People are never taken over: an assignee or a responsible person only finds the body that the mapping names for them.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over import tables
from sixclear.launcher.come_over.plan import Kind
from sixclear.launcher.come_over.rows import Fault, Record

# Our fields in the answers of the API, and in the export with English headings.
OF_API = {
    "external_id": "id",
    "title": "subject",
    "description": "description",
    "deadline": "dueDate",
    "lead_organisation": "project",
    "percent": "percentageDone",
    "text": "status",
    "occurred_at": "updatedAt",
}
OF_EXPORT = {
    "external_id": "ID",
    "title": "Subject",
    "description": "Description",
    "deadline": "Finish date",
    "lead_organisation": "Project",
    "percent": "% Complete",
    "text": "Status",
}


def columns_of(path: Path, kind: Kind) -> dict[str, str]:
    """The columns that this reader knows in the file. A task is there since it was made, not since it last changed."""
    if path.suffix.lower() != ".json":
        return OF_EXPORT
    return OF_API | ({"occurred_at": "createdAt"} if kind == "tasks" else {})


def records_in(path: Path) -> Iterator[Record | Fault]:
    """The work packages of a file; raises CannotStart for one that holds none. A page that is not the last is said."""
    if path.suffix.lower() != ".json":
        yield from tables.records_in(path)
        return
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise CannotStart(f"{path} cannot be read.", "Name a file that is there.") from None
    except ValueError:
        raise CannotStart(f"{path} is no JSON.", "Save the answer of /api/v3/work_packages as it comes.") from None
    elements, total, seen = _elements(told)
    if elements is None:
        raise CannotStart(f"{path} holds no work packages.", "Save the answer of /api/v3/work_packages as it comes.")
    for place, element in enumerate(elements):
        where = f"{path.name} element {place}"
        if isinstance(element, dict) and "subject" in element:
            yield Record(where, _flat(element))
        else:
            yield Fault(where, "no work package")
    if total > seen:
        yield Fault(path.name, f"the page ends at {seen} of {total} work packages: read the other pages as well")


def _elements(told: Any) -> tuple[list[Any] | None, int, int]:
    if isinstance(told, list):
        return told, 0, 0
    if not isinstance(told, dict):
        return None, 0, 0
    if told.get("_type") == "WorkPackage":
        return [told], 0, 0
    elements = told.get("_embedded", {}).get("elements")
    if not isinstance(elements, list):
        return None, 0, 0
    total, size, page = (told.get(name) or 0 for name in ("total", "pageSize", "offset"))
    # The pages of the API are counted from 1 (`offset`).
    seen = max(page - 1, 0) * size + len(elements)
    return elements, total if len(elements) >= (size or 1) else 0, seen


def _flat(element: dict[str, Any]) -> dict[str, Any]:
    """Its values by name, links by their titles, formatted text by what was written."""
    flat = {
        name: value.get("raw") if isinstance(value, dict) else value
        for name, value in element.items()
        if not name.startswith("_")
    }
    # A milestone has one date in place of two.
    flat["dueDate"] = flat.get("dueDate") or flat.get("date")
    for name, link in (element.get("_links") or {}).items():
        if isinstance(link, dict) and link.get("title") and name not in flat:
            flat[name] = link["title"]
    return flat
