"""Tables as spreadsheet programs write them: cut where their rows end, read in a child, refused before they unpack."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from sixclear.common.bulk.tables import Column
from sixclear.common.errors import MalformedRequest
from sixclear.common.spreadsheets import reading
from sixclear.common.spreadsheets.delimited import Delimited
from sixclear.common.spreadsheets.errors import WorkbookTooLarge, WorkbookUnreadable
from sixclear.common.spreadsheets.reading import check_workbook, read_workbook


def rows_of(data: bytes, at_once: int = 1 << 20) -> list[tuple[int, Any]]:
    table = Delimited()
    found = [row for begin in range(0, len(data), at_once) for row in table.feed(data[begin : begin + at_once])]
    return [(row.number, row.cells) for row in [*found, *table.end()]]


TABLE = 'Tên;Số\r\n"Đường; ""A""\nhai dòng";1\r\n\r\n;;\r\nống 5" thép;2\r\n'
FOUND = [(1, ["Tên", "Số"]), (2, ['Đường; "A"\nhai dòng', "1"]), (5, ['ống 5" thép', "2"])]


@pytest.mark.parametrize("at_once", [1, 7, 4096])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_cut_where_its_rows_end_however_it_arrives(at_once: int, encoding: str) -> None:
    assert rows_of(TABLE.encode(encoding), at_once) == FOUND


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_first_row_says_what_stands_between_cells(separator: str, ends: str) -> None:
    lines = [separator.join(("a", "b")), separator.join(('"1;2,3"', "'=1+1")), separator.join(("''-1", "'"))]
    assert rows_of(ends.join(lines).encode()) == [(1, ["a", "b"]), (2, ["1;2,3", "=1+1"]), (3, ["'-1", "'"])]


def test_excel_may_say_it_above() -> None:
    assert rows_of(b"sep=;\r\na,x;b\r\n1;2\r\n\x1a") == [(1, ["a,x", "b"]), (2, ["1", "2"])]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("Tên\nĐê án\n".encode("cp1258"), "CSV UTF-8"),
        (b"a;b\n1;2\n" + b'"never closed;' * 100_000, "Row 3 does not end"),
        (b'a;b\n"1;2', "Row 2 does not end"),
        (b"PK\x03\x04rest", "workbook"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(data: bytes, told: str) -> None:
    with pytest.raises(MalformedRequest, match=told):
        rows_of(data)


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("day", "4/12/2026", "2026-12-04"),
        ("day", "04.12.2026 17:00", "2026-12-04T17:00:00+07:00"),
        ("day", "2026-12-04T17:00:00", "2026-12-04T17:00:00+07:00"),
        ("day", "2026-12-04T10:00:00Z", "2026-12-04T10:00:00Z"),
        ("day", "tháng 12", "tháng 12"),
        ("whole", "33,0", 33),
        ("whole", "60 %", 60),
        ("whole", 7, 7),
        ("whole", "33.5", "33.5"),
        ("whole", "1.000", "1.000"),
        ("yes_no", "Có", True),
        ("yes_no", False, False),
        ("yes_no", "có lẽ", "có lẽ"),
        ("lines", "Điều 1; Điều 2\n", ["Điều 1", "Điều 2"]),
        ("lines", '["Điều 1; ý a","Điều 2"]', ["Điều 1; ý a", "Điều 2"]),
        ("lines", "[1] Điều 1; Điều 2", ["[1] Điều 1", "Điều 2"]),
        ("text", 123, "123"),
        ("json", '{"kinh-phi": 5}', {"kinh-phi": 5}),
    ],
)
def test_a_cell_means_what_people_write(kind: Any, cell: Any, value: Any) -> None:
    assert Column("name", "Tên", kind).value_of(cell) == value


def test_a_word_of_a_closed_list_is_its_value_in_any_spelling() -> None:
    column = Column("level", "Cấp", choices={"central": "Trung ương"})
    assert [column.value_of(cell) for cell in ("trung  ương", "TRUNG UONG", "central", "huyện")] == [
        *["central"] * 3,
        "huyện",
    ]


def book(path: Path, write: Callable[[Any], Any]) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as made:
        write(made)
    return path


async def read(path: Path) -> list[tuple[Any, ...]]:
    with path.open("rb") as file:
        check_workbook(file)
    return [(row.sheet, row.number, row.cells) async for row in read_workbook(str(path))]


@pytest.mark.asyncio
async def test_a_child_reads_what_the_sheets_show(tmp_path: Path) -> None:
    def write(made: Any) -> None:
        first, hidden = made.add_worksheet("Kỳ 48"), made.add_worksheet("Ẩn")
        first.write_row(1, 0, ["Tên", "Hạn", None, "Số"])
        first.write_row(3, 0, ["Đề án", "  ", None, 5, 0.5, True, 1e25])
        hidden.write(0, 0, "x")
        hidden.hide()

    assert await read(book(tmp_path / "a.xlsx", write)) == [
        ("Kỳ 48", 2, ["Tên", "Hạn", None, "Số"]),
        ("Kỳ 48", 4, ["Đề án", None, None, 5, 0.5, True, "1e+25"]),
    ]


@pytest.mark.asyncio
async def test_a_workbook_beyond_its_limits_is_refused_wherever_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_long(made: Any) -> None:
        sheet = made.add_worksheet()
        for number in range(50_002):
            sheet.write_number(number, 0, number)

    long = book(tmp_path / "long.xlsx", write_long)
    wide = book(tmp_path / "wide.xlsx", lambda made: made.add_worksheet().write(0, 16_383, "x"))
    for path in (long, wide):
        with pytest.raises(WorkbookTooLarge, match="50000 rows, 200 columns"):
            await read(path)
    monkeypatch.setattr(reading, "_SECONDS", 0)
    with pytest.raises(WorkbookTooLarge, match="time or memory"):
        await read(book(tmp_path / "slow.xlsx", lambda made: made.add_worksheet().write(0, 0, "x")))


def archive(**parts: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    file.seek(0)
    return file


@pytest.mark.parametrize(
    ("file", "refusal", "told"),
    [
        (io.BytesIO(b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")), WorkbookUnreadable, "password"),
        (io.BytesIO(b"\xd0\xcf\x11\xe0" + b"\0" * 600), WorkbookUnreadable, ".xls"),
        (io.BytesIO(b"PK\x03\x04half"), WorkbookUnreadable, "not whole"),
        (archive(**{"word__document.xml": b"x"}), WorkbookUnreadable, "no Excel workbook"),
        (archive(**{"xl__workbook.xml": b"\0" * 3_000_000}), WorkbookTooLarge, "packed tighter"),
        (archive(**{"xl__workbook.xml": b"x"}, **{f"part{n}": b"" for n in range(2_000)}), WorkbookTooLarge, "parts"),
    ],
)
def test_what_is_wrong_is_seen_before_anything_is_unpacked(
    file: io.BytesIO, refusal: type[Exception], told: str
) -> None:
    with pytest.raises(refusal, match=told):
        check_workbook(file)


@pytest.mark.asyncio
async def test_a_broken_sheet_is_told_from_one_that_is_too_much(tmp_path: Path) -> None:
    path = tmp_path / "broken.xlsx"
    path.write_bytes(archive(**{"xl__workbook.xml": b"<workbook>"}).getvalue())
    with pytest.raises(WorkbookUnreadable, match="broken"):
        await read(path)
