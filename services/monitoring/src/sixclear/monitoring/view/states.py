"""The fold, pure: what an event says, how an entity is counted at an instant, and when that changes by itself.

Buckets (R4): recurring first, else completed, else overdue (*quá hạn*), else in term (*trong hạn*). A boundary is
the deadline instant itself: overdue means later than the deadline, whenever a timer looks.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar, get_args
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, field

from sixclear.common.clock import civil_date

COUNTRY = UUID(int=0)
REPORTED = "progress_reported"
WITHDRAWN = "withdrawn"

# By source, raised whenever its records are counted by another rule: the leader then counts them all again.
RULES = {"tasks": 1, "feedback": 2, "data-catalog": 2}

Instant = Annotated[datetime, Meta(tz=True)]
_UNCOUNTED = frozenset({"draft", "proposed", "cancelled"})


Stage = Literal[
    "formed_centralised", "deploying_foundation", "deploying_digitised_only", "not_deployed", "rebuild", "retire"
]
STAGES: tuple[Stage, ...] = get_args(Stage)


class Cell(NamedTuple):
    """One thing that is counted."""

    measure: str
    slot: str


class TaskFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a task event."""

    organisation_id: UUID | None = field(name="lead_organisation_id")
    programme: str | None
    assigned_by: Literal["central", "province", "commune"]
    title: str
    status: Literal[
        "draft", "proposed", "assigned", "in_progress", "submitted", "returned", "completed", "paused", "cancelled"
    ]
    kind: Literal["one_off", "recurring"]
    deadline: Instant | None = field(name="current_deadline")
    last_report_at: Instant | None
    demonstration: bool


class SubmissionFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a feedback event: clocks and kind, nothing personal."""

    organisation_id: UUID | None
    programme: str | None
    status: Literal["received", "triaged", "assigned", "in_review", "answered", "withdrawn"]
    kind: Literal["feedback", "recommendation", "initiative", "solution"]
    visibility: Literal["requester", "public", "sealed"]
    due_soon_at: Instant | None
    due_at: Instant | None
    demonstration: bool


class EntryFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a catalogue event."""

    organisation_id: UUID | None
    code: str | None
    title: str
    kind: str
    lists: tuple[str, ...]
    stage: str
    risk: str
    registration: str
    demonstration: bool


class OrganisationFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of an organisation event."""

    code: str
    codes: tuple[str, ...]
    level: Literal["central", "province", "commune", "department"]
    name_vi: str
    name_en: str | None
    parent_id: UUID | None
    valid_from: str | None
    valid_to: str | None


class ProgrammeFacts(Struct, frozen=True, kw_only=True):
    """What the view reads of a programme event."""

    slug: str
    name_vi: str
    name_en: str | None
    demonstration: bool


class _ListData(Struct):
    list: str


class _RegistrationData(Struct):
    status: str


class _EntryData(Struct, kw_only=True):
    owner_organisation_id: UUID | None
    code: str | None
    name_vi: str
    kind: str
    lists: list[_ListData]
    deployment_stage: Stage
    risk: str | None
    registration: _RegistrationData
    demonstration: bool


def task_facts(data: Mapping[str, Any]) -> TaskFacts:
    """Raises msgspec.ValidationError when a field that is read is missing or wrong; other fields are ignored."""
    return msgspec.convert(data, TaskFacts)


def submission_facts(data: Mapping[str, Any]) -> SubmissionFacts:
    """As `task_facts`."""
    return msgspec.convert(data, SubmissionFacts)


def entry_facts(data: Mapping[str, Any]) -> EntryFacts:
    """As `task_facts`. An entry that stands in several editions of a list counts once in it."""
    read = msgspec.convert(data, _EntryData)
    return EntryFacts(
        organisation_id=read.owner_organisation_id,
        code=read.code,
        title=read.name_vi,
        kind=read.kind,
        lists=tuple(sorted({item.list for item in read.lists})),
        stage=read.deployment_stage,
        risk=read.risk or "none",
        registration=read.registration.status,
        demonstration=read.demonstration,
    )


def task_bucket(facts: TaskFacts, at: datetime) -> str | None:
    """The one bucket of a task at an instant; None when it is not counted (draft, proposed, cancelled)."""
    if facts.status in _UNCOUNTED:
        return None
    if facts.kind == "recurring":
        return "recurring"
    if facts.status == "completed":
        return "completed"
    return "overdue" if facts.deadline is not None and at > facts.deadline else "in_term"


def task_boundary(facts: TaskFacts, at: datetime) -> datetime | None:
    """The instant after which the task's bucket changes without an event."""
    return facts.deadline if task_bucket(facts, at) == "in_term" else None


