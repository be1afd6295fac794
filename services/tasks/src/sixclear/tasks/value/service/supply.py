"""Values typed into their slots, one or many in one transaction: loaded, planned by the rules, written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sixclear.common.change import Change
from sixclear.common.clock import civil_date
from sixclear.common.db import wait_to_create
from sixclear.common.ids import stable_id
from sixclear.common.recording import record_many
from sixclear.common.spans import Span, before, span_of
from sixclear.common.targets import Measure
from sixclear.common.use_case import Context, ReferenceUnknown, unknown_reference
from sixclear.tasks.indicator.errors import IndicatorNotFound
from sixclear.tasks.indicator.models import Indicator, definition_of, supplies_of
from sixclear.tasks.indicator.rules import Fault, breaches, faults
from sixclear.tasks.indicator.service import definitions_of, known_indicators
from sixclear.tasks.organisation.models import Organisation
from sixclear.tasks.organisation.service import known_organisations
from sixclear.tasks.value import lifecycle
from sixclear.tasks.value import repository as rows
from sixclear.tasks.value.access import require_publisher, require_supplier, who
from sixclear.tasks.value.errors import ValueRefused
from sixclear.tasks.value.lifecycle import Said
from sixclear.tasks.value.models import Value, ValueStatement, measure_of, said_of, slot_state
from sixclear.tasks.value.recording import value_kind
from sixclear.tasks.value.responses import Statements
from sixclear.tasks.value.schemas import ValueEntry, ValueOutcome

Named = tuple[str, ValueEntry]
# Who is about to make slots of a body waits for others that are: by one of so many locks.
_LOCKS = 256
_NO_INDICATOR = "No indicator has this code; list them at /indicators."


@dataclass(frozen=True, slots=True)
class Slot:
    """What an entry names: an indicator, a body, a period."""

    indicator: Indicator
    body: Organisation
    span: Span

    @property
    def value_id(self) -> UUID:
        """The identifier that the slot always has."""
        return slot_id(self.indicator.indicator_id, self.body.organisation_id, self.span.key)


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
    indicators: Mapping[str, Indicator]
    organisations: Mapping[str, Organisation]
    values: dict[UUID, Value] = field(default_factory=dict)
    statements: dict[tuple[UUID, int], ValueStatement] = field(default_factory=dict)
    previous: Mapping[UUID, ValueStatement] = field(default_factory=dict)

    @classmethod
    async def load(cls, ctx: Context, named: Sequence[Named]) -> "Supplying":
        """What these entries name; their slots are locked, in one order."""
        own = str(ctx.caller.own_organisation())
        indicators = await known_indicators(ctx, {code for code, _ in named})
        references = {entry.organisation or own for _, entry in named}
        found = cls(ctx, indicators, await known_organisations(ctx.session, references, hold=True))
        slots = {slot.value_id: slot for code, entry in named if (slot := found.find(code, entry)) is not None}
        await found._lock(slots)
        jumps = {
            slot_id(one.indicator.indicator_id, one.body.organisation_id, before(one.span).key)
            for one in slots.values()
            if one.indicator.jump_percent is not None
        }
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
        indicator, body = self.indicators.get(code), self._body(entry)
        span = span_of(entry.period)
        return Slot(indicator, body, span) if indicator and body and span else None

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
        definition = definition_of(slot.indicator)
        _refuse_if(faults(definition, measure))
        outcome: ValueOutcome = "approved" if entry.approved_by else "submitted" if entry.submit else "drafted"
        if newest is not None and _says_again(newest, entry, measure, outcome):
            return Planned(slot, "unchanged", newest.breaches)
        lifecycle.check(state, "entered")
        last = self.previous.get(slot_id(slot.indicator.indicator_id, slot.body.organisation_id, before(slot.span).key))
        found = breaches(definition, measure, None if last is None else measure_of(last))
        _refuse_if(_missing_words(entry, found, corrects=lifecycle.needs_reason(state), drafted=outcome == "drafted"))
        fields = self._fields(slot, entry, measure, outcome, found, row)
        approved_from = self.ctx.fact_time(entry.occurred_at, None) if outcome == "approved" else None
        return Planned(slot, outcome, found, lifecycle.next_statement(state), fields, approved_from)

    def _require(self, code: str, entry: ValueEntry) -> Slot:
        indicator, body, span = self.indicators.get(code), self._body(entry), span_of(entry.period)
        if indicator is None:
            raise IndicatorNotFound(_NO_INDICATOR)
        if body is None:
            unknown = unknown_reference("#/organisation", "organisation")
            raise ReferenceUnknown("An organisation is named that is not known.", errors=[unknown])
        if span is None:
            _refuse_if([Fault("period", "period-unknown", "This is no key of a period, such as 2026-Q4.")])
        assert span is not None
        if not supplies_of(indicator).measures(body.organisation_id, body.level):
            _refuse_if([Fault("organisation", "body-not-measured", "The indicator is not measured of this body.")])
        return Slot(indicator, body, span)

    def _require_hands(self, slot: Slot, entry: ValueEntry) -> None:
        if entry.approved_by is not None:
            require_publisher(self.ctx, slot.indicator.programme)
            return
        supplier = supplies_of(slot.indicator).supplier(slot.body.organisation_id, slot.body.level)
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

    async def write(self, planned: Sequence[Planned]) -> None:
        """Write what was planned, each slot once, and the events of what is no draft."""
        changes, approved = [], {}
        holds = {key[0]: row for key, row in self.statements.items() if self.values[key[0]].approved == key[1]}
        for one in planned:
            if not one.fields:
                continue
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
        slot, session = one.slot, self.ctx.session
        value = self.values.get(slot.value_id)
        if value is None:
            value = self.values[slot.value_id] = _new_value(slot, self.ctx.now)
            session.add(value)
        value.status, value.statement = one.fields["status"], one.statement
        statement = self.statements.get((slot.value_id, one.statement))
        if statement is None:
            statement = ValueStatement(
                value_id=slot.value_id,
                statement=one.statement,
                indicator_id=value.indicator_id,
                organisation_id=value.organisation_id,
                period=value.period,
                last_day=value.last_day,
            )
            self.statements[slot.value_id, one.statement] = statement
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

    def shown(self) -> Statements:
        """The statements of the slots, as they are now."""
        return self.statements


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


def _new_value(slot: Slot, now: datetime) -> Value:
    indicator = slot.indicator
    return Value(
        value_id=slot.value_id,
        indicator_id=indicator.indicator_id,
        indicator=indicator.code,
        programme=indicator.programme.slug,
        organisation_id=slot.body.organisation_id,
        level=slot.body.level,
        period=slot.span.key,
        first_day=slot.span.first,
        last_day=slot.span.last,
        demonstration=indicator.demonstration,
        version=0,
        occurred_at=now,
        recorded_at=now,
    )


def _says_again(newest: ValueStatement, entry: ValueEntry, measure: Measure, outcome: ValueOutcome) -> bool:
    """Whether the slot says so already, and is as far as the entry wants it."""
    if said_of(newest) != Said(measure, entry.note, entry.evidence):
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
        raise ValueRefused(found[0].detail, errors=[one.as_error() for one in found])


async def supply(ctx: Context, code: str, entry: ValueEntry, expect: Any) -> tuple[Value, Statements, bool]:
    """Type one value into its slot; True where that changed something. Raises what it is refused with."""
    batch = await Supplying.load(ctx, [(code, entry)])
    if (slot := batch.find(code, entry)) is not None:
        expect(batch.values.get(slot.value_id))
    planned = batch.plan(code, entry)
    await batch.write([planned])
    return batch.values[planned.slot.value_id], batch.shown(), planned.outcome != "unchanged"
