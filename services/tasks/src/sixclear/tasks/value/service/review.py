"""Values submitted, returned, approved and withdrawn: one of them, or all that fit a filter."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sixclear.common.caller import InsufficientScope
from sixclear.common.change import Change
from sixclear.common.recording import record_many
from sixclear.common.use_case import Context, Expect, OrganisationNotAllowed, ReferenceUnknown
from sixclear.tasks.indicator.rules import Fault
from sixclear.tasks.indicator.service import definitions_of, indicators_by_id
from sixclear.tasks.organisation.service import list_subtree, meant
from sixclear.tasks.value import lifecycle
from sixclear.tasks.value import repository as rows
from sixclear.tasks.value.access import require_reviewer, require_supplier, who
from sixclear.tasks.value.errors import ReviewChanged, ValueNotFound, ValueRefused
from sixclear.tasks.value.models import Value, ValueStatement, hands_of, slot_state
from sixclear.tasks.value.recording import value_kind
from sixclear.tasks.value.repository import Waiting
from sixclear.tasks.value.responses import Statements, value_responses
from sixclear.tasks.value.schemas import (
    ApproveEntry,
    ReturnEntry,
    ReviewEntry,
    ReviewResult,
    SubmitEntry,
    WithdrawalEntry,
)
from sixclear.tasks.value.service.supply import approve_row

_AT_ONCE, _SHOWN = 500, 100
_SCOPES = {"submit": "tasks:report", "return": "tasks:confirm", "approve": "tasks:confirm"}
Decided = tuple[Value, Change, datetime]


async def _locked(ctx: Context, value_id: UUID, expect: Expect) -> tuple[Value, dict[tuple[UUID, int], ValueStatement]]:
    found = await rows.lock_values(ctx.session, [value_id])
    if value_id not in found:
        raise ValueNotFound
    expect(found[value_id])
    return found[value_id], await rows.statements_of(ctx.session, found.values())


async def _owner_of(ctx: Context, value: Value) -> UUID:
    indicators = await indicators_by_id(ctx, [value.indicator_id])
    return indicators[value.indicator_id].programme.owner_organisation_id


async def submit(ctx: Context, value_id: UUID, entry: SubmitEntry, expect: Expect) -> tuple[Value, Statements]:
    """Submit a draft of your own body; what is not plausible needs a note. Submitted already: nothing changes."""
    value, statements = await _locked(ctx, value_id, expect)
    statement = statements[value_id, value.statement]
    try:
        require_supplier(ctx, statement.supplied_by_organisation_id)
    except OrganisationNotAllowed:
        raise ValueNotFound from None
    if value.status == "submitted":
        return value, statements
    lifecycle.check(slot_state(value), "submitted")
    if entry.note is not None:
        statement.note = entry.note
    if fault := _unexplained(statement):
        raise ValueRefused(fault.detail, errors=[fault.as_error()])
    await _record(ctx, [_submit_row(ctx, value, statement)], statements)
    return value, statements


def _unexplained(statement: ValueStatement) -> Fault | None:
    if not statement.breaches or statement.note is not None:
        return None
    detail = f"The value is not plausible ({', '.join(statement.breaches)}): explain it, or correct it."
    return Fault("note", "note-needed", detail)


def _submit_row(ctx: Context, value: Value, statement: ValueStatement) -> Decided:
    statement.status = "submitted"
    statement.submitted_by, statement.submitted_at = who(ctx.caller), ctx.now
    return value, Change("submitted", {"status": "submitted"}), ctx.now


async def send_back(ctx: Context, value_id: UUID, entry: ReturnEntry, expect: Expect) -> tuple[Value, Statements]:
    """Send a submitted value back with a reason; another person than the one that submitted it."""
    value, statements = await _locked(ctx, value_id, expect)
    statement = statements[value_id, value.statement]
    await require_reviewer(ctx, value, await _owner_of(ctx, value), hands_of(statement))
    lifecycle.check(slot_state(value), "returned")
    await _record(ctx, [_return_row(ctx, value, statement, entry.reason)], statements, reason=entry.reason)
    return value, statements


def _return_row(ctx: Context, value: Value, statement: ValueStatement, reason: str) -> Decided:
    statement.status, statement.return_reason, statement.decided_at = "returned", reason, ctx.now
    statement.decided_by = who(ctx.caller)
    statement.decided_by_organisation_id = ctx.caller.own_organisation()
    return value, Change("returned", {"status": "returned"}), ctx.now


async def approve(ctx: Context, value_id: UUID, entry: ApproveEntry, expect: Expect) -> tuple[Value, Statements]:
    """Approve a submitted value: it counts from now on. A correction is true from the instant of what it corrects."""
    value, statements = await _locked(ctx, value_id, expect)
    statement = statements[value_id, value.statement]
    await require_reviewer(ctx, value, await _owner_of(ctx, value), hands_of(statement))
    lifecycle.check(slot_state(value), "approved")
    occurred_at = ctx.fact_time(entry.occurred_at, None)
    await _record(ctx, [_approve(ctx, value, statements, occurred_at)], statements, reason=statement.reason)
    return value, statements


def _approve(
    ctx: Context, value: Value, statements: dict[tuple[UUID, int], ValueStatement], occurred_at: datetime
) -> Decided:
    statement = statements[value.value_id, value.statement]
    held = None if value.approved is None else statements[value.value_id, value.approved]
    change, true_from = approve_row(ctx, value, statement, held, occurred_at)
    return value, change, true_from


async def withdraw(ctx: Context, value_id: UUID, entry: WithdrawalEntry, expect: Expect) -> tuple[Value, Statements]:
    """Take an approved value out: it never was one, as far as is known from now on."""
    value, statements = await _locked(ctx, value_id, expect)
    await require_reviewer(ctx, value, await _owner_of(ctx, value))
    lifecycle.check(slot_state(value), "withdrawn")
    assert value.approved is not None, "what is approved has a statement that holds"
    held = statements[value_id, value.approved]
    change = lifecycle.withdrawal(slot_state(value))
    assert held.occurred_at is not None, "what holds has its instant"
    statement = _withdrawn_row(ctx, held, change.fields["statement"], entry.reason)
    statements[value_id, statement.statement] = statement
    ctx.session.add(statement)
    await _record(ctx, [(value, change, held.occurred_at)], statements, reason=entry.reason)
    return value, statements


def _withdrawn_row(ctx: Context, held: ValueStatement, number: int, reason: str) -> ValueStatement:
    carried = ("value_id", "indicator_id", "organisation_id", "period", "last_day", "definition", "occurred_at")
    own = ctx.caller.own_organisation()
    return ValueStatement(
        **{name: getattr(held, name) for name in carried},
        statement=number,
        status="withdrawn",
        provenance={},
        breaches=[],
        reason=reason,
        supplied_by_organisation_id=own,
        entered_by=who(ctx.caller),
        entered_at=ctx.now,
        request_id=ctx.request_id,
        decided_by=who(ctx.caller),
        decided_by_organisation_id=own,
        decided_at=ctx.now,
    )


async def _record(
    ctx: Context,
    decided: Sequence[Decided],
    statements: dict[tuple[UUID, int], ValueStatement],
    *,
    reason: str | None = None,
) -> None:
    holding = {}
    for value, change, _ in decided:
        number = change.fields.get("approved", value.approved)
        if number is not None:
            holding[value.value_id] = statements[value.value_id, number]
    definitions = await definitions_of(ctx, {value.indicator_id for value, _, _ in decided})
    await record_many(ctx, decided, value_kind(holding, definitions), reason=reason)
    await ctx.session.flush()


async def review(ctx: Context, entry: ReviewEntry, *, dry_run: bool) -> ReviewResult:
    """Decide on all values that fit a filter and that the caller may decide on, up to 500; it says how many are left.

    With `dry_run` the same is answered and nothing is written.
    """
    if _SCOPES[entry.decision] not in ctx.caller.scopes:
        raise InsufficientScope(_SCOPES[entry.decision])
    if entry.decision == "return" and entry.reason is None:
        fault = Fault("reason", "reason-needed", "Say why the values are sent back.")
        raise ValueRefused(fault.detail, errors=[fault.as_error()])
    wanted = await _wanted(ctx, entry)
    found, decidable = await rows.count_waiting(ctx.session, wanted)
    values = await rows.lock_values(ctx.session, await rows.list_waiting(ctx.session, wanted, _AT_ONCE))
    waiting = [value for value in values.values() if value.status == wanted.status]
    statements = await rows.statements_of(ctx.session, waiting)
    taken = [one for one in waiting if _may_decide(ctx, entry, statements[one.value_id, one.statement])]
    previewed = _digest(statements[one.value_id, one.statement] for one in taken)
    if not dry_run and entry.previewed not in (None, previewed):
        raise ReviewChanged
    shown = await value_responses(ctx.session, taken[:_SHOWN], statements)
    if not dry_run:
        await _record(ctx, [_decide(ctx, entry, one, statements) for one in taken], statements, reason=entry.reason)
        shown = await value_responses(ctx.session, taken[:_SHOWN], statements)
    return ReviewResult(
        dry_run=dry_run,
        found=found,
        decided=len(taken),
        kept_back=found - decidable,
        left=max(0, decidable - len(taken)),
        previewed=previewed,
        items=shown,
    )


def _digest(statements: Iterable[ValueStatement]) -> str:
    """One text for these statements as they were typed, whatever their order."""
    told = sorted(f"{one.value_id} {one.statement} {one.entered_at.timestamp()}" for one in statements)
    return sha256("\n".join(told).encode()).hexdigest()


async def _wanted(ctx: Context, entry: ReviewEntry) -> Waiting:
    own = ctx.caller.own_organisation()
    bodies = None
    if entry.organisation is not None:
        try:
            bodies = await list_subtree(ctx.session, await meant(ctx.session, "organisation", entry.organisation))
        except ReferenceUnknown as error:
            errors = [
                {"pointer": "#/organisation", "code": one["code"], "detail": one["detail"]} for one in error.errors
            ]
            raise type(error)(error.detail, errors=errors) from None
    narrowed = {
        "programme": entry.programme,
        "indicator": entry.indicator,
        "organisation_ids": bodies,
        "period": entry.period,
    }
    if entry.decision == "submit":
        return Waiting("draft", supplied_by=own, **narrowed)  # type: ignore[arg-type]
    below = [one for one in await list_subtree(ctx.session, own) if one != own]
    return Waiting("submitted", reviewed_by=own, below=below, who=who(ctx.caller), **narrowed)  # type: ignore[arg-type]


def _may_decide(ctx: Context, entry: ReviewEntry, statement: ValueStatement) -> bool:
    if entry.decision == "submit":
        return _unexplained(statement) is None
    return not hands_of(statement).holds(who(ctx.caller))


def _decide(
    ctx: Context, entry: ReviewEntry, value: Value, statements: dict[tuple[UUID, int], ValueStatement]
) -> Decided:
    statement = statements[value.value_id, value.statement]
    if entry.decision == "submit":
        return _submit_row(ctx, value, statement)
    if entry.decision == "return":
        assert entry.reason is not None, "a return without a reason was refused"
        return _return_row(ctx, value, statement, entry.reason)
    return _approve(ctx, value, statements, ctx.now)