def task_cells(facts: TaskFacts, bucket: str) -> Iterable[Cell]:
    """Where a task is counted. The total is a cell of its own, so that it can be checked against the buckets."""
    yield Cell("task", "")
    yield Cell("task_bucket", open_slot(bucket, facts.deadline) if bucket in {"in_term", "overdue"} else bucket)
    if facts.demonstration:
        yield Cell("task_demonstration", "")


def open_slot(bucket: str, deadline: datetime | None) -> str:
    """An open task's slot names the civil year of its deadline, for *remaining this year*."""
    return f"{bucket}:{civil_date(deadline).year if deadline is not None else ''}"


def submission_bucket(facts: SubmissionFacts, at: datetime) -> str | None:
    """The clock state of a submission; withdrawn ones have none, but were received.

    None for a sealed one: its moment and place are not told, so no counter has it (`repository/sealed.py`).
    """
    if facts.visibility == "sealed":
        return None
    if facts.status in {"answered", "withdrawn"}:
        return facts.status
    if facts.due_at is not None and at > facts.due_at:
        return "overdue"
    return "due_soon" if facts.due_soon_at is not None and at > facts.due_soon_at else "in_time"


def submission_boundary(facts: SubmissionFacts, at: datetime) -> datetime | None:
    """The next instant after which the clock state changes without an event."""
    if facts.visibility == "sealed" or facts.status in {"answered", "withdrawn"}:
        return None
    ahead = [instant for instant in (facts.due_soon_at, facts.due_at) if instant is not None and at <= instant]
    return min(ahead, default=None)


def submission_cells(facts: SubmissionFacts, bucket: str) -> Iterable[Cell]:
    """Where a submission is counted."""
    yield Cell("feedback", "")
    yield Cell("feedback_clock", bucket)
    if facts.demonstration:
        yield Cell("feedback_demonstration", "")


def entry_bucket(facts: EntryFacts, at: datetime) -> str | None:
    """Every entry is counted, whatever its kind and stage: what stands in a list is in its figures."""
    return "listed"


def entry_cells(facts: EntryFacts, bucket: str) -> Iterable[Cell]:
    """Where an entry is counted: once in each programme list; a database with its owner while its approval is awaited.

    Its stage is one of a closed set, so the stages of a list add up to its total. What is retired is at no risk.
    """
    in_use = facts.stage != "retire"
    for name in facts.lists:
        yield Cell("database", name)
        yield Cell("database_stage", f"{name}/{facts.stage}")
        if facts.risk == "high" and in_use:
            yield Cell("database_at_risk", name)
    if facts.registration in {"submitted", "returned"} and facts.kind == "database" and in_use:
        yield Cell("database_not_approved", str(facts.organisation_id or ""))
    if facts.demonstration:
        yield Cell("database_demonstration", "")


def _no_boundary(facts: EntryFacts, at: datetime) -> None:
    return None


Facts = TaskFacts | SubmissionFacts | EntryFacts
F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class Kind(Generic[F]):
    """A kind of entity: whose log it comes from, how its event is read, and how it is counted."""

    name: str
    source: str
    facts: type[F]
    read: Callable[[Mapping[str, Any]], F]
    bucket: Callable[[F, datetime], str | None]
    boundary: Callable[[F, datetime], datetime | None]
    cells: Callable[[F, str], Iterable[Cell]]


TASK = Kind("task", "tasks", TaskFacts, task_facts, task_bucket, task_boundary, task_cells)
SUBMISSION = Kind(
    "submission",
    "feedback",
    SubmissionFacts,
    submission_facts,
    submission_bucket,
    submission_boundary,
    submission_cells,
)
ENTRY = Kind("entry", "data-catalog", EntryFacts, entry_facts, entry_bucket, _no_boundary, entry_cells)
KINDS: tuple[Kind[Any], ...] = (TASK, SUBMISSION, ENTRY)


