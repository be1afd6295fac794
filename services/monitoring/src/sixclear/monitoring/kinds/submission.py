"""A submission of feedback: counted by the state of its two clocks; clocks and kind, nothing personal.

The public figure counts by the sender's clock (`due_at`), which a transfer never starts again. The body that has the
case may have a later one (`body_due_at`): what bodies owe is counted by that.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from sixclear.monitoring.kinds.kind import ALL_STATES, Axis, Counted, Instant, Kind, PartialIndex, Place, Rule, Step

CLOCKS = ("in_time", "due_soon", "overdue", "answered")
# One that its sender took back before the answer.
WITHDRAWN = "withdrawn"
OF_WHICH = ("paused", "reopened", "appealed")


class SubmissionFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a feedback event: never a text, never a person."""

    organisation_id: UUID | None
    programme: str | None
    status: Literal["received", "triaged", "assigned", "in_review", "answered", "withdrawn"]
    kind: Literal["feedback", "recommendation", "initiative", "solution"]
    visibility: Literal["requester", "public", "sealed"]
    due_soon_at: Instant | None
    due_at: Instant | None
    body_due_at: Instant | None = None
    paused_since: Instant | None = None
    reopened: bool = False
    appealed: bool = False
    demonstration: bool


def _read(data: Mapping[str, Any]) -> SubmissionFacts:
    """An event without a body's own due time says that it is the sender's."""
    facts = msgspec.convert({name: value for name, value in data.items() if name not in _TOLD}, SubmissionFacts)
    told = {name: data.get(of_event) is not None for name, of_event in _TOLD.items()}
    return msgspec.structs.replace(facts, body_due_at=facts.body_due_at or facts.due_at, **told)


# Facts that an event tells by a field of another name: whatever it says, it happened.
_TOLD = {"reopened": "reopened_at", "appealed": "appeal_level"}

_SETTLED_AS = frozenset({"answered", WITHDRAWN})
_SETTLED: Rule[SubmissionFacts, str | None] = Rule(
    lambda facts: facts.status if facts.status in _SETTLED_AS else None,
    "CASE WHEN h.status IN ('answered', 'withdrawn') THEN h.status END",
)
# One that its sender withdrew has no clock any more, but was received. A sealed one has a clock too, but no counter
# has it: its moment and place are not told (`status/sealed.py`).
CLOCK: Axis[SubmissionFacts] = Axis(
    name="bucket",
    start="in_time",
    steps=(Step("due_soon_at", "due_soon"), Step("due_at", "overdue")),
    settled=_SETTLED,
)
# How it stands to the due time of the body that has it.
BODY_CLOCK: Axis[SubmissionFacts] = Axis(
    name="body_bucket", start="in_time", steps=(Step("body_due_at", "late"),), settled=_SETTLED
)
# A clock stands still only while an answer is owed.
PAUSED: Rule[SubmissionFacts, bool] = Rule(
    lambda facts: facts.paused_since is not None and facts.status not in _SETTLED_AS,
    "(h.paused_since IS NOT NULL AND h.status NOT IN ('answered', 'withdrawn'))",
)


def _cells(facts: SubmissionFacts, bucket: str, body_bucket: str) -> Iterable[Counted]:
    """All are a cell of their own, so that they can be checked against how their clocks stand."""
    yield Counted("feedback", "")
    yield Counted("feedback_clock", bucket)
    if body_bucket == "late":
        yield Counted("feedback_overdue_by_body", "")
    parts = {"paused": PAUSED.python(facts), "reopened": facts.reopened, "appealed": facts.appealed}
    yield from (Counted("feedback_of_which", part) for part, counts in parts.items() if counts)
    if facts.demonstration:
        yield Counted("feedback_demonstration", "")


_CELLS_SQL = f"""
(VALUES
    ('feedback', '', 1),
    ('feedback_clock', h.bucket, 1),
    ('feedback_overdue_by_body', CASE WHEN h.body_bucket = 'late' THEN '' END, 1),
    ('feedback_of_which', CASE WHEN {PAUSED.sql} THEN 'paused' END, 1),
    ('feedback_of_which', CASE WHEN h.reopened THEN 'reopened' END, 1),
    ('feedback_of_which', CASE WHEN h.appealed THEN 'appealed' END, 1),
    ('feedback_demonstration', CASE WHEN h.demonstration THEN '' END, 1)
)
"""


def _stated(programme: str, measure: str, slot: str) -> Place | None:
    """Feedback states the country and nothing smaller."""
    state = {"feedback": ALL_STATES, "feedback_clock": slot}.get(measure)
    return None if state is None or programme else Place("", state)


SUBMISSION: Kind[SubmissionFacts] = Kind(
    name="submission",
    source="feedback",
    # 3: with the clock of the body, and with those that are paused, were opened again or appealed.
    rules=3,
    facts=SubmissionFacts,
    read=_read,
    hidden=Rule(lambda facts: facts.visibility == "sealed", "h.visibility = 'sealed'"),
    axes=(CLOCK, BODY_CLOCK),
    measures=(
        *("feedback", "feedback_clock", "feedback_overdue_by_body", "feedback_of_which"),
        "feedback_demonstration",
    ),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    stated=_stated,
    dimensions=frozenset({"programme"}),
    title=None,
    history_indexes=(PartialIndex("sealed", ("submission_id",), "visibility = 'sealed'"),),
)
