"""Findings on random catalogues are those that a plain computation finds, with the same instants, for each reader."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update
from tests.integration.data_catalog.conftest import (
    IDENTITY_LAW,
    MINISTRY,
    OTHER_MINISTRY,
    STANDING_BODY,
    START,
    Service,
    an_approved_element,
    description,
)

from sixclear.common.db import Database
from sixclear.data_catalog.element.models import Element
from sixclear.data_catalog.entry.models import Entry
from sixclear.data_catalog.entry.reading import EVERYONE, Reader
from sixclear.data_catalog.field.models import Field, FieldPast
from sixclear.data_catalog.finding import repository
from sixclear.data_catalog.organisation.models import Organisation

pytestmark = pytest.mark.asyncio

READERS = {
    "everyone": EVERYONE,
    "a body": Reader(inside=True, organisation_ids=frozenset({OTHER_MINISTRY})),
    "the steward": Reader(inside=True, everything=True),
}
BODIES = (MINISTRY, OTHER_MINISTRY, STANDING_BODY)
Found = tuple[str, UUID, UUID | None, UUID | None, datetime]


async def test_findings_are_those_of_a_plain_computation(service: Service) -> None:
    async with service.database.transaction() as session:
        below = update(Organisation).where(Organisation.entity_id != STANDING_BODY)
        await session.execute(below.values(parent_id=STANDING_BODY))
    for number in range(3):
        await an_approved_element(service, code=f"ma-so-{number}", max_length=12)
    await an_approved_element(service, code="ma-so-kin", restricted=True)
    made = [
        await service.done(
            "steward",
            "/entries",
            description(
                code=f"E-{number}",
                kind="data_service" if number > 5 else "database",
                owner_organisation_id=str(BODIES[number % 2]),
                classification=("public", "public", "state", "restricted")[number % 4],
            ),
        )
        for number in range(9)
    ]
    seen = set()
    for seed in range(8):
        dice = random.Random(seed)
        now = START + timedelta(days=40)
        await _fill(service.database, [UUID(one["entry_id"]) for one in made], dice, now)
        for name, reader in READERS.items():
            async with service.database.session() as session:
                expected = sorted(_by_hand(await _rows(session), reader, now), key=str)
                rows = await repository.list_findings(
                    session, reader, repository.FindingFilter(), now=now, after=None, limit=1_000
                )
            found = [(row.kind, row.element_id, row.entry_id, row.field_id, row.opened_at) for row in rows]
            assert sorted(found, key=str) == expected, f"seed {seed}, {name}"
            assert len({row.finding_id for row in rows}) == len(rows)
            seen |= {row.kind for row in rows}
    assert len(seen) == 7, "a kind was never found"


async def _fill(database: Database, entries: list[UUID], dice: random.Random, now: datetime) -> None:
    """Another random catalogue in the place of the one before."""

    def ago() -> datetime:
        return now - timedelta(hours=dice.randrange(1, 300))

    async with database.transaction() as session:
        await session.execute(delete(FieldPast))
        await session.execute(delete(Field))
        elements = list(await session.scalars(select(Element.element_id).order_by(Element.code)))
        for entry_id in entries:
            beat = dice.choice([None, ago(), ago()])
            promise = dice.choice([None, 3_600, 2_592_000, 2_592_000])
            alive = update(Entry).where(Entry.entry_id == entry_id)
            await session.execute(alive.values(last_heartbeat_at=beat, promised_period_seconds=promise))
        fields, past = [], []
        for number in range(32):
            role = dice.choice(["master", "master", "copy", "collected", "collected", "derived"])
            field = {
                "field_id": UUID(int=dice.getrandbits(128)),
                "entry_id": dice.choice(entries),
                "name": f"cot_{number}",
                "label": None,
                "type": dice.choice([None, "string", "date"]),
                "max_length": dice.choice([None, 12, 20]),
                "unit": None,
                "code_list": None,
                "classification": dice.choice(["public", "public", "state", "restricted"]),
                "element_id": dice.choice([*elements, None]),
                "role": role,
                "territories": dice.choice([[], [MINISTRY], [OTHER_MINISTRY], [STANDING_BODY]]),
                "subjects": dice.choice([None, None, "citizens", "foreigners"]),
                "source_entry_id": dice.choice(entries) if role == "copy" else None,
                "max_age_seconds": dice.choice([None, 3_600, 1_000_000]) if role == "copy" else None,
                "synchronised_at": dice.choice([None, ago()]) if role == "copy" else None,
                "service_entry_id": dice.choice(entries[6:]) if role == "master" and number % 5 else None,
                "legal_basis": dice.choice([None, IDENTITY_LAW]),
                "standing": dice.choice(["declared", "confirmed", "disputed"]),
                "counts_since": ago(),
                "form_since": ago(),
                "basis_since": ago(),
                "removed_at": dice.choice([None, None, None, ago()]),
                "version": 2,
                "recorded_at": now,
            }
            fields.append(field)
            if dice.random() < 0.4:
                before = {name: field[name] for name in ("field_id", "element_id", "role", "source_entry_id")}
                is_public = dice.choice([True, True, False, None])
                told = {"is_public": is_public, "is_state": is_public or dice.choice([True, False])}
                past.append(before | told | {"version": 1, "until": ago()})
        await session.execute(insert(Field), fields)
        await session.execute(insert(FieldPast), past)


async def _rows(session: Any) -> Mapping[str, Any]:
    return {
        "entries": {row.entry_id: row for row in await session.scalars(select(Entry))},
        "elements": {row.element_id: row for row in await session.scalars(select(Element))},
        "fields": list(await session.scalars(select(Field))),
        "past": list(await session.scalars(select(FieldPast))),
    }


def _may(reader: Reader, classification: str, owner: UUID) -> bool:
    whole = reader.everything or owner in reader.organisation_ids
    return whole or classification == "public" or (classification == "state" and reader.inside)


def _by_hand(rows: Mapping[str, Any], reader: Reader, now: datetime) -> Iterator[Found]:
    entries = {
        key: one for key, one in rows["entries"].items() if _may(reader, one.classification, one.owner_organisation_id)
    }
    elements = {
        key: one
        for key, one in rows["elements"].items()
        if _may(reader, "restricted" if one.restricted else "public", one.owner_organisation_id)
    }
    told = [one for one in rows["fields"] if one.entry_id in entries and _told(reader, one, entries, elements)]
    owners = {field.field_id: entries[field.entry_id].owner_organisation_id for field in told}
    past = [one for one in rows["past"] if one.field_id in owners and _ended_told(reader, one, owners[one.field_id])]
    counting = [
        one for one in told if one.removed_at is None and one.standing != "disputed" and one.element_id in elements
    ]
    masters = [one for one in counting if one.role == "master"]
    for element in elements.values():
        spoken = any(one.element_id == element.element_id for one in (*counting, *past))
        if spoken and not any(one.element_id == element.element_id for one in masters):
            ends = [one.until for one in past if one.element_id == element.element_id and one.role == "master"]
            yield "no_master", element.element_id, None, None, max([element.approved_at, *ends])
    for one in counting:
        for kind, opened_at in _of_field(one, counting, masters, past, entries, elements, now):
            yield kind, one.element_id, one.entry_id, one.field_id, opened_at


def _told(reader: Reader, field: Field, entries: Mapping[UUID, Entry], elements: Mapping[UUID, Element]) -> bool:
    owner = entries[field.entry_id].owner_organisation_id
    if reader.everything or owner in reader.organisation_ids:
        return True
    return _may(reader, field.classification, owner) and (field.element_id is None or field.element_id in elements)


def _ended_told(reader: Reader, past: FieldPast, owner: UUID) -> bool:
    whole = reader.everything or owner in reader.organisation_ids
    return bool(whole or past.is_public or (reader.inside and past.is_state))


def _of_field(
    one: Field,
    counting: list[Field],
    masters: list[Field],
    past: list[FieldPast],
    entries: Mapping[UUID, Entry],
    elements: Mapping[UUID, Element],
    now: datetime,
) -> Iterator[tuple[str, datetime]]:
    beside = [
        other
        for other in masters
        if other.element_id == one.element_id and other.entry_id != one.entry_id and _overlap(one, other)
    ]
    element = elements[one.element_id]  # type: ignore[index]
    if one.role == "collected":
        beside = [other for other in beside if _works(entries.get(other.service_entry_id), now)]  # type: ignore[arg-type]
    if beside and one.role in ("master", "collected"):
        first = min(max(one.counts_since, other.counts_since) for other in beside)
        yield ("two_masters" if one.role == "master" else "collected_again"), first
    if one.role == "copy" and one.max_age_seconds is not None:
        due = (one.synchronised_at or one.counts_since) + timedelta(seconds=one.max_age_seconds)
        if due < now:
            yield "copy_too_old", due
    if one.role in ("master", "collected") and one.legal_basis is None:
        yield "no_legal_basis", max(one.basis_since, one.counts_since)
    if one.role != "derived":
        said = element.content or {}
        names = ("type", "max_length", "unit", "code_list")
        pairs = [(getattr(one, name), said[name]) for name in names]
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            assert element.approved_at is not None
            yield "unlike_dictionary", max(one.form_since, element.approved_at)
    if one.role == "master" and one.service_entry_id not in entries:
        copies = [c for c in counting if c.role == "copy" and _copies(c, one)]
        if not copies:
            ends = [ended.until for ended in past if ended.role == "copy" and _copies(ended, one)]
            yield "shared_with_nobody", max([one.counts_since, *ends])


def _copies(copy: Field | FieldPast, master: Field) -> bool:
    return copy.source_entry_id == master.entry_id and copy.element_id == master.element_id


def _overlap(one: Field, other: Field) -> bool:
    if None not in (one.subjects, other.subjects) and one.subjects != other.subjects:
        return False
    if not one.territories or not other.territories:
        return True
    both = set(one.territories) | set(other.territories)
    # The standing body stands above the two ministries.
    return STANDING_BODY in both or bool(set(one.territories) & set(other.territories))


def _works(service: Entry | None, now: datetime) -> bool:
    if service is None or service.last_heartbeat_at is None or service.promised_period_seconds is None:
        return False
    promised = timedelta(seconds=service.promised_period_seconds)
    return service.last_heartbeat_at >= now - min(promised, timedelta(days=7))
