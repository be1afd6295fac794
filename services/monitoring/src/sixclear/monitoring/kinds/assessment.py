"""What a body answers to a set of criteria for a period: counted by how far it is, and kept for its score."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.monitoring.kinds.kind import Axis, Counted, Instant, Kind, PartialIndex, Rule

STATES = ("open", "answered", "verified")


class AssessmentFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of an assessment's event; `answers` is a list as JSON."""

    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    criteria_id: UUID
    criteria: str
    level: str
    period: str
    state: Literal["open", "answered", "verified"]
    due_at: Instant | None
    answered_at: Instant | None
    verified_at: Instant | None
    answers: str
    demonstration: bool


class Answer(Struct, frozen=True):
    """What is said of one criterion: by the body, and by the one that verified it."""

    criterion: str
    answered: bool
    self_points: float | None
    self_not_applicable: bool
    evidence: int
    verified: bool
    verified_points: float | None
    verified_not_applicable: bool


class _AssessmentData(Struct, kw_only=True):
    organisation_id: UUID | None
    programme: str
    assigned_by: Literal["central", "province", "commune"]
    criteria_id: UUID
    criteria: str
    level: str
    period: str
    state: Literal["open", "answered", "verified"]
    due_at: Instant | None
    answered_at: Instant | None
    verified_at: Instant | None
    answers: list[Answer]
    demonstration: bool


def _read(data: Mapping[str, Any]) -> AssessmentFacts:
    read = msgspec.convert(data, _AssessmentData)
    plain = {name: getattr(read, name) for name in read.__struct_fields__ if name != "answers"}
    return AssessmentFacts(answers=msgspec.json.encode(read.answers).decode(), **plain)


# Time alone answers nothing.
ANSWERED: Axis[AssessmentFacts] = Axis(name="bucket", start="open", settled=Rule(lambda facts: facts.state, "h.state"))


def _cells(facts: AssessmentFacts, bucket: str) -> Iterable[Counted]:
    yield Counted("assessment", bucket)
    if facts.demonstration:
        yield Counted("assessment_demonstration", "")


_CELLS_SQL = """
(VALUES
    ('assessment', h.bucket, 1),
    ('assessment_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""


ASSESSMENT: Kind[AssessmentFacts] = Kind(
    name="assessment",
    source="tasks",
    rules=1,
    facts=AssessmentFacts,
    read=_read,
    axes=(ANSWERED,),
    by_reach=True,
    measures=("assessment", "assessment_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    only_shown=frozenset(
        {"criteria_id", "criteria", "level", "period", "due_at", "answered_at", "verified_at", "answers"}
    ),
    title=None,
    told=False,
    state_indexes=(PartialIndex("criteria", ("epoch", "criteria", "period", "assessment_id"), "criteria IS NOT NULL"),),
)
