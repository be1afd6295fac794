"""Refusals of workbooks and tables as a whole."""

from sixclear.common.errors import DomainError


class WorkbookUnreadable(DomainError):
    code, status, title = "workbook-unreadable", 422, "The workbook cannot be read"
    meaning = "The file is no Excel workbook (.xlsx), has a password, or is broken."
    remedy = "Open it, take off the password, save it as an Excel workbook (.xlsx) without macros, and send that file."


class WorkbookTooLarge(DomainError):
    code, status, title = "workbook-too-large", 413, "The workbook is too large"
    meaning = "The workbook has more bytes, rows, columns or cells than are read, or needs more time or memory."
    remedy = "Divide it into several workbooks, or save it as CSV in UTF-8, which may have any number of rows."


class ColumnsUnknown(DomainError):
    code, status, title = "columns-unknown", 422, "The first row does not name the columns"
    meaning = "A table begins with a row of headings. One of them is not known, stands there twice, or is missing."
    remedy = "Take the headings of the template of this import. `errors` names each heading that is wrong."
