"""The organisations that ship with the product, registered when they are missing."""

import csv
import hashlib
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

from sixclear.common import folding, text
from sixclear.common.clock import civil_day_start
from sixclear.common.db import Database
from sixclear.common.entity import next_version
from sixclear.common.events.log import EventLog, NewEvent
from sixclear.common.folding import fold
from sixclear.common.ids import stable_id
from sixclear.tasks.organisation import names
from sixclear.tasks.organisation import repository as rows
from sixclear.tasks.organisation.models import Organisation, OrganisationPeriod
from sixclear.tasks.organisation.names import search_text, united
from sixclear.tasks.organisation.recording import organisation_data

# A transaction that writes events ends within seconds; 3,400 organisations go in chunks.
_CHUNK = 500
_FILES = (
    "party-bodies.csv",
    "central-agencies.csv",
    "administrative-units.csv",
    "former-units.csv",
    "search-names.csv",
)
# Codes by the organisation that has them since a decision here.
Inherited = Mapping[UUID, Collection[str]]
_READ_BY = (names, folding, text, sys.modules[__name__])
# The day of Decision 09/2025/QĐ-TTg, which gives today's agencies their codes.
_AGENCY_CODES_SINCE = date(2025, 4, 14)


@dataclass(frozen=True, slots=True)
class Named:
    """What an organisation was called in one period."""

    name_vi: str
    type: str
    valid_from: date
    valid_to: date | None
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A unit that was merged into an organisation, or what that organisation was before it was renamed."""

    code: str
    name_vi: str
    type: str
    valid_to: date
    legal_basis: str

    def stored(self) -> dict[str, str]:
        """As the row of its successor holds it."""
        return asdict(self) | {"valid_to": self.valid_to.isoformat()}


@dataclass(frozen=True, slots=True)
class Seed:
    """One organisation of the shipped files with its periods, oldest first."""

    code: str
    level: str
    name_en: str | None
    parent_code: str | None
    periods: tuple[Named, ...]
    predecessors: tuple[Predecessor, ...] = ()
    also_called: tuple[str, ...] = ()

    @property
    def codes(self) -> list[str]:
        """Its own code, then those of its predecessors."""
        return [self.code, *sorted({unit.code for unit in self.predecessors} - {self.code})]

    @property
    def search_text(self) -> str:
        """Every spelling under which it is found."""
        called = [(named.name_vi, named.type) for named in self.periods]
        called += [(unit.name_vi, unit.type) for unit in self.predecessors]
        others = (*self.also_called, *([self.name_en] if self.name_en else []))
        return search_text([*called, *((name, "") for name in others)])


def organisation_id(code: str) -> UUID:
    """The identifier that the organisation with this first code has on every installation."""
    return stable_id("organisation", code)


def shipped_organisations() -> list[Seed]:
    """Central bodies, then provinces, then communes: parents before children."""
    return [*_central("party-bodies.csv", "party_body"), *_central("central-agencies.csv", "central_agency"), *_units()]


def _rows(name: str) -> Iterator[dict[str, str]]:
    written = (files("sixclear.tasks") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(written.splitlines())


def _central(name: str, kind: str) -> list[Seed]:
    return [
        Seed(
            code=row["code"],
            level="central",
            name_en=row["name_en"],
            parent_code=None,
            periods=(Named(row["name_vi"], kind, _AGENCY_CODES_SINCE, None, row["legal_basis"]),),
        )
        for row in _rows(name)
    ]


def _units() -> list[Seed]:
    periods: dict[str, list[Named]] = {}
    parents: dict[str, str | None] = {}
    for row in _rows("administrative-units.csv"):
        valid_to = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
        named = Named(row["name"], row["type"], date.fromisoformat(row["valid_from"]), valid_to, row["legal_basis"])
        periods.setdefault(row["code"], []).append(named)
        parents[row["code"]] = row["parent_code"] or None
    former, called = _predecessors(), _also_called()
    seeds = [
        Seed(
            code=code,
            level="commune" if parents[code] else "province",
            name_en=None,
            parent_code=parents[code],
            periods=tuple(sorted(named, key=lambda period: period.valid_from)),
            predecessors=tuple(former.get(code, ())),
            also_called=tuple(called.get(code, ())),
        )
        for code, named in periods.items()
    ]
    return sorted(seeds, key=lambda seed: (seed.parent_code is not None, seed.code))


def _also_called() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in _rows("search-names.csv"):
        found.setdefault(row["code"], []).append(row["name"])
    return found


def _predecessors() -> dict[str, list[Predecessor]]:
    """The former units by the code of their successor."""
    found: dict[str, list[Predecessor]] = {}
    for row in _rows("former-units.csv"):
        valid_to = date.fromisoformat(row["valid_to"])
        unit = Predecessor(row["code"], row["name"], row["type"], valid_to, row["legal_basis"])
        found.setdefault(row["successor_code"], []).append(unit)
    return found


async def follow_shipped(database: Database, log: EventLog, now: datetime) -> int:
    """As `seed_organisations`, where this release ships or reads them otherwise than the one that ran last."""
    digest = _digest()
    async with database.session() as session:
        if await rows.digest_of_shipped(session) == digest:
            return 0
    registered = await seed_organisations(database, log, now)
    async with database.transaction() as session:
        await rows.keep_digest_of_shipped(session, digest)
    return registered


def _digest() -> bytes:
    """Of the shipped files and of the code that reads them: either may change with a release."""
    known = hashlib.sha256()
    for name in _FILES:
        known.update((files("sixclear.tasks") / "data" / name).read_bytes())
    for module in _READ_BY:
        known.update(Path(str(module.__file__)).read_bytes())
    return known.digest()


async def seed_organisations(database: Database, log: EventLog, now: datetime) -> int:
    """Register the shipped organisations that are missing; answers how many. Safe to run again and to interrupt.

    Those that are known already get the predecessors and spellings of this release.
    """
    shipped = shipped_organisations()
    async with database.session() as session:
        known = await rows.all_organisations(session)
    missing = [seed for seed in shipped if seed.code not in known]
    for start in range(0, len(missing), _CHUNK):
        await register(database, log, missing[start : start + _CHUNK], now)
    inherited = _inherited(known.values())
    old = [seed for seed in shipped if seed.code in known and not _up_to_date(known[seed.code], seed, inherited)]
    for start in range(0, len(old), _CHUNK):
        await renew(database, log, old[start : start + _CHUNK], inherited, now)
    return len(missing)


def _inherited(known: Iterable[Organisation]) -> Inherited:
    """The codes of predecessors that came to a successor with a body that ended here, by the successor, or the next."""
    found: dict[UUID, set[str]] = {}
    ended = {row.organisation_id: row for row in known if row.successor_id is not None}
    for row in ended.values():
        codes, successor = {unit["code"] for unit in row.predecessors}, row.successor_id
        while successor is not None:
            found.setdefault(successor, set()).update(codes)
            successor = ended[successor].successor_id if successor in ended else None
    return found


def _up_to_date(row: Organisation, seed: Seed, inherited: Inherited) -> bool:
    if row.ended is not None:
        return True  # its successor has its codes and its names
    return (row.search_text, row.predecessors) == _renewed(row, seed, inherited) and set(seed.codes) <= {*row.codes}


def _renewed(row: Organisation, seed: Seed, inherited: Inherited) -> tuple[str, list[dict[str, Any]]]:
    """The spellings and predecessors of this release, with those that came by decisions here."""
    if row.decided_at is None:
        return seed.search_text, _stored(seed)
    came = {*inherited.get(row.organisation_id, ())} - {unit.code for unit in seed.predecessors}
    own = [unit for unit in row.predecessors if unit.get("organisation_id") or unit["code"] in came]
    return united(seed.search_text, row.search_text), [*_stored(seed), *own]


def _stored(seed: Seed) -> list[dict[str, Any]]:
    return [unit.stored() for unit in seed.predecessors]


async def renew(database: Database, log: EventLog, seeds: Sequence[Seed], inherited: Inherited, now: datetime) -> None:
    """Give known organisations their predecessors and spellings; codes that come with them are published."""
    async with database.transaction() as session:
        ids = [organisation_id(seed.code) for seed in seeds]
        known = {row.code: row for row in await rows.find_organisations(session, ids, ())}
        events: list[NewEvent] = []
        for seed in seeds:
            row = known[seed.code]
            row.search_text, row.predecessors = _renewed(row, seed, inherited)
            if added := [code for code in seed.codes if code not in row.codes]:
                row.codes = [*row.codes, *added]
                events.append(_event(row, "codes_added", max(now, row.occurred_at), now, seed.periods[0].legal_basis))
        await session.flush()
        await log.publish_many(session, events, recorded_at=now)
    log.wake()


async def register(database: Database, log: EventLog, seeds: Sequence[Seed], now: datetime) -> None:
    """Register these organisations, none of which is known, with their events, in one transaction."""
    async with database.transaction() as session:
        events: list[NewEvent] = []
        for seed in seeds:
            organisation = _organisation(seed)
            events += _events(organisation, seed, now)
            session.add(organisation)
            session.add_all(_periods(seed))
        await session.flush()
        await log.publish_many(session, events, recorded_at=now)
    log.wake()


def _organisation(seed: Seed) -> Organisation:
    return Organisation(
        organisation_id=organisation_id(seed.code),
        code=seed.code,
        codes=seed.codes,
        predecessors=_stored(seed),
        search_text=seed.search_text,
        level=seed.level,
        name_en=seed.name_en,
        parent_id=organisation_id(seed.parent_code) if seed.parent_code else None,
        version=0,
    )


def _periods(seed: Seed) -> list[OrganisationPeriod]:
    return [
        OrganisationPeriod(
            organisation_id=organisation_id(seed.code),
            valid_from=named.valid_from,
            valid_to=named.valid_to,
            name_vi=named.name_vi,
            type=named.type,
            legal_basis=named.legal_basis,
        )
        for named in seed.periods
    ]


def _events(organisation: Organisation, seed: Seed, now: datetime) -> list[NewEvent]:
    """Registered under its first name, renamed for each later one; the row ends with the last."""
    events = []
    for number, named in enumerate(seed.periods):
        organisation.name_vi, organisation.type = named.name_vi, named.type
        organisation.name_folded = fold(f"{named.name_vi} {seed.name_en or ''}")
        organisation.valid_from, organisation.valid_to = seed.periods[0].valid_from, named.valid_to
        occurred_at = min(civil_day_start(named.valid_from), now).astimezone(UTC)
        change = "renamed" if number else "registered"
        events.append(_event(organisation, change, occurred_at, now, named.legal_basis))
    return events


def _event(organisation: Organisation, change: str, occurred_at: datetime, now: datetime, reason: str) -> NewEvent:
    previous = next_version(organisation, occurred_at, now)
    return NewEvent(
        entity_type="organisation",
        entity_id=organisation.organisation_id,
        version=organisation.version,
        previous_version=previous,
        change=change,
        data=organisation_data(organisation, change).model_dump(mode="json"),
        occurred_at=occurred_at,
        meta={"reason": reason},
    )
