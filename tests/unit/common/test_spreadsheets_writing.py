"""Workbooks are written row by row; text is never a formula, and what may not be filled in is protected."""

import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from sixclear.common.clock import CIVIL_ZONE
from sixclear.common.spreadsheets.writing import LONGEST_CELL, Column, Sheet, write_workbook

pytestmark = pytest.mark.asyncio


async def rows(*values: Sequence[Any]) -> AsyncIterator[Sequence[Any]]:
    """Rows that are there already."""
    for one in values:
        yield one


async def test_a_workbook_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    at = datetime(2026, 11, 27, 10, tzinfo=UTC)
    first = [Column("Nhiệm vụ"), Column("Hạn"), Column("Ngày"), Column("Phần trăm"), Column("Trống"), Column("Đúng")]
    told = ["=HYPERLINK(1)", at, date(2026, 11, 30), 60, None, True]
    await write_workbook(path, [Sheet("Một", first, rows(told)), Sheet("Hai", [Column("x")], rows(["y"], ["z"]))])
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["Một", "Hai"]
    head, only = book.get_sheet_by_name("Một").to_python()
    assert head == ["Nhiệm vụ", "Hạn", "Ngày", "Phần trăm", "Trống", "Đúng"]
    # Ten o'clock UTC is the close of the day in Hanoi.
    assert only == ["=HYPERLINK(1)", at.astimezone(CIVIL_ZONE).replace(tzinfo=None), date(2026, 11, 30), 60.0, "", True]
    assert book.get_sheet_by_name("Hai").to_python() == [["x"], ["y"], ["z"]]
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet, "no text is a formula"
        assert "sheetProtection" not in sheet
        assert 'quotePrefix="1"' in archive.read("xl/styles.xml").decode(), "nor is it one when its cell is edited"


async def test_what_may_be_filled_in_is_open_and_the_rest_is_not(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    columns = [
        Column("Mã", name="task_id", hidden=True),
        Column("Nội dung", name="text", fillable=True),
        Column("Kết quả", name="outcome", fillable=True, choices=("Đạt", "Không đạt")),
    ]
    await write_workbook(path, [Sheet("Phiếu", columns, rows(["1", "", ""], ["2", "x" * (LONGEST_CELL + 1), ""]))])
    names, headings, *found = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert (names, headings) == (["task_id", "text", "outcome"], ["Mã", "Nội dung", "Kết quả"])
    assert found[1][1] == "x" * (LONGEST_CELL - 1) + "…", "what is cut says so"
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<sheetProtection" in sheet
        assert "<dataValidation " in sheet
        assert '<row r="1" hidden="1"' in sheet.replace(' spans="1:3"', "")


async def test_what_its_rows_raise_ends_the_workbook(tmp_path: Path) -> None:
    async def refused() -> AsyncIterator[Sequence[Any]]:
        yield ["x"]
        raise LookupError("refused")

    with pytest.raises(LookupError, match="refused"):
        await write_workbook(tmp_path / "book.xlsx", [Sheet("Một", [Column("x")], refused())])
    with pytest.raises(RuntimeError, match="no workbook was written"):
        await write_workbook(tmp_path / "none" / "book.xlsx", [Sheet("Một", [Column("x")], rows(["y"]))])
