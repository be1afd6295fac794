"""Refusals of exports."""

from sixclear.common.errors import DomainError
from sixclear.common.spreadsheets.writing import MOST_ROWS


class TooManyRows(DomainError):
    code, status, title = "too-many-rows", 422, "A workbook cannot hold so many rows"
    meaning = f"An export as XLSX has {MOST_ROWS:,} rows at most; what is asked for has more."
    remedy = "Ask for `format=csv` or `format=ndjson`, which have no limit, or narrow the list by its filters."
