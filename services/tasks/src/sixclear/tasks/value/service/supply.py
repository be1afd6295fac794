"""Values typed into their slots, one or many in one transaction: loaded, planned by the rules, written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.db import wait_to_create
from sixclear.common.errors import DomainError
from sixclear.common.ids import stable_id
from sixclear.common.recording import record_many
from sixclear.common.spans import Span, before, span_of
from sixclear.common.targets import Measure
from sixclear.common.use_case import Context, ReferenceUnknown, unknown_reference
from sixclear.tasks.indicator.errors import IndicatorNotFound
from sixclear.tasks.indicator.models import Indicator, definition_of, supplies_of
from sixclear.tasks.indicator.rules import Definition, Fault, Supplies, breaches, faults
from sixclear.tasks.indicator.service import definitions_of, known_indicators
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import known_organisations
from sixclear.tasks.value import lifecycle
from sixclear.tasks.value import repository as rows
from sixclear.tasks.value.access import require_publisher, require_supplier, who
from sixclear.tasks.value.errors import ValueRefused
from sixclear.tasks.value.lifecycle import Said
from sixclear.tasks.value.models import NewSlot, Value, ValueStatement, made_of, measure_of, said_of, slot_state
from sixclear.tasks.value.recording import first_event, value_kind
from sixclear.tasks.value.responses import Statements
from sixclear.tasks.value.schemas import ValueEntry, ValueOutcome

Named = tuple[str, ValueEntry]
# Who is about to make slots of a body waits for others that are: by one of so many locks.
_LOCKS = 256
_NO_INDICATOR = "No indicator has this code; list them at /indicators."


@dataclass(frozen=True, slots=True)
class Measured:
    """An indicator with what the rules read of it: read once, for many values."""

    indicator: Indicator
    definition: Definition
    supplies: Supplies


@dataclass(frozen=True, slots=True)
class Slot:
    """What an entry names: an indicator, a body, a period; `value_id` is the identifier that it always has."""

    measured: Measured
    body: Organisation
    span: Span
    value_id: UUID

    @property
    def indicator(self) -> Indicator:
        """What is measured."""
        return self.measured.indicator

    @property
    def before_id(self) -> UUID:
        """The slot of the period before."""
        return slot_id(self.indicator.indicator_id, self.body.organisation_id, before(self.span).key)


@dataclass(frozen=True, slots=True)
class Planned:
    """What an entry makes of its slot; nothing is written yet. Without fields the slot stays as it is."""

    slot: Slot
    outcome: ValueOutcome
    breaches: Sequence[str] = ()
    statement: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)
    approved_from: datetime | None = None


def slot_id(indicator_id: UUID, organisation_id: UUID, period: str) -> UUID:
    """The identifier of a slot."""
    return stable_id("value", str(indicator_id), str(organisation_id), period)


@dataclass
class Supplying:
    """Entries of one request against locked slots. `load` it, `plan` each entry, `write` what was planned."""

    ctx: Context
    indicators: Mapping[str, Measured]
    organisations: Mapping[str, Organisation]
    slots: dict[tuple[str, str | None, str], Slot | None] = field(default_factory=dict)
    values: dict[UUID, Value] = field(default_factory=dict)
    statements: dict[tuple[UUID, int], ValueStatement] = field(default_factory=dict)
    previous: Mapping[UUID, ValueStatement] = field(default_factory=dict)

    @classmethod
    async def load(cls, ctx: Context, named: Sequence[Named]) -> "Supplying":
        """What these entries name; their slots are locked, in one order."""
        own = str(ctx.caller.own_organisation())
        known = await known_indicators(ctx, {code for code, _ in named})
        indicators = {code: Measured(one, definition_of(one), supplies_of(one)) for code, one in known.items()}
        references = {entry.organisation or own for _, entry in named}
        found = cls(ctx, indicators, await known_organisations(ctx.session, references, hold=True))
        slots = {slot.value_id: slot for code, entry in named if (slot := found.find(code, entry)) is not None}
        await found._lock(slots)
        jumps = {one.before_id for one in slots.values() if one.measured.definition.jump_percent is not None}
        found.previous = await rows.holding(ctx.session, jumps)
        return found

    async def _lock(self, slots: Mapping[UUID, Slot]) -> None:
        session = self.ctx.session
        self.values = await rows.lock_values(session, slots)
        missing = [slot for value_id, slot in slots.items() if value_id not in self.values]
        if missing:
            numbers = {one.body.organisation_id.int % _LOCKS for one in missing}
            await wait_to_create(session, *(stable_id("slots", str(number)) for number in numbers))
            self.values |= await rows.lock_values(session, {one.value_id for one in missing})
        self.statements = await rows.statements_of(session, self.values.values())

    def find(self, code: str, entry: ValueEntry) -> Slot | None:
        """The slot that an entry names; None where a part of it is not known."""
        key = (code, entry.organisation, entry.period)
        if key not in self.slots:
            measured, body, span = self.indicators.get(code), self._body(entry), span_of(entry.period)
            self.slots[key] = _slot(measured, body, span) if measured and body and span else None
        return self.slots[key]

    def _body(self, entry: ValueEntry) -> Organisation | None:
        return self.organisations.get(entry.organisation or str(self.ctx.caller.own_organisation()))

    def plan(self, code: str, entry: ValueEntry, row: int | None = None) -> Planned:
        """What an entry makes of its slot, by all rules; raises what it is refused with."""
        slot = self._require(code, entry)
        self._require_hands(slot, entry)
        self._check_period(slot)
        value = self.values.get(slot.value_id)
        state = None if value is None else slot_state(value)
        newest = None if value is None else self.statements[value.value_id, value.statement]
        measure = Measure(entry.number, entry.numerator, entry.denominator, entry.bound)
        definition = slot.measured.definition
        _refuse_if(faults(definition, measure))
        outcome: ValueOutcome = "approved" if entry.approved_by else "submitted" if entry.submit else "drafted"
        if newest is not None and _says_again(newest, entry, measure, outcome, slot):
            return Planned(slot, "unchanged", newest.breaches)
        lifecycle.check(state, "entered")
        last = None if definition.jump_percent is None else self.previous.get(slot.before_id)
        found = breaches(definition, measure, None if last is None else measure_of(last))
        _refuse_if(_missing_words(entry, found, corrects=lifecycle.needs_reason(state), drafted=outcome == "drafted"))
        fields = self._fields(slot, entry, measure, outcome, found, row)
        approved_from = self.ctx.fact_time(entry.occurred_at, None) if outcome == "approved" else None
        return Planned(slot, outcome, found, lifecycle.next_statement(state), fields, approved_from)

    def _require(self, code: str, entry: ValueEntry) -> Slot:
        slot = self.find(code, entry)
        if slot is None:
            raise self._unknown(code, entry)
        if not slot.measured.supplies.measures(slot.body.organisation_id, slot.body.level):
            _refuse_if([Fault("organisation", "body-not-measured", "The indicator is not measured of this body.")])
        return slot

    def _unknown(self, code: str, entry: ValueEntry) -> DomainError:
        """What of an entry is not known."""
        if code not in self.indicators:
            return IndicatorNotFound(_NO_INDICATOR)
        if self._body(entry) is None:
            unknown = unknown_reference("#/organisation", "organisation")
            return ReferenceUnknown("An organisation is named that is not known.", errors=[unknown])
        return _refusal([Fault("period", "period-unknown", "This is no key of a period, such as 2026-Q4.")])

    def _require_hands(self, slot: Slot, entry: ValueEntry) -> None:
        if entry.approved_by is not None:
            require_publisher(self.ctx, slot.indicator.programme)
            return
        supplier = slot.measured.supplies.supplier(slot.body.organisation_id, slot.body.level)
        require_supplier(self.ctx, supplier)
        if entry.occurred_at is not None:
            detail = "Only a value that a document has approved says from when on it is true."
            _refuse_if([Fault("occurred_at", "not-approved", detail)])

    def _check_period(self, slot: Slot) -> None:
        if slot.span.unit != slot.indicator.period_unit:
            detail = f"The indicator is measured by another unit: {slot.indicator.period_unit}."
            _refuse_if([Fault("period", "period-wrong", detail)])
        if slot.span.first > civil_date(self.ctx.now):
            _refuse_if([Fault("period", "period-in-future", "The period has not begun.")])

    def _fields(
        self,
        slot: Slot,
        entry: ValueEntry,
        measure: Measure,
        outcome: ValueOutcome,
        found: Sequence[str],
        row: int | None,
    ) -> dict[str, Any]:
        caller, now = self.ctx.caller, self.ctx.now
        provenance = entry.provenance.model_dump()
        waits = {"submitted_by": who(caller), "submitted_at": now} if outcome != "drafted" else {}
        return {
            "definition": slot.indicator.definition,
            "status": "draft" if outcome == "drafted" else outcome,
            "number": measure.number,
            "numerator": measure.numerator,
            "denominator": measure.denominator,
            "bound": measure.bound,
            "note": entry.note,
            "evidence": entry.evidence,
            "provenance": provenance | ({"row": row} if row is not None and provenance["row"] is None else {}),
            "breaches": list(found),
            "reason": entry.reason,
            "document": entry.approved_by and entry.approved_by.model_dump(mode="json"),
            "supplied_by_organisation_id": caller.own_organisation(),
            "entered_by": who(caller),
            "entered_at": now,
            "request_id": self.ctx.request_id,
            "submitted_by": None,
            "submitted_at": None,
            **waits,
        }

    async def write(self, planned: Sequence[Planned]) -> Mapping[UUID, NewSlot]:
        """Write what was planned, each slot once, and the events of what is no draft; returns the slots that are new.

        New ones, of which a file may have hundreds, go to the database as rows; others are changed where they stand.
        """
        changed = [one for one in planned if one.fields]
        new = [_new_row(self.ctx, one) for one in changed if one.slot.value_id not in self.values]
        await rows.add_new(self.ctx.session, new)
        meta = self.ctx.meta()
        events = [first_event(row, self.ctx.now, meta) for row in new if row["version"]]
        await self.ctx.log.publish_many(self.ctx.session, events, recorded_at=self.ctx.now)
        await self._change_known([one for one in changed if one.slot.value_id in self.values])
        return {row["value_id"]: row for row in new}

    async def _change_known(self, planned: Sequence[Planned]) -> None:
        if not planned:
            return
        changes, approved = [], {}
        holds = {key[0]: row for key, row in self.statements.items() if self.values[key[0]].approved == key[1]}
        for one in planned:
            value, statement = self._write_statement(one)
            if one.outcome == "drafted":
                continue
            change, at = self._change(one, value, statement, holds.get(value.value_id))
            if one.outcome == "approved":
                approved[value.value_id] = statement
            changes.append((value, change, at))
        definitions = await definitions_of(self.ctx, {value.indicator_id for value, _, _ in changes})
        await record_many(self.ctx, changes, value_kind(holds | approved, definitions))
        await self.ctx.session.flush()

    def _write_statement(self, one: Planned) -> tuple[Value, ValueStatement]:
        value_id, session = one.slot.value_id, self.ctx.session
        value = self.values[value_id]
        value.status, value.statement = one.fields["status"], one.statement
        statement = self.statements.get((value_id, one.statement))
        if statement is None:
            statement = ValueStatement(
                value_id=value_id,
                statement=one.statement,
                indicator_id=value.indicator_id,
                organisation_id=value.organisation_id,
                period=value.period,
                last_day=value.last_day,
            )
            self.statements[value_id, one.statement] = statement
            session.add(statement)
        for name, told in one.fields.items():
            setattr(statement, name, told)
        return value, statement

    def _change(
        self, one: Planned, value: Value, statement: ValueStatement, held: ValueStatement | None
    ) -> tuple[Change, datetime]:
        if one.outcome == "submitted":
            return Change("submitted", {}), self.ctx.now
        assert one.approved_from is not None, "what is approved has its instant"
        return approve_row(self.ctx, value, statement, held, one.approved_from)


def approve_row(
    ctx: Context, value: Value, statement: ValueStatement, held: ValueStatement | None, occurred_at: datetime
) -> tuple[Change, datetime]:
    """Let the newest statement of a locked slot hold; returns the change of the slot and its instant."""
    corrected_at = None if held is None else held.occurred_at
    change, true_from = lifecycle.approval(slot_state(value), corrected_at, occurred_at)
    statement.status, statement.occurred_at, statement.decided_at = "approved", true_from, ctx.now
    statement.decided_by = who(ctx.caller)
    statement.decided_by_organisation_id = ctx.caller.own_organisation()
    return change, true_from


def _slot(measured: Measured, body: Organisation, span: Span) -> Slot:
    value_id = slot_id(measured.indicator.indicator_id, body.organisation_id, span.key)
    return Slot(measured, body, span, value_id)


def _new_row(ctx: Context, one: Planned) -> NewSlot:
    """A slot with its first statement, as `repository.add_new` writes it."""
    slot, indicator, approved = one.slot, one.slot.indicator, one.outcome == "approved"
    version = 0 if one.outcome == "drafted" else 1
    decided = (who(ctx.caller), ctx.caller.own_organisation(), ctx.now) if approved else (None, None, None)
    return {
        "value_id": slot.value_id,
        "indicator_id": indicator.indicator_id,
        "indicator": indicator.code,
        "programme": indicator.programme.slug,
        "organisation_id": slot.body.organisation_id,
        "level": slot.body.level,
        "period": slot.span.key,
        "period_unit": indicator.period_unit,
        "value_type": indicator.value_type,
        "unit": indicator.unit,
        "first_day": slot.span.first,
        "last_day": slot.span.last,
        "demonstration": indicator.demonstration,
        "statement": one.statement,
        "approved": one.statement if approved else None,
        "version": version,
        "published_version": version or None,
        "occurred_at": one.approved_from or ctx.now,
        "true_from": one.approved_from,
        "recorded_at": ctx.now,
        **one.fields,
        **dict(zip(("decided_by", "decided_by_organisation_id", "decided_at"), decided, strict=True)),
        "return_reason": None,
    }


def _says_again(newest: ValueStatement, entry: ValueEntry, measure: Measure, outcome: ValueOutcome, slot: Slot) -> bool:
    """Whether the slot says so already, and is as far as the entry wants it.

    The same figure by another definition is meant where a reason is given, or where nothing is published yet.
    """
    if said_of(newest) != Said(measure, entry.note, entry.evidence):
        return False
    if newest.definition != slot.indicator.definition:
        corrects = newest.status == "approved" and entry.reason not in (None, newest.reason)
        if corrects or newest.status == "draft":
            return False
    wanted = {"drafted": ("draft", "submitted", "approved"), "submitted": ("submitted", "approved")}
    return newest.status in wanted.get(outcome, ("approved",))


def _missing_words(entry: ValueEntry, found: Sequence[str], *, corrects: bool, drafted: bool) -> list[Fault]:
    missing = []
    if corrects and entry.reason is None:
        detail = "A value was approved here: say why it is corrected."
        missing.append(Fault("reason", "reason-needed", detail))
    if found and entry.note is None and not drafted:
        detail = f"The value is not plausible ({', '.join(found)}): explain it, or correct it."
        missing.append(Fault("note", "note-needed", detail))
    return missing


def _refuse_if(found: Sequence[Fault]) -> None:
    if found:
        raise _refusal(found)


def _refusal(found: Sequence[Fault]) -> ValueRefused:
    return ValueRefused(found[0].detail, errors=[one.as_error() for one in found])


async def supply(ctx: Context, code: str, entry: ValueEntry, expect: Any) -> tuple[Value, Statements, bool]:
    """Type one value into its slot; True where that changed something. Raises what it is refused with."""
    batch = await Supplying.load(ctx, [(code, entry)])
    if (slot := batch.find(code, entry)) is not None:
        expect(batch.values.get(slot.value_id))
    planned = batch.plan(code, entry)
    value_id = planned.slot.value_id
    new = await batch.write([planned])
    if value_id in new:
        value, statement = made_of(new[value_id])
        return value, {(value_id, value.statement): statement}, True
    return batch.values[value_id], batch.statements, planned.outcome != "unchanged"
