"""The sheet, as it is answered and sent back, and what became of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, PlainSerializer, StringConstraints

from sixclear.common.targets import ValueType
from sixclear.common.web.instants import Day
from sixclear.common.web.numbers import TAKES_WHOLE, written
from sixclear.common.web.schemas import Schema
from sixclear.common.web.texts import Link, Lookup, Slug, Text
from sixclear.tasks.fields import Exact, Line, ValueStatus
from sixclear.tasks.value.schemas import Note

MOST_ROWS = 1_000
# Tasks that are the same work, and have one row.
MOST_TOGETHER = 50
PeriodKey = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}(-(Q[1-4]|W[0-9]{2}|[0-9]{2}))?$"),
    Field(description="`2026-W48`, `2026-11`, `2026-Q4` or `2026`."),
]
Tag = Annotated[str, StringConstraints(pattern=r'^"[0-9]{1,9}\.[0-9]{1,18}(-[a-z]{1,40})?"$')]
_ETAG = "As the sheet was written with; by it the service knows what changed since."


class ReportAnswer(Schema):
    """What a body reports of a task, or of a period of it."""

    percent: Annotated[int, Field(ge=0, le=100, strict=True), TAKES_WHOLE] | None = None
    text: Text | None = None
    difficulty: Text | None = None
    cause: Text | None = None
    remedy: Text | None = None
    expected_on: Day | None = None


class LastReport(Schema):
    """What was reported before the period."""

    percent: int
    text: Text
    occurred_at: datetime


class SheetTask(Schema):
    """A task of a row."""

    task_id: UUID
    etag: Tag | None = Field(default=None, description=_ETAG)
    programme: Text | None = None
    code: Text | None = None
    title: Text | None = None


class ReportRow(Schema):
    """A row to report on. It has several tasks where your body said that they are the same work."""

    tasks: list[SheetTask] = Field(min_length=1, max_length=MOST_TOGETHER)
    period: Lookup | None = Field(default=None, description="Of a recurring task: the key of its period.")
    deadline: datetime | None = None
    last: LastReport | None = None
    answer: ReportAnswer | None = Field(
        default=None, description="What was reported since the period began; write what is to be reported."
    )
    no_change: bool = Field(default=False, description="Nothing has changed: it is told with the filing.")


class LinkAnswer(Schema):
    """A link to a piece of evidence."""

    title: Line
    url: Link


class MilestoneRow(Schema):
    """A milestone that is due, or overdue; the answer is what proves that it is reached."""

    milestone_id: UUID
    task_id: UUID
    task_title: Text | None = None
    title: Text | None = None
    deadline: datetime | None = None
    answer: LinkAnswer | None = None


class TextAnswer(Schema):
    """An answer in words."""

    text: Text


class UrgeRow(Schema):
    """What waits for an answer: an urging, or a leader's remark."""

    urge_id: UUID
    task_id: UUID
    task_title: Text | None = None
    kind: Text | None = None
    said_by: Text | None = None
    text: Text | None = None
    answer_by: datetime | None = None
    answer: TextAnswer | None = None


class EvidenceRow(Schema):
    """Evidence that was refused, and has no other in its place; the answer is another piece."""

    evidence_id: UUID
    task_id: UUID
    task_title: Text | None = None
    title: Text | None = None
    reason: Text | None = None
    answer: LinkAnswer | None = None


class WordAnswer(Schema):
    """What your body decides."""

    outcome: Literal["granted", "refused"]
    reason: Text | None = None


class DecisionRow(Schema):
    """A request that waits for the word of your body."""

    decision_id: UUID
    task_id: UUID
    task_title: Text | None = None
    kind: Text | None = None
    asked_by: Text | None = None
    reason: Text | None = None
    decide_by: datetime | None = None
    answer: WordAnswer | None = None


# Written in digits, as answers have numbers: no reader rounds them.
Number = Annotated[Exact, PlainSerializer(written, return_type=str)]


class ValueAnswer(Schema):
    """What your body supplies of an indicator: a number, or numerator and denominator of a ratio."""

    number: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    note: Note | None = None
    reason: Note | None = Field(default=None, description="Why a value that was approved is corrected.")


