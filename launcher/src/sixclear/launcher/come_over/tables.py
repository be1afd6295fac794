"""Tables of other systems: CSV (UTF-8, comma, semicolon or tab), NDJSON, and the first sheet of a workbook."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over.rows import Fault, Record

_MOST_CELL = 1_000_000


def records_in(path: Path) -> Iterator[Record | Fault]:
    """The records of a table, by the words of its first row; raises CannotStart for a file that is none."""
    try:
        if path.suffix.lower() in (".ndjson", ".jsonl"):
            yield from _lines(path)
        elif path.suffix.lower() in (".xlsx", ".xls", ".ods"):
            yield from _sheet(path)
        else:
            yield from _csv(path)
    except OSError:
        raise CannotStart(f"{path} cannot be read.", "Name a file that is there.") from None
    except UnicodeDecodeError:
        raise CannotStart(f"{path} is not UTF-8.", "Save it as CSV in UTF-8, or as a workbook.") from None


def _csv(path: Path) -> Iterator[Record]:
    csv.field_size_limit(_MOST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        separator = max(",;\t", key=first.count)
        for number, row in enumerate(csv.DictReader(file, delimiter=separator), 2):
            values = {(name or "").strip(): value for name, value in row.items() if name is not None}
            if any(values.values()):
                yield Record(f"{path.name} row {number}", values)


def _lines(path: Path) -> Iterator[Record | Fault]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                values = json.loads(line)
            except ValueError:
                values = None
            where = f"{path.name} line {number}"
            yield Record(where, values) if isinstance(values, dict) else Fault(where, "no JSON object")


def _sheet(path: Path) -> Iterator[Record]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError:
        raise CannotStart(f"{path} is no workbook.", "Save it as XLSX, or as CSV in UTF-8.") from None
    names = [str(name).strip() for name in sheet[0]] if sheet else []
    for number, row in enumerate(sheet[1:], 2):
        values = {name: _cell(value) for name, value in zip(names, row, strict=False) if name}
        if any(value not in ("", None) for value in values.values()):
            yield Record(f"{path.name} row {number}", values)


def _cell(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return int(value) if isinstance(value, float) and value.is_integer() else value
