"""Rows of tables as items of a file: which columns there are, and what a cell means."""

import re
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import IO, Any, Literal

import orjson
from pydantic import Field

from sixclear.common.blobs.kinds import MacrosFound, kind_of
from sixclear.common.bulk.items import Line, item_line, read_piece
from sixclear.common.bulk.results import ItemProblem
from sixclear.common.bulk.split import Piece
from sixclear.common.errors import DomainError, field_error, writable
from sixclear.common.folding import fold
from sixclear.common.spreadsheets.delimited import Delimited
from sixclear.common.spreadsheets.errors import ColumnsUnknown, WorkbookTooLarge
from sixclear.common.spreadsheets.reading import MOST_BYTES, Row, check_workbook, read_workbook
from sixclear.common.web.schemas import Schema

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Kind = Literal["text", "whole", "day", "instant", "yes_no", "lines", "json"]
# A piece that begins so, and has a line, is a row: a line of NDJSON holds no line end, an item of an array has no line.
_IS_ROW = b"\n\x1f"
_LONGEST_TOLD = 80
_TOGETHER = 200
# What is said of an item beside its content; it may be a secret of its sender's.
_NOT_TOLD = frozenset({"idempotency_key", "if_match"})
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\s+(\d{1,2})[:h](\d{2})(?::\d{2})?)?")
_NAIVE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d{1,2}):(\d\d)(?::\d\d(?:\.\d+)?)?")
_WHOLE = re.compile(r"([+-]?\d+)(?:[.,]0{1,2})?\s*%?")
_BESIDE = ItemProblem(
    code="unreadable",
    detail="The row has more cells than there are headings. Put a cell that holds the separator itself in quotes.",
)
_YES, _NO = frozenset({"co", "x", "1", "true", "yes", "dung"}), frozenset({"khong", "0", "false", "no", "sai"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a kind of table: the member of the item that it fills, and the heading that people read.

    `name` has dots where the member is inside of another one. `choices` are the words for the values of a closed list.
    """

    name: str
    heading: str
    kind: Kind = "text"
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)

    def value_of(self, cell: Any) -> Any:
        """What the cell means to the item; a cell that means nothing here is given as it is, to be refused with it."""
        written = str(cell).strip() if not isinstance(cell, bool) else ("1" if cell else "0")
        if self.choices:
            words = {fold(word): value for value, word in self.choices.items()}
            return words.get(fold(written), written)
        return _MEANINGS[self.kind](written)


def _whole(written: str) -> Any:
    found = _WHOLE.fullmatch(written)
    return int(found[1]) if found and len(written) < _LONGEST_TOLD else written


def _day(written: str) -> Any:
    """A day or an instant as requests have it: days come before months, and a time is that of Vietnam."""
    if found := _DAY.fullmatch(written):
        day, month, year, hour, minute = found.groups()
        date = f"{year}-{int(month):02}-{int(day):02}"
        return date if hour is None else f"{date}T{int(hour):02}:{minute}:00+07:00"
    if found := _NAIVE.fullmatch(written):
        return f"{found[1]}T{int(found[2]):02}:{found[3]}:00+07:00"
    return written


def _yes_no(written: str) -> Any:
    folded = fold(written)
    return True if folded in _YES else False if folded in _NO else written


def _json(written: str) -> Any:
    with suppress(ValueError):
        return orjson.loads(written)
    return written


def _lines(written: str) -> Any:
    """Values between semicolons or ends of lines; one that holds such a sign itself stands in a JSON array, as exports
    write it."""
    told = _json(written) if written.startswith("[") else None
    if isinstance(told, list) and all(isinstance(one, str) for one in told):
        return told
    return [one for part in re.split(r"[;\n]", written) if (one := part.strip())]


_MEANINGS: Mapping[Kind, Any] = {
    "text": lambda written: written,
    "whole": _whole,
    "day": _day,
    "instant": _day,
    "yes_no": _yes_no,
    "json": _json,
    "lines": _lines,
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that tables of one kind may have, in the order of the template."""

    of_item: type[Schema]
    columns: Sequence[Column]

    def named(self, headings: Sequence[Any]) -> list[Column | None]:
        """The columns that a row of headings names, by heading or by name; None under a blank one.

        Raises ColumnsUnknown for one that is not known or stands there twice, and where one is missing.
        """
        known = {fold(word): column for column in self.columns for word in (column.heading, column.name)}
        found, wrong = list[Column | None](), list[dict[str, str]]()
        for place, heading in enumerate(headings):
            column = None if heading is None else known.get(fold(str(heading)))
            if heading is not None and column is None:
                wrong.append(_wrong(place, "column-unknown", "No column of this import has this heading."))
            elif column is not None and column in found:
                wrong.append(_wrong(place, "column-twice", "An earlier heading names the same column."))
            found.append(column)
        lacking = [column for column in self.columns if column.required and column not in found]
        wrong += [_wrong(None, "column-missing", f"Add the column “{one.heading}” ({one.name}).") for one in lacking]
        if wrong:
            raise ColumnsUnknown(errors=wrong[:100])
        return found

    def read(self, piece: Piece) -> "RowLine":
        """The item of a piece of a file: of a row, or of a line of NDJSON."""
        if piece.raw is None or piece.line is None or not piece.raw.startswith(_IS_ROW):
            return RowLine.of(read_piece(piece.line, piece.raw, self.of_item), self, piece.raw)
        told = orjson.loads(piece.raw.removeprefix(_IS_ROW))
        place = {"sheet": told["sheet"], "row": piece.line}
        if told["beside"]:
            return RowLine.of(Line(piece.line, None, _BESIDE), self, piece.raw, **place)
        by_name = {column.name: column for column in self.columns}
        item: dict[str, Any] = {}
        for name, cell in told["cells"].items():
            outer, dot, inner = name.partition(".")
            value = by_name[name].value_of(cell)
            if dot:
                item.setdefault(outer, {})[inner] = value
            else:
                item[outer] = value
        line = item_line(piece.line, item, self.of_item)
        return RowLine.of(line, self, piece.raw, **place)

    def heading_of(self, pointer: str | None) -> tuple[str | None, str | None]:
        """The name and the heading of the column that a pointer into the item names, as near as there is one."""
        parts = (pointer or "").removeprefix("#").strip("/").split("/")
        for name in (".".join(parts[:2]), parts[0]):
            for column in self.columns:
                if column.name == name or column.name.startswith(f"{name}."):
                    return column.name, column.heading
        return (parts[0] or None), None


def _wrong(place: int | None, code: str, detail: str) -> dict[str, str]:
    return field_error("" if place is None else f"/{place}", code, detail)


class CellProblem(ItemProblem):
    """Why a row was refused: at which cell, what came there, and what to do."""

    column: str | None = Field(
        default=None, description="The heading of the cell that is at fault; of NDJSON the name of the member."
    )
    came: str | None = Field(
        default=None,
        description="The beginning of what stands in the cell: at most 80 characters, none of keys and versions.",
    )


@dataclass(frozen=True, slots=True)
class RowLine(Line[Any]):
    """A line of an import, which knows its sheet and row, and what stands in its cells."""

    columns: Columns | None = None
    raw: bytes | None = None
    sheet: str | None = None
    row: int | None = None

    @classmethod
    def of(cls, line: Line[Any], columns: Columns, raw: bytes | None, **place: Any) -> "RowLine":
        """The line with its place."""
        return cls(line.number, line.item, line.problem, line.source, line.external_id, columns, raw, **place)

    @property
    def placed(self) -> dict[str, Any]:
        """What it names, with its sheet and its row."""
        return {**self.named, "sheet": self.sheet, "row": self.row}

    def told(self, problem: ItemProblem) -> "CellProblem":
        """A problem with its column, and the beginning of what came there."""
        name, heading = (None, None) if self.columns is None else self.columns.heading_of(problem.pointer)
        column, came = name if self.row is None else heading, None if name is None else self._came(name)
        return CellProblem(code=problem.code, detail=problem.detail, pointer=problem.pointer, column=column, came=came)

    def _came(self, name: str) -> str | None:
        if self.raw is None or name in _NOT_TOLD:
            return None
        said: Any = None
        with suppress(ValueError):
            told = orjson.loads(self.raw.removeprefix(_IS_ROW))
            said = told["cells"] if self.row is not None else told
        came = said.get(name) if isinstance(said, dict) else None
        if came is None:
            return None
        text = writable(" ".join(came.splitlines()) if isinstance(came, str) else orjson.dumps(came).decode())
        return text if len(text) <= _LONGEST_TOLD else f"{text[: _LONGEST_TOLD - 1]}…"


class _Headed:
    """Rows of sheets as pieces: the first row of each names its columns."""

    def __init__(self, columns: Columns) -> None:
        self._sheet: str | None
        self._columns, self._named, self._sheet, self._first = columns, list[Column | None](), None, True

    def piece(self, row: Row) -> Piece | None:
        """The row as a piece; None for headings."""
        if self._first or row.sheet != self._sheet:
            self._sheet, self._first = row.sheet, False
            self._named = self._columns.named(row.cells or ())
            return None
        if row.cells is None:
            return Piece(row.number, None)
        if self._are_headings(row.cells):
            return None
        # What stands below a blank heading is a remark of people.
        told = zip(self._named, row.cells, strict=False)
        cells = {column.name: cell for column, cell in told if column is not None and cell is not None}
        beside = len(row.cells) > len(self._named)
        if not cells and not beside:
            return None
        return Piece(row.number, _IS_ROW + orjson.dumps({"sheet": row.sheet, "cells": cells, "beside": beside}))

    def _are_headings(self, cells: Sequence[Any]) -> bool:
        """Whether the row repeats the headings: below names for machines stand those for people."""
        told = [(column, cell) for column, cell in zip(self._named, cells, strict=False) if column and cell is not None]
        return bool(told) and all(fold(str(cell)) in (fold(one.heading), fold(one.name)) for one, cell in told)


@dataclass(frozen=True, slots=True)
class CutCsv:
    """Cuts CSV into pieces while it arrives."""

    columns: Columns

    async def __call__(self, parts: AsyncIterator[bytes]) -> AsyncGenerator[Iterable[Piece]]:
        table, headed = Delimited(), _Headed(self.columns)
        async for part in parts:
            yield _pieces(table.feed(part), headed)
        yield _pieces(table.end(), headed)


@dataclass(frozen=True, slots=True)
class CutXlsx:
    """Cuts a workbook into pieces once all of it has arrived; it is read in a child process.

    `has_macros` is what one with macros is refused with.
    """

    columns: Columns
    has_macros: type[DomainError]

    async def __call__(self, parts: AsyncIterator[bytes]) -> AsyncGenerator[Iterable[Piece]]:
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            size = 0
            async for part in parts:
                size += len(part)
                if size > MOST_BYTES:
                    detail = f"A workbook has at most {MOST_BYTES // 1024**2} MiB."
                    raise WorkbookTooLarge(f"{detail} {WorkbookTooLarge.remedy}")
                file.write(part)
            file.flush()
            self.check(file)
            headed, waiting = _Headed(self.columns), list[Piece]()
            async with aclosing(read_workbook(file.name)) as rows:
                async for row in rows:
                    if (piece := headed.piece(row)) is not None:
                        waiting.append(piece)
                    if len(waiting) >= _TOGETHER:
                        yield waiting
                        waiting = []
            yield waiting

    def check(self, file: IO[bytes]) -> None:
        """Refuse what is no workbook, or one that is too large, before it is opened."""
        file.seek(0)
        check_workbook(file)
        try:
            kind_of(file)
        except MacrosFound:
            raise self.has_macros from None


def _pieces(rows: Iterator[Row], headed: _Headed) -> Iterator[Piece]:
    return (piece for row in rows if (piece := headed.piece(row)) is not None)
