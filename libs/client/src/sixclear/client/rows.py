"""Rows of a table made into items of a bulk request."""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TextIO

from sixclear.client.results import Json

_NUMBERS = frozenset({"percent"})
_TRUTHS = frozenset({"assign", "demonstration"})
# What names the task of a row.
_TASK = ("task_id", "source", "external_id", "assigning_organisation")
_LISTS = frozenset({"coordinating_organisations"})


def rows_of_csv(file: TextIO, **constant: Any) -> Iterator[Json]:
    """The rows of a CSV file with a head, as items; `constant` is put into each, such as `source`.

    An empty cell is left out. A column with a point in its name, such as `leader_position.title`, fills a member of a
    member; in a column that holds a list, entries stand between semicolons.
    """
    for row in csv.DictReader(file):
        yield constant | _item(row)


def _item(row: Mapping[str, str | None]) -> Json:
    item: Json = {}
    for column, cell in row.items():
        if not column or cell is None or not cell.strip():
            continue
        *above, name = column.strip().split(".")
        place = item
        for member in above:
            place = place.setdefault(member, {})
        place[name] = _value(name, cell.strip())
    return item


def _value(name: str, cell: str) -> Any:
    if name in _NUMBERS and cell.isdigit():
        return int(cell)
    if name in _TRUTHS:
        return cell.lower() in ("true", "1", "x", "yes")
    if name in _LISTS:
        return [one.strip() for one in cell.split(";") if one.strip()]
    return cell


def keyed(rows: Iterable[Json]) -> list[Json]:
    """The rows; those of a task of which several tell get a key, if they have none of their own.

    The platform compares what a request says of a task with what was said last of it. Where rows of a task go in
    several requests, that does not show what is sent again: the key does. It is made of all that the rows say of the
    task and of the place of the row among them, so the same rows have the same keys.
    """
    found = list(rows)
    places: dict[bytes, list[int]] = {}
    for place, row in enumerate(found):
        places.setdefault(ndjson([{name: row.get(name) for name in _TASK}]), []).append(place)
    for of_task in places.values():
        if len(of_task) > 1:
            told = hashlib.sha256(ndjson(found[place] for place in of_task)).hexdigest()[:32]
            for number, place in enumerate(of_task):
                found[place] = {"idempotency_key": f"rows-{told}-{number}", **found[place]}
    return found


def chunks(rows: Iterable[Json], most: int) -> Iterator[list[Json]]:
    """The rows in runs of at most `most`."""
    waiting = iter(rows)
    while chunk := list(islice(waiting, most)):
        yield chunk


def ndjson(rows: Iterable[Json]) -> bytes:
    """One row a line, in UTF-8."""
    return b"".join(json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n" for row in rows)
