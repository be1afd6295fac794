"""How a document stands on a day: the rule in Python and the same rule in SQL, held by one table of cases.

`tests/cases/document_standing.json` says what both answer.
"""

from datetime import date

from sqlalchemy import ColumnElement, and_, case, or_

from sixclear.tasks.document.models import Document
from sixclear.tasks.document.schemas import Standing


def standing(document: Document, on: date) -> Standing | None:
    """How the document stands on this day; None for one that was neither owed nor issued by then."""
    if document.issued_on is None or document.issued_on > on:
        return None if document.due_on is None else "owed"
    if document.replaced_on is not None and document.replaced_on <= on:
        return "replaced"
    return "issued" if document.effective_on is None or document.effective_on > on else "in_force"


def standing_in_sql(on: date) -> ColumnElement[str | None]:
    """`standing` in SQL."""
    not_issued = or_(Document.issued_on.is_(None), Document.issued_on > on)
    return case(
        (and_(not_issued, Document.due_on.is_(None)), None),
        (not_issued, "owed"),
        (Document.replaced_on <= on, "replaced"),
        (Document.effective_on <= on, "in_force"),
        else_="issued",
    )


def is_overdue(document: Document, on: date) -> bool:
    """Whether it is owed since an earlier day; on the day itself it is not late."""
    return standing(document, on) == "owed" and document.due_on is not None and document.due_on < on
