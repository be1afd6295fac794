"""What the stories of sheets share: a sheet is got, filled in as a spreadsheet program does, and sent back."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook
from tests.integration.tasks.conftest import Service

from sixclear.common.spreadsheets import writing

# It is Thursday 4 December 2025.
WEEK = "2025-W49"
XLSX = writing.MEDIA_TYPE
Answers = Mapping[str, Sequence[Mapping[str, Any]]]


async def get_sheet(service: Service, code: str = "G06", **asked: Any) -> dict[str, Any]:
    """The sheet of a body for the week."""
    path, params = f"{service.prefix}/own/sheet", {"period": WEEK, **asked}
    answer = await service.http.get(path, params=params, headers=service.headers(code))
    assert answer.status_code == 200, answer.text
    sheet: dict[str, Any] = answer.json()
    return sheet


async def get_workbook(service: Service, code: str = "G06", **asked: Any) -> bytes:
    """The same as a workbook."""
    path, params = f"{service.prefix}/own/sheet", {"period": WEEK, **asked}
    headers = service.headers(code) | {"Accept": XLSX}
    answer = await service.http.get(path, params=params, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX), answer.text
    content: bytes = answer.content
    return content


async def send(service: Service, sheet: Mapping[str, Any], code: str = "G06") -> dict[str, Any]:
    """Send a sheet back as JSON."""
    answer = await service.post(code, "/own/sheet", dict(sheet))
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


async def send_workbook(service: Service, book: bytes, code: str = "G06") -> dict[str, Any]:
    """Send a workbook back."""
    headers = service.headers(code) | {"Content-Type": XLSX}
    answer = await service.http.post(f"{service.prefix}/own/sheet", content=book, headers=headers)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def filled(book: bytes, answers: Answers) -> bytes:
    """The workbook with these answers in its rows, in their order, as another program writes it."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as written:
        for name, rows in sheets_of(book).items():
            sheet = written.add_worksheet(name)
            given = answers.get(name, ())
            for place, row in enumerate(rows):
                told = dict(zip(rows[0], row, strict=True))
                if 0 <= place - 2 < len(given):
                    told |= given[place - 2]
                for column, value in enumerate(told.values()):
                    sheet.write(place, column, value)
    return buffer.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook with these rows."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as written:
        for name, rows in sheets.items():
            sheet = written.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return buffer.getvalue()


def sheets_of(book: bytes) -> dict[str, list[list[Any]]]:
    """The rows of each sheet of a workbook."""
    read = CalamineWorkbook.from_filelike(BytesIO(book))
    return {name: read.get_sheet_by_name(name).to_python() for name in read.sheet_names}
