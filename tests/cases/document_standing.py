"""The table of cases of a document: how it stands on a day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class DocumentCase:
    """The days of a document, and how it stands on the day of the table."""

    title: str
    issued_on: date | None
    effective_on: date | None
    due_on: date | None
    replaced_on: date | None
    standing: str | None
    overdue: bool


class _Table(BaseModel):
    rule: str
    on: date
    cases: list[DocumentCase]


_TABLE = _Table.model_validate_json(Path(__file__).with_name("document_standing.json").read_bytes())
ON, CASES = _TABLE.on, _TABLE.cases
