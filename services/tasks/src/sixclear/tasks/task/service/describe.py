"""Describing a task: a new proposal, or a known task described again."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.db import wait_to_create
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.common.keys import folded_key, named_by
from sixclear.common.use_case import Context, Expect, ReferenceUnknown
from sixclear.tasks.directive.service import hold_directive
from sixclear.tasks.fields import OwnValue
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import known_organisations, level_of, referenced, refuse_ended, require_known
from sixclear.tasks.programme.models import Programme
from sixclear.tasks.programme.rules import own_fields_of, read_own_fields
from sixclear.tasks.programme.service import referenced_programme
from sixclear.tasks.task import lifecycle
from sixclear.tasks.task import repository as rows
from sixclear.tasks.task.access import NOT_SEEN, doers, is_visible, require_describer, require_proposer
from sixclear.tasks.task.deadlines import check_recurrence, deadline_instant
from sixclear.tasks.task.errors import DeadlineNeedsDecision, RecurrenceInvalid, ReferenceAmbiguous, TaskNotFound
from sixclear.tasks.task.lifecycle import OPEN_STATUSES, TaskRecord
from sixclear.tasks.task.models import Task, state_of
from sixclear.tasks.task.schemas import Position, TaskProposal
from sixclear.tasks.task.series import check_occurs
from sixclear.tasks.task.service.assign import assign_described
from sixclear.tasks.task.service.decided import Undecided, moves_deadline, without_decisions
from sixclear.tasks.task.service.find import get_task
from sixclear.tasks.task.service.proposal import check_open
from sixclear.tasks.task.service.record import record_change
from sixclear.tasks.task.service.upper import check_upper, named_uppers

Keyed = TypeVar("Keyed", Task, TaskRecord)

# Here the deadline is still a proposal; later the current one may differ from it by an extension.
_UNDECIDED = frozenset({"draft", "proposed"})
# What a proposal says in a column's own name and form; the rest is resolved.
_PLAIN = set(TaskProposal.model_fields) & set(Task.__table__.columns.keys()) - {"task_id", "occurred_at", "own_fields"}


@dataclass(frozen=True, slots=True)
class Named:
    """What a description names: its programme, organisations by its reference for them, and public upper tasks."""

    programme: Programme
    organisations: Mapping[str, Organisation]
    uppers: Mapping[UUID, str]


@dataclass(frozen=True, slots=True)
class Described:
    """The task as it was described; `undecided` are the fields of the description that need a decision instead."""

    task: Task
    created: bool
    undecided: Sequence[Undecided]


async def upsert_task(ctx: Context, proposal: TaskProposal, expect: Expect, *, most_open: int) -> tuple[Task, bool]:
    """Propose a task, or describe again the one that `task_id`, or the caller's `source` and `external_id`, names.

    The second part is True when it is new. A proposal that changes nothing publishes nothing. With `assign`, a task
    that is only proposed is assigned in the same transaction.
    `expect` is called with the known task, or None, before anything changes: it raises when the caller decided on
    another version. Raises TooManyOpenProposals when a body has more than `most_open` in a programme of another.
    """
    programme = await referenced_programme(ctx.session, proposal.programme)
    organisations = await known_organisations(ctx.session, references(proposal), hold=True)
    named = Named(programme, organisations, await named_uppers(ctx.session, [proposal.upper_task_id]))
    fields = await _described(ctx, proposal, named)
    task = await _find_described(ctx, proposal)
    await _refuse_ended(ctx, proposal, organisations, task)
    created = await _put(ctx, proposal, task, fields, named, expect, most_open)
    return created, task is None


async def put_found(
    ctx: Context,
    proposal: TaskProposal,
    named: Named,
    find: Callable[[], Task | None],
    expect: Expect,
    *,
    most_open: int,
) -> Described:
    """As `upsert_task`, with what the proposal names found before, and its task by `find`, whose row is locked.

    What was decided with the assignment stays as it is: the answer says which fields of the proposal differ from it.
    """
    fields = await _described(ctx, proposal, named)
    task = find()
    await _refuse_ended(ctx, proposal, named.organisations, task)
    undecided: Sequence[Undecided] = ()
    if task is not None and task.status in OPEN_STATUSES:
        kept, undecided = without_decisions(task, fields)
        fields = fields | kept
        named = replace(named, programme=task.programme) if "programme_id" in kept else named
    described = await _put(ctx, proposal, task, fields, named, expect, most_open)
    return Described(described, task is None, undecided)


async def _refuse_ended(
    ctx: Context, proposal: TaskProposal, organisations: Mapping[str, Organisation], task: Task | None
) -> None:
    """What is no more gets no new part in a task; the part that it had stays."""
    kept = set() if task is None else {*doers(state_of(task)), task.assigning_organisation_id}
    positions = () if task is None else (task.leader_position, task.responsible_position)
    held = {one["organisation_id"] for one in positions if one}
    named = require_known(_references(proposal), organisations).items()
    new = {at: body for at, body in named if "_position/" not in at or str(body.organisation_id) not in held}
    await refuse_ended(ctx.session, new, kept)


async def _put(
    ctx: Context,
    proposal: TaskProposal,
    task: Task | None,
    fields: Mapping[str, Any],
    named: Named,
    expect: Expect,
    most_open: int,
) -> Task:
    programme = named.programme
    await _check_named_level(ctx, task, fields)
    if task is None or task.assigning_organisation_id != fields["assigning_organisation_id"]:
        require_proposer(ctx, fields)
    expect(task)
    check_upper(task, fields, programme, named.uppers)
    fields = {**fields, **await _own_fields(ctx, proposal, task, programme)}
    known_programme = task and task.programme_id
    if task is None:
        task = await _propose(ctx, proposal, programme, fields)
    else:
        await _update(ctx, task, proposal, programme, fields)
    if proposal.assign and task.status in _UNDECIDED:
        await assign_described(ctx, task, proposal.occurred_at)
    if task.status == "proposed" and task.programme.programme_id != known_programme:
        await check_open(ctx, task, most_open)
    return task


async def _check_named_level(ctx: Context, task: Task | None, fields: Mapping[str, Any]) -> None:
    """The level is that of the assigning body, where the proposal says something about either."""
    named = "assigned_by", "assigning_organisation_id"
    if task is None or any(getattr(task, name) != fields[name] for name in named):
        level = await level_of(ctx.session, fields["assigning_organisation_id"])
        lifecycle.check_level(fields["assigned_by"], level)


async def _find_described(ctx: Context, proposal: TaskProposal) -> Task | None:
    """The task that the proposal describes again, its row locked; raises TaskNotFound for one that is not visible.

    A key belongs to the body that sends it: another body cannot take it first, nor find out that it is taken.
    """
    given = key_of(proposal)
    if proposal.task_id is not None:
        named = await get_task(ctx, proposal.task_id, lock=True)
        return with_its_own_key(named, proposal.source, proposal.external_id)
    if given is None:
        return None
    own = ctx.caller.own_organisation()
    task = of_key(await rows.lock_keyed_tasks(ctx.session, own, *given), own, given)
    if task is None:
        await wait_to_create(ctx.session, lock_of_key(own, given))
        task = of_key(await rows.lock_keyed_tasks(ctx.session, own, *given), own, given)
    if task is not None and not is_visible(state_of(task), own):
        raise TaskNotFound(NOT_SEEN)
    return task


def of_key(found: Iterable[Task], own: UUID, key: tuple[str, str]) -> Task | None:
    """The task that a body's own system knows by this key: of its very spelling, else of its form.

    Its own key comes first, then that of a body whose work it has since that ended, or of the one that has its work.
    Raises ReferenceAmbiguous where several of those gave the key.
    """
    own_ones: list[Task] = []
    others: list[Task] = []
    for task in found:
        # The release before writes no key organisation: its keys are those of the assigning body.
        mine = (task.key_organisation_id or task.assigning_organisation_id) == own
        (own_ones if mine else others).append(task)
    for candidates in (own_ones, others):
        named = named_by(candidates, key, lambda task: (task.source, task.external_id))
        if len(named) > 1 and candidates is others:
            raise ReferenceAmbiguous("Several bodies that are one now gave this key to a task: name it by task_id.")
        if named:
            return named[0]
    return None


def key_of(proposal: TaskProposal) -> tuple[str, str] | None:
    """The sender's key, where the proposal has one; raises ReferenceUnknown for half of one."""
    if bool(proposal.source) != bool(proposal.external_id):
        raise pair_incomplete()
    return (proposal.source, proposal.external_id) if proposal.source and proposal.external_id else None