class ValueRow(Schema):
    """A value that your body supplies for the period, of itself or of another body."""

    indicator: Slug
    organisation: Line = Field(description="The code of the body that is measured.")
    organisation_name: Text | None = None
    name: Text | None = None
    unit: Text | None = None
    value_type: ValueType | None = None
    status: ValueStatus | None = Field(default=None, description="Of what was typed; null: nothing was.")
    base: ValueAnswer | None = Field(
        default=None, description="What stood there when the sheet was written; by it the service knows what changed."
    )
    answer: ValueAnswer | None = None


class SameWorkProposal(Schema):
    """Tasks of several programmes that may be the same work; a person of your body says so."""

    title: Text
    task_ids: list[UUID]


class SheetBody(Schema):
    """The body whose sheet it is."""

    code: Line
    name: Line


class Sheet(Schema):
    """All that a body owes for a period. Sent back with answers it is the body's report; the rest may be left out."""

    organisation: SheetBody | None = None
    period: PeriodKey
    programme: Slug | None = None
    tasks: list[ReportRow] = Field(default_factory=list, max_length=MOST_ROWS)
    periods: list[ReportRow] = Field(default_factory=list, max_length=MOST_ROWS)
    milestones: list[MilestoneRow] = Field(default_factory=list, max_length=MOST_ROWS)
    urges: list[UrgeRow] = Field(default_factory=list, max_length=MOST_ROWS)
    evidence: list[EvidenceRow] = Field(default_factory=list, max_length=MOST_ROWS)
    decisions: list[DecisionRow] = Field(default_factory=list, max_length=MOST_ROWS)
    values: list[ValueRow] = Field(default_factory=list, max_length=MOST_ROWS)
    same_work_proposed: list[SameWorkProposal] = Field(default_factory=list, max_length=MOST_ROWS)


Kind = Literal["tasks", "periods", "milestones", "urges", "evidence", "decisions", "values"]
KINDS: Sequence[Kind] = ("tasks", "periods", "milestones", "urges", "evidence", "decisions", "values")
Row = ReportRow | MilestoneRow | UrgeRow | EvidenceRow | DecisionRow | ValueRow
ROWS: dict[Kind, type[Row]] = {
    "tasks": ReportRow,
    "periods": ReportRow,
    "milestones": MilestoneRow,
    "urges": UrgeRow,
    "evidence": EvidenceRow,
    "decisions": DecisionRow,
    "values": ValueRow,
}
Outcome = Literal["taken", "unchanged", "conflict", "refused"]


class CellProblem(Schema):
    """What is wrong at a cell, or what stands there now."""

    column: str | None = Field(description="The member of the answer.")
    cell: str | None = Field(description="Its address in the workbook, such as `K7`.")
    code: str
    detail: str
    came: str | int | date | None = Field(default=None, description="What came, where another changed it meanwhile.")
    now: str | int | date | None = Field(default=None, description="What stands there now.")


class SheetRow(Schema):
    """What became of a row that was answered."""

    sheet: str = Field(description="The sheet of the workbook, or the list.")
    row: int = Field(description="Its row there from 1 on; in a list its place from 0 on.")
    outcome: Outcome = Field(description="`conflict`: another changed it meanwhile, so nothing of the row was taken.")
    problems: list[CellProblem] = Field(default_factory=list)


class Filed(Schema):
    """What the sheet was filed as."""

    filing_id: UUID
    programme: str
    period: str
    filed_at: datetime | None


class SheetResult(Schema):
    """What became of a sheet. Rows without an answer, or with that of when it was written, are `untouched`."""

    period: str
    untouched: int
    taken: int
    unchanged: int
    conflicts: int
    refused: int
    rows: list[SheetRow] = Field(description="The rows that were answered otherwise than the sheet was written.")
    filings: list[Filed] = Field(description="What the body owes for the period; empty where nothing is asked for.")


class SameWorkEntry(Schema):
    """Whether tasks that your body leads are the same work."""

    task_ids: list[UUID] = Field(min_length=2, max_length=MOST_TOGETHER)
    same: bool = Field(default=True, description="`false`: they are not, and are not proposed again.")


class SameWorkView(SameWorkEntry):
    """What your body said of these tasks."""
