"""A simulated life as rows: those that the service writes, column by column, in PostgreSQL's COPY text.

All is bytes from the start, and what repeats is made once: a million tasks wait for this.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from sixclear.common.db import json_bytes
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key
from sixclear.tasks.reporting.rules import SaidReport
from sixclear.tasks.simulation.lives import Life, Step
from sixclear.tasks.task.events import TaskData
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.recording import is_published

_RECORD = [one.name for one in fields(TaskRecord) if one.name != "programme"]
_REPORT = [one.name for one in fields(SaidReport)]
# What steps change in an event; all else of it is made once for a task.
_MOVING = (
    "status",
    "assigned_at",
    "percent",
    "last_report_at",
    "reports_count",
    "submitted_at",
    "completed_at",
    "completed_by_organisation_id",
    "evidence_count",
)
_STEADY = [name for name in TaskData.model_fields if name not in ("change", "programme", *_MOVING)]
COLUMNS: dict[str, tuple[str, ...]] = {
    "task": (*_RECORD, "search_text", "key_organisation_id", "folded_key", "proposed_by_organisation_id"),
    "progress_report": tuple(_REPORT),
    "evidence": (
        "evidence_id",
        "task_id",
        "task_version",
        "title",
        "url",
        "organisation_id",
        "occurred_at",
        "recorded_at",
    ),
    # The last table: readers of the log wait for the numbers that its rows draw.
    "event": (
        "entity_type",
        "entity_id",
        "version",
        "previous_version",
        "change",
        "data",
        "meta",
        "occurred_at",
        "recorded_at",
        "published",
    ),
}
_read_record, _read_report = attrgetter(*_RECORD), attrgetter(*_REPORT)
_read_moving, _read_steady = attrgetter(*_MOVING), attrgetter(*_STEADY)


@dataclass(slots=True)
class Rows:
    """The rows of some tasks: lines by table, in the order of `COLUMNS`; a task's events in that of its versions."""

    lines: dict[str, list[bytes]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def counts(self) -> Counter[str]:
        """How many rows each table gets."""
        return Counter({table: len(lines) for table, lines in self.lines.items()})

    def copy_texts(self) -> dict[str, bytes]:
        """Every table's rows, as COPY reads them."""
        return {table: b"".join(lines) for table, lines in self.lines.items()}


def rows_of(lives: Iterable[Life], now: datetime) -> Rows:
    """The rows of these lives, recorded at `now`."""
    rows = Rows()
    tasks, reports, evidence, events = rows.lines.values()
    for life in lives:
        task, key = life.steps[-1].task, life.key_organisation_id
        tasks.append(_line(*_read_record(task), _search_text(task), key, _form(task), key))
        reports += [_line(*_read_report(report)) for report in life.reports]
        evidence += [_evidence(step, now) for step in life.evidence]
        events += _events(life, now)
    return rows


def _search_text(task: TaskRecord) -> str:
    # A code is ASCII, and texts that are joined fold as each of them: a test compares it with the text of the service.
    return f"{task.code.lower()} {_folded(task.title)}"


_folded = lru_cache(1 << 16)(fold)


def _form(task: TaskRecord) -> str:
    assert task.source is not None
    assert task.external_id is not None
    return folded_key(task.source, task.external_id)


def _evidence(step: Step, now: datetime) -> bytes:
    task = step.task
    evidence_id = stable_id("evidence", str(task.task_id), str(task.version))
    url = f"https://example.org/ket-qua/{task.code}"
    said = "Biên bản nghiệm thu", url, step.actor, step.occurred_at
    return _line(evidence_id, task.task_id, task.version, *said, now)


def _events(life: Life, now: datetime) -> Iterator[bytes]:
    steady = _steady(life.steps[0].task)
    for step in life.steps:
        task = step.task
        yield _line(
            "task",
            task.task_id,
            task.version,
            step.previous,
            step.change,
            steady + _moving(task, step.change),
            _meta(step.actor),
            step.occurred_at,
            now,
            is_published(task, step.change),
        )


def _steady(task: TaskRecord) -> bytes:
    """The first half of `event_data` of a task that hides nothing, without the model's checks: a test makes them."""
    return _json(dict(zip(_STEADY, _read_steady(task), strict=True), programme=task.programme.slug))[:-1]


def _moving(task: TaskRecord, change: str) -> bytes:
    """The other half of it."""
    return b"," + _json(dict(zip(_MOVING, _read_moving(task), strict=True), change=change))[1:]


@lru_cache(1 << 12)
def _meta(actor: UUID) -> bytes:
    return _json({"client_id": "simulation", "organisation_id": actor, "request_id": None, "reason": None})


def _json(value: Any) -> bytes:
    # JSON has no line break and no tab.
    return json_bytes(value).replace(b"\\", b"\\\\")


def _line(*values: Any) -> bytes:
    return b"\t".join([_WRITE[type(value)](value) for value in values]) + b"\n"


@lru_cache(1 << 12)
def _text(value: str) -> bytes:
    if "\\" in value or not value.isprintable():
        value = value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return value.encode()


# Most are told more than once: the body in each row of its tasks, the time of an event in the row of its report.
_WRITE: dict[type, Callable[[Any], bytes]] = {
    str: _text,
    bytes: lambda value: value,
    int: lambda value: b"%d" % value,
    bool: lambda value: b"t" if value else b"f",
    UUID: lru_cache(1 << 13)(lambda value: str(value).encode()),
    type(None): lambda _: b"\\N",
    datetime: lru_cache(1 << 12)(lambda value: value.isoformat().encode()),
    dict: lambda value: _json(value),
    list: lambda value: b"{%b}" % ",".join(map(str, value)).encode(),
}