def pair_incomplete() -> ReferenceUnknown:
    """The refusal of half a key."""
    return ReferenceUnknown(
        "source and external_id are given together or not at all.",
        errors=[{"pointer": "#/external_id", "code": "pair-incomplete", "detail": "Give both or neither."}],
    )


def lock_of_key(own: UUID, key: tuple[str, str]) -> UUID:
    """What a transaction waits for that is about to give a task this key."""
    return stable_id("key of a task", str(own), folded_key(*key))


def with_its_own_key(task: Keyed, source: str | None, external_id: str | None) -> Keyed:
    """The task; a key that comes along must be the one that it has, for an identifier never names a second task."""
    if external_id and form_of(source, external_id) != form_of(task.source, task.external_id):
        raise ReferenceAmbiguous(
            "task_id names a task with another key, or with none: leave out source and external_id.",
            errors=[{"pointer": "#/external_id", "code": "key-of-another", "detail": "Leave out the key."}],
        )
    return task


def form_of(source: str | None, external_id: str | None) -> str | None:
    """The form of a key, by which it is compared; None without one."""
    return None if source is None or external_id is None else folded_key(source, external_id)


def keyed_task_id(key_organisation_id: UUID, source: str, external_id: str) -> UUID:
    """The identifier that a new task with this key gets: the same on every installation."""
    return stable_id("task", str(key_organisation_id), source, external_id)


