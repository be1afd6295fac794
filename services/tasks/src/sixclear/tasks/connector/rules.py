"""What is sent of reports, by a mapping: pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol
from urllib.parse import quote
from uuid import UUID

import orjson

from sixclear.tasks.connector.schemas import TEXTS, MappedField, MappedItem
from sixclear.tasks.connector.schemas import Mapping as MappingEntry

MOST_BYTES = 256 * 1024
MASK = "***"
_BETWEEN = {"line": "\n", "paragraph": "\n\n", "semicolon": "; "}
_REPORT_ROUTE = "/api/tasks/v1/progress/bulk"


class Target(Protocol):
    """What a request is made of, beside its content."""

    @property
    def adapter(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def method(self) -> str: ...

    @property
    def source(self) -> str | None: ...

    @property
    def sends(self) -> str: ...


Reason = Literal["task-not-yours", "task-restricted", "no-report", "not-confirmed", "content-too-large"]


@dataclass(frozen=True, slots=True)
class Made:
    """What is sent of one item: under a key that is the same for the same reports."""

    index: str
    period: str | None
    task_ids: tuple[UUID, ...]
    key: str
    content: bytes


def says_period(target: Target, mapping: MappingEntry) -> bool:
    """Whether what is sent says of which period it is."""
    if target.adapter == "sixclear":
        return False
    fields = [*mapping.fields, *(field for item in mapping.items for field in item.fields or ())]
    return "{period}" in target.address or any(field.of == "period" for field in fields)


def make(
    target: Target,
    mapping: MappingEntry,
    item: MappedItem,
    known: Mapping[UUID, Any],
    below: set[UUID],
    period: str | None,
) -> Made | Reason:
    """What is sent of an item, or why nothing is. `below` are the body of the connector and those that stand below it.

    Of several tasks those without a report are left out of its texts.
    """
    tasks = [known.get(task_id) for task_id in item.task_ids]
    found = [task for task in tasks if task is not None]
    if len(found) < len(tasks) or any(task.lead_organisation_id not in below for task in found):
        return "task-not-yours"
    if any(task.classification != "public" for task in found):
        return "task-restricted"
    said = [task for task in found if task.task_version is not None]
    if not said:
        return "no-report"
    if target.sends == "confirmed" and any(task.completed_at is None for task in found):
        return "not-confirmed"
    told = period if says_period(target, mapping) else None
    key = _key(item.index, said, told)
    value = (
        _report(target, item, said, mapping.joined_by, key)
        if target.adapter == "sixclear"
        else _fields(mapping, item, said, found, told)
    )
    content = orjson.dumps(value)
    if len(content) > MOST_BYTES:
        return "content-too-large"
    return Made(item.index, told, tuple(item.task_ids), key, content)


def _key(index: str, said: Sequence[Any], period: str | None) -> str:
    """By the reports alone, not by their form: a mapping that was mended says the same reports, not others."""
    parts = [index, period or "", *(f"{task.task_id}.{task.task_version}" for task in said)]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def _report(target: Target, item: MappedItem, said: Sequence[Any], joined_by: str, key: str) -> dict[str, Any]:
    report: dict[str, Any] = {"source": target.source, "external_id": item.index, "idempotency_key": key}
    report |= {name: _joined(said, name, joined_by) for name in ("text", "difficulty", "cause", "remedy")}
    report["occurred_at"] = max(task.occurred_at for task in said).isoformat()
    if len(item.task_ids) == 1:
        report |= {"percent": said[0].percent, "expected_on": _plain(said[0].expected_on)}
    return {name: value for name, value in report.items() if value is not None}


def _fields(
    mapping: MappingEntry, item: MappedItem, said: Sequence[Any], found: Sequence[Any], period: str | None
) -> dict[str, Any]:
    fields = mapping.fields if item.fields is None else item.fields
    given = {"index": item.index, "period": period}
    return {
        field.name: given[field.of] if field.of in given else _value(field, said, found, mapping.joined_by)
        for field in fields
    }


def _value(field: MappedField, said: Sequence[Any], found: Sequence[Any], joined_by: str) -> Any:
    if field.of in TEXTS:
        return _joined([one for one in said if field.task_id in (None, one.task_id)], field.of, joined_by)
    task = next(one for one in found if field.task_id in (None, one.task_id))
    if field.of == "own_field":
        return (task.own_fields or {}).get(field.key)
    return _plain(getattr(task, field.of))


def _joined(said: Sequence[Any], name: str, joined_by: str) -> str | None:
    return _BETWEEN[joined_by].join(text for text in (getattr(task, name) for task in said) if text) or None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def request_of(target: Target, index: str, period: str | None, key: str) -> tuple[str, str, dict[str, str]]:
    """Method, address and headers of a request, without what admits it."""
    headers = {"Content-Type": "application/json", "User-Agent": "sixclear"}
    if target.adapter == "sixclear":
        return "POST", target.address.rstrip("/") + _REPORT_ROUTE, headers | {"Content-Type": "application/x-ndjson"}
    address = target.address.replace("{index}", quote(index, safe="")).replace("{period}", quote(period or "", safe=""))
    return target.method, address, headers | {"Idempotency-Key": key}
