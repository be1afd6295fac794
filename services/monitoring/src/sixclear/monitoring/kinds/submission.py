"""A submission of feedback: counted by the state of its two clocks; clocks and kind, nothing personal."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from msgspec import Struct

from sixclear.monitoring.kinds.kind import ALL_STATES, Axis, Counted, Instant, Kind, PartialIndex, Place, Rule, Step

CLOCKS = ("in_time", "due_soon", "overdue", "answered")


class SubmissionFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a feedback event: never a text, never a person."""

    organisation_id: UUID | None
    programme: str | None
    status: Literal["received", "triaged", "assigned", "in_review", "answered", "withdrawn"]
    kind: Literal["feedback", "recommendation", "initiative", "solution"]
    visibility: Literal["requester", "public", "sealed"]
    due_soon_at: Instant | None
    due_at: Instant | None
    demonstration: bool


# One that its sender withdrew has no clock any more, but was received. A sealed one has a clock too, but no counter
# has it: its moment and place are not told (`status/sealed.py`).
CLOCK: Axis[SubmissionFacts] = Axis(
    name="bucket",
    start="in_time",
    steps=(Step("due_soon_at", "due_soon"), Step("due_at", "overdue")),
    settled=Rule(
        lambda facts: facts.status if facts.status in {"answered", "withdrawn"} else None,
        "CASE WHEN h.status IN ('answered', 'withdrawn') THEN h.status END",
    ),
)


def _cells(facts: SubmissionFacts, bucket: str) -> Iterable[Counted]:
    yield Counted("feedback", "")
    yield Counted("feedback_clock", bucket)
    if facts.demonstration:
        yield Counted("feedback_demonstration", "")


_CELLS_SQL = """
(VALUES
    ('feedback', '', 1),
    ('feedback_clock', h.bucket, 1),
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
    rules=2,
    whole_in_first_release=True,
    facts=SubmissionFacts,
    hidden=Rule(lambda facts: facts.visibility == "sealed", "h.visibility = 'sealed'"),
    axes=(CLOCK,),
    measures=("feedback", "feedback_clock", "feedback_demonstration"),
    cells=_cells,
    cells_sql=_CELLS_SQL,
    stated=_stated,
    dimensions=frozenset({"programme"}),
    title=None,
    history_indexes=(PartialIndex("sealed", ("submission_id",), "visibility = 'sealed'"),),
)