@dataclass(frozen=True, slots=True)
class Version(Generic[F]):
    """A published version of an entity; `facts` is None in the one by which it was withdrawn."""

    entity_id: UUID
    version: int
    previous_version: int | None
    change: str
    occurred_at: datetime
    recorded_at: datetime
    facts: F | None


@dataclass(frozen=True, slots=True)
class State(Generic[F]):
    """An entity's greatest version, and how it is counted until `next_boundary`."""

    entity_id: UUID
    version: int
    withdrawn_version: int
    occurred_at: datetime
    facts: F | None
    bucket: str | None = None
    next_boundary: datetime | None = None


def folded(kind: Kind[F], before: State[F] | None, versions: Sequence[Version[F]], at: datetime) -> State[F]:
    """The state after `versions`, in whatever order they came, counted as at the instant `at`.

    Only a greater version replaces what is known; one by which the entity was withdrawn also ends all before it.
    """
    newest = max(versions, key=lambda item: item.version)
    withdrawn = max((item.version for item in versions if item.facts is None), default=0)
    if before is not None:
        withdrawn = max(withdrawn, before.withdrawn_version)
        if before.version >= newest.version:
            newest = Version(before.entity_id, before.version, None, "", before.occurred_at, at, before.facts)
    state = State(newest.entity_id, newest.version, withdrawn, newest.occurred_at, newest.facts)
    return counted_at(kind, state, at)


def counted_at(kind: Kind[F], state: State[F], at: datetime) -> State[F]:
    """The same state, counted as at the instant `at`."""
    bucket = boundary = None
    if state.facts is not None:
        bucket, boundary = kind.bucket(state.facts, at), kind.boundary(state.facts, at)
    return State(
        state.entity_id, state.version, state.withdrawn_version, state.occurred_at, state.facts, bucket, boundary
    )


class Leaf(NamedTuple):
    """A cell of one organisation, before it is rolled up."""

    organisation_id: UUID | None
    programme: str
    assigned_by: str
    measure: str
    slot: str


class Key(NamedTuple):
    """A counter: `scope` is an organisation and all below it, empty `programme` and `assigned_by` mean all."""

    scope: UUID
    programme: str
    assigned_by: str
    measure: str
    slot: str


class Reach(NamedTuple):
    """One of the scopes, programmes and assigning levels under which something is counted."""

    scope: UUID
    programme: str
    assigned_by: str


def leaf(facts: Facts, cell: Cell) -> Leaf:
    """Where `cell` of an entity with these facts is counted first."""
    programme = getattr(facts, "programme", None) or ""
    return Leaf(facts.organisation_id, programme, getattr(facts, "assigned_by", ""), *cell)


def leaves(kind: Kind[F], state: State[F] | None) -> Iterable[Leaf]:
    """Every leaf in which `state` is counted."""
    if state is None or state.facts is None or state.bucket is None:
        return ()
    facts = state.facts
    return (leaf(facts, cell) for cell in kind.cells(facts, state.bucket))


def report_leaf(facts: TaskFacts, occurred_at: datetime) -> Leaf:
    """A progress report, counted on the civil day on which it was made."""
    return leaf(facts, Cell("report", civil_date(occurred_at).isoformat()))


def reaches(organisation_id: UUID | None, programme: str, assigned_by: str, above: Sequence[UUID]) -> set[Reach]:
    """Everything under which one organisation's leaf is counted; `above` are its ancestors, itself included."""
    scopes = {COUNTRY, *above} if organisation_id is not None else {COUNTRY}
    return {Reach(s, p, a) for s in scopes for p in {"", programme} for a in {"", assigned_by}}


def rolled_up(leaves: Mapping[Leaf, int], ancestors: Mapping[UUID, Sequence[UUID]]) -> dict[Key, int]:
    """The changes of every counter above `leaves`. An organisation that is not known yet stands for itself."""
    counts: Counter[Key] = Counter()
    for item, n in leaves.items():
        if n:
            for reach in reaches(*item[:3], above_of(item.organisation_id, ancestors)):
                counts[Key(*reach, item.measure, item.slot)] += n
    return {key: n for key, n in counts.items() if n}


def above_of(organisation_id: UUID | None, ancestors: Mapping[UUID, Sequence[UUID]]) -> Sequence[UUID]:
    """The organisation with everything above it, as far as known."""
    return () if organisation_id is None else ancestors.get(organisation_id, (organisation_id,))
