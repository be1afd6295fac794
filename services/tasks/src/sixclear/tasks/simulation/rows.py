"""A simulated life as rows: those that the service writes, column by column, in PostgreSQL's COPY text.

Text that is made here costs half of what rows cost that the driver encodes, and a million tasks wait for this process.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from sixclear.common.db import dump_json
from sixclear.common.folding import fold
from sixclear.common.keys import folded_key
from sixclear.tasks.reporting.rules import SaidReport
from sixclear.tasks.simulation.lives import Life, Step
from sixclear.tasks.task.events import TaskData
from sixclear.tasks.task.lifecycle import TaskRecord
from sixclear.tasks.task.recording import is_published

_RECORD = [one.name for one in fields(TaskRecord) if one.name != "programme"]
_REPORT = [one.name for one in fields(SaidReport)]
_DATA = [name for name in TaskData.model_fields if name not in ("change", "programme")]
COLUMNS: dict[str, tuple[str, ...]] = {
    "task": (*_RECORD, "search_text", "key_organisation_id", "folded_key", "proposed_by_organisation_id"),
    "progress_report": tuple(_REPORT),
    "evidence": ("task_id", "task_version", "title", "url", "organisation_id", "occurred_at", "recorded_at"),
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
_read_record, _read_report, _read_data = attrgetter(*_RECORD), attrgetter(*_REPORT), attrgetter(*_DATA)


@dataclass(slots=True)
class Rows:
    """The rows of some tasks: lines by table, in the order of `COLUMNS`; a task's events in that of its versions."""

    lines: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def count(self, table: str) -> int:
        """How many rows a table gets."""
        return len(self.lines[table])

    def copy_text(self, table: str) -> bytes:
        """A table's rows, as COPY reads them."""
        return "".join(self.lines[table]).encode()


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


def _evidence(step: Step, now: datetime) -> str:
    url = f"https://example.org/ket-qua/{step.task.code}"
    return _line(step.task.task_id, step.task.version, "Biên bản nghiệm thu", url, step.actor, step.occurred_at, now)


def _events(life: Life, now: datetime) -> Iterator[str]:
    for step in life.steps:
        task = step.task
        yield _line(
            "task",
            task.task_id,
            task.version,
            step.previous,
            step.change,
            _data(task, step.change),
            _meta(step.actor),
            step.occurred_at,
            now,
            is_published(task, step.change),
        )


def _data(task: TaskRecord, change: str) -> str:
    """`event_data` of a task that hides nothing, without the model's checks, which a test makes in its place."""
    own = dict(zip(_DATA, _read_data(task), strict=True))
    return dump_json(own | {"change": change, "programme": task.programme.slug})


@lru_cache(1 << 12)
def _meta(actor: UUID) -> str:
    return dump_json({"client_id": "simulation", "organisation_id": actor, "request_id": None, "reason": None})


def _line(*values: Any) -> str:
    return "\t".join([_WRITE[type(value)](value) for value in values]) + "\n"


def _text(value: str) -> str:
    if "\\" not in value and value.isprintable():
        return value
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


_WRITE: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: str,
    UUID: str,
    type(None): lambda _: "\\N",
    datetime: datetime.isoformat,
    dict: lambda value: _text(dump_json(value)),
    list: lambda value: "{" + ",".join(map(str, value)) + "}",
}
