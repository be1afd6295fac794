"""A list as a file, part by part: each is read by itself, so that a slow reader holds no transaction open."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from sixclear.common.spreadsheets.csv_lines import BYTE_ORDER_MARK, as_text, csv_lines
from sixclear.common.spreadsheets.writing import MOST_ROWS, Column, Sheet, write_workbook
from sixclear.common.use_case import Context
from sixclear.tasks.export.errors import TooManyRows
from sixclear.tasks.export.kinds import Kind
from sixclear.tasks.export.rules import cells, columns_of, imported, told

Columns = Literal["all", "import"]
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """An export of a list: of what, narrowed to what, with which columns."""

    kind: Kind
    asked: Mapping[str, Any]
    headings: Sequence[str]
    as_imported: bool


def begin(kind: Kind, asked: Mapping[str, Any], columns: Columns) -> Listed:
    """An export that is about to be read."""
    as_imported = columns == "import" and kind.item is not None
    if not as_imported or kind.item is None:
        return Listed(kind, asked, columns_of(kind.view), as_imported=False)
    return Listed(kind, asked, [one for one in columns_of(kind.item) if _is_shown(kind, one)], as_imported=True)


def _is_shown(kind: Kind, column: str) -> bool:
    """Whether the list says what this column of the import takes."""
    names = {(kind.renamed or {}).get(name, name) for name in kind.view.model_fields}
    names |= {*kind.given} | ({"directive_id"} if "directive" in names else set())
    return column.partition(".")[0] in names


async def parts(ctx: Context, export: Listed, sessions: Callable[[], AsyncSession] | None) -> AsyncIterator[Rows]:
    """The rows of an export, a part at a time, at least one; raises what the list refuses."""
    assert sessions is not None, "a service with a database has them"
    after, goes_on = None, True
    while goes_on:
        async with sessions() as session:
            views, after = await export.kind.read(replace(ctx, session=session), export.asked, after)
        goes_on = after is not None
        rows = [told(view) for view in views]
        yield [_imported(export, row) for row in rows] if export.as_imported else rows


def _imported(export: Listed, row: dict[str, Any]) -> dict[str, Any]:
    given = {column: export.asked.get(parameter) for column, parameter in export.kind.given.items()}
    return export.kind.fit(imported(row, export.kind.renamed or {}, given))


def head(export: Listed) -> bytes:
    """The first row of a table."""
    return BYTE_ORDER_MARK.encode() + csv_lines([export.headings])


def encoded(export: Listed, rows: Rows, *, csv: bool) -> bytes:
    """Rows as lines of a table, or as an object a line."""
    if csv:
        return csv_lines(cells(row, export.headings) for row in rows)
    if export.as_imported:
        names = {column.partition(".")[0] for column in export.headings}
        rows = [
            {name: value for name, value in row.items() if name in names and value not in (None, [])} for row in rows
        ]
    return b"".join(orjson.dumps(row, str, orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE) for row in rows)


async def write(export: Listed, of: AsyncIterator[Rows], path: Path) -> None:
    """Write the export as a workbook; raises TooManyRows for one that is too long, and what the list refuses."""
    columns = [Column(heading) for heading in export.headings]
    await write_workbook(path, [Sheet(export.kind.name, columns, _bounded(export, of))])


async def _bounded(export: Listed, of: AsyncIterator[Rows]) -> AsyncIterator[list[Any]]:
    written = 0
    async for rows in of:
        written += len(rows)
        if written > MOST_ROWS:
            raise TooManyRows
        for row in rows:
            found = cells(row, export.headings)
            yield [as_text(value) for value in found] if export.as_imported else found