async def _propose(ctx: Context, proposal: TaskProposal, programme: Programme, fields: Mapping[str, Any]) -> Task:
    occurred_at = ctx.fact_time(proposal.occurred_at, None)
    own = ctx.caller.own_organisation() if proposal.source else None
    key = own and keyed_task_id(own, fields["source"], fields["external_id"])
    task_id = key or ctx.new_id()
    task = Task(
        task_id=task_id,
        key_organisation_id=own,
        folded_key=form_of(proposal.source, proposal.external_id),
        proposed_by_organisation_id=ctx.caller.organisation_id,
        programme=programme,
        status="proposed",
        version=0,
        percent=0,
        reports_count=0,
        evidence_count=0,
        original_deadline=fields["current_deadline"],
        **fields,
    )
    task.code = task.code or f"T-{task_id.hex[:12].upper()}"
    ctx.session.add(task)
    await record_change(ctx, task, Change("proposed", {}), occurred_at)
    return task


async def _update(
    ctx: Context, task: Task, proposal: TaskProposal, programme: Programme, fields: Mapping[str, Any]
) -> None:
    """Describe the task again; a field left out of the proposal is emptied, except the code and the key."""
    code = proposal.code or task.code
    kept = {"code": code, "source": task.source, "external_id": task.external_id}
    wanted = dict(fields) | kept | {"search_text": _search_text(code, proposal)}
    if task.status not in _UNDECIDED:
        moved = moves_deadline(task, wanted)
        if moved and task.status != "cancelled":
            _, undecided = without_decisions(task, wanted)
            raise DeadlineNeedsDecision(
                "Send the original or the current deadline here; an extension moves the current one.",
                errors=[one.as_error() for one in undecided],
            )
        if not moved:
            wanted["current_deadline"] = task.current_deadline
    changed = {name: value for name, value in wanted.items() if getattr(task, name) != value}
    if not changed:
        require_describer(ctx, task, {})
        return
    state, stored = state_of(task), task.programme
    lifecycle.allow_update(state, changed, enforced=stored.six_clears_enforced)
    if task.assigned_at is not None and changed.get("recurrence"):
        check_occurs(changed["recurrence"], task.assigned_at, stored.terms)
    if task.status in OPEN_STATUSES and "coordinating_organisation_ids" in changed:
        lifecycle.check_confirmable(state.changed(changed), stored.owner_organisation_id)
    require_describer(ctx, task, changed)
    if "current_deadline" in changed:
        changed["original_deadline"] = changed["current_deadline"]
    if changed.get("classification") == "public":
        changed["expected_on"] = None  # it was said in private
    withdrawn = changed.get("classification") == "restricted" and task.published_version is not None
    occurred_at = ctx.fact_time(proposal.occurred_at, task.occurred_at)
    task.programme = programme
    await record_change(ctx, task, Change("withdrawn" if withdrawn else "updated", changed), occurred_at)


