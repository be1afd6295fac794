"""Refusals of sheets."""

from sixclear.common.errors import DomainError


class SheetTooLong(DomainError):
    code, status, title = "sheet-too-long", 422, "A sheet cannot hold so many rows"
    meaning = "A sheet has 1,000 rows of a kind at most; the body owes more for the period, or more were sent."
    remedy = "Name a `programme`, and report the rest by the bulk address for reports."


class SheetNotRead(DomainError):
    code, status, title = "sheet-not-read", 422, "The file is not a sheet of this body"
    meaning = "The workbook lacks what `GET /own/sheet` wrote into it, or was written for another body."
    remedy = "Get the sheet again and fill in that file; keep its sheets, and the hidden first row of each."