async def _described(ctx: Context, proposal: TaskProposal, named: Named) -> dict[str, Any]:
    """The columns that a proposal describes, with its references resolved."""
    programme = named.programme
    organisations = require_known(_references(proposal), named.organisations)
    ids = {pointer: organisation.organisation_id for pointer, organisation in organisations.items()}
    await _check_directive(ctx, proposal, programme)
    code = proposal.code or proposal.external_id
    coordinating = {key for pointer, key in ids.items() if pointer.startswith("#/coordinating_organisations/")}
    return {name: getattr(proposal, name) for name in _PLAIN} | {
        "programme_id": programme.programme_id,
        "code": code,
        "search_text": _search_text(code, proposal),
        "recurrence": _recurrence(proposal),
        "assigning_organisation_id": ids["#/assigning_organisation"],
        "lead_organisation_id": ids.get("#/lead_organisation"),
        "coordinating_organisation_ids": sorted(coordinating),
        "current_deadline": deadline_instant(proposal.deadline, programme.terms.closes) if proposal.deadline else None,
        "demonstration": proposal.demonstration or programme.demonstration,
        **{
            name: stored_position(position, ids[f"#/{name}/organisation"])
            for name, position in _positions(proposal).items()
        },
    }


async def _own_fields(
    ctx: Context, proposal: TaskProposal, task: Task | None, programme: Programme
) -> dict[str, Mapping[str, OwnValue] | None]:
    """The columns of the values that the programme's own fields have; none of them where the task keeps its own."""
    if proposal.own_fields is None and task is not None and task.programme_id == programme.programme_id:
        return {}
    known = own_fields_of(programme.own_fields)
    given = {name: value for name, value in (proposal.own_fields or {}).items() if value is not None}
    named = {
        f"#/own_fields/{name}": value
        for name, value in given.items()
        if name in known and known[name].kind == "reference" and isinstance(value, str)
    }
    bodies = await referenced(ctx.session, named) if named else {}
    ids = {pointer.removeprefix("#/own_fields/"): body.organisation_id for pointer, body in bodies.items()}
    public, inside = read_own_fields(known, given, ids)
    return {"own_fields": public or None, "inside_fields": inside or None}


def _search_text(code: str | None, proposal: TaskProposal) -> str:
    return fold(" ".join(filter(None, (code, proposal.title, proposal.description))))


def _positions(proposal: TaskProposal) -> dict[str, Position]:
    """The positions that the proposal names, by field."""
    return {name: value for name, value in proposal if isinstance(value, Position)}


def references(proposal: TaskProposal) -> set[str]:
    """How the proposal names organisations."""
    return set(_references(proposal).values())


def _references(proposal: TaskProposal) -> dict[str, str]:
    """Every organisation that the proposal names, by the JSON Pointer of the field that names it."""
    named: dict[str, str | None] = {
        "#/assigning_organisation": proposal.assigning_organisation,
        "#/lead_organisation": proposal.lead_organisation,
    }
    for name, position in _positions(proposal).items():
        named[f"#/{name}/organisation"] = position.organisation
    for index, reference in enumerate(proposal.coordinating_organisations):
        named[f"#/coordinating_organisations/{index}"] = reference
    return {pointer: reference for pointer, reference in named.items() if reference is not None}


async def _check_directive(ctx: Context, proposal: TaskProposal, programme: Programme) -> None:
    if proposal.directive_id is None:
        return
    directive = await hold_directive(ctx.session, proposal.directive_id)
    if directive is None or directive.programme_id != programme.programme_id:
        raise ReferenceUnknown(
            "A directive is named that this programme does not have.",
            errors=[{"pointer": "#/directive_id", "code": "directive-unknown", "detail": "No such directive."}],
        )


def _recurrence(proposal: TaskProposal) -> str | None:
    if proposal.kind == "one_off":
        if proposal.recurrence:
            raise RecurrenceInvalid(
                "A one-off task has no recurrence.",
                errors=[{"pointer": "#/recurrence", "code": "not-recurring", "detail": "Leave it out."}],
            )
        return None
    return check_recurrence(proposal.recurrence) if proposal.recurrence else None


def stored_position(position: Position, organisation_id: UUID) -> dict[str, Any]:
    """A position of a request as it is stored."""
    return position_at(position.title, organisation_id)


def position_at(title: str, organisation_id: UUID) -> dict[str, Any]:
    """The position with this title in an organisation, as it is stored: its identifier follows from both."""
    position_id = stable_id("position", str(organisation_id), title)
    return {"position_id": str(position_id), "title": title, "organisation_id": str(organisation_id)}
