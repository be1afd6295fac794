"""Reading rights as a property: on random catalogues each reader's lists, counts, order and errors are those of a
catalogue in which nothing stands that the reader may not know of, byte by byte.
"""

import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.integration.data_catalog.conftest import (
    MINISTRY,
    OTHER_MINISTRY,
    PLAN_02,
    REQUEST,
    Service,
    description,
    started,
)

from sixclear.common.testing.postgres import CloneDatabase

pytestmark = pytest.mark.asyncio

OWNERS = {"ministry": MINISTRY, "other-ministry": OTHER_MINISTRY}
# What each reader knows of, by classification and owner: the words of the decision, not the code.
READERS: dict[str | None, dict[str, set[str]]] = {
    None: {"public": set(OWNERS)},
    "ministry": {"public": set(OWNERS), "state": set(OWNERS), "restricted": {"ministry"}},
    "other-ministry": {"public": set(OWNERS), "state": set(OWNERS), "restricted": {"other-ministry"}},
    "steward": {name: set(OWNERS) for name in ("public", "state", "restricted")},
    "inspector": {"public": set(OWNERS), "state": set(OWNERS), "restricted": {"ministry"}},
    "inspector-elsewhere": {"public": set(OWNERS), "state": set(OWNERS), "restricted": {"other-ministry"}},
}
QUESTIONS: list[dict[str, Any]] = [
    {},
    {"limit": 2},
    {"list": "plan-02"},
    {"risk": "high"},
    {"deployment_stage": "formed_centralised"},
    {"registration": "submitted"},
    {"freshness": "fresh"},
    {"owner": "G06"},
    {"q": "secret"},
    {"classification": "restricted"},
    {"classification": "state"},
]
_STAGES = ("not_deployed", "deploying_foundation", "formed_centralised")


class Drawn:
    """One entry as it is drawn: what is told of it, in which order, by whom."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.owner = chance.choice(sorted(OWNERS))
        self.classification = chance.choice(["public", "state", "restricted"])
        self.was_public = chance.random() < 0.4
        self.code = f"{chance.randrange(1000):03d}-{number:02d}"
        self.stage, self.risk = chance.choice(_STAGES), chance.choice(["high", "none"])
        self.listed, self.beats, self.submits = (chance.random() < 0.5 for _ in range(3))

    def known_to(self, reader: str | None) -> bool:
        """Whether the reader may know of it."""
        return self.owner in READERS[reader].get(self.classification, set())

    def requests(self) -> Iterator[tuple[str, str, Any]]:
        """What is sent, with `{entry}` for the entry's own address."""
        body = description(
            code=self.code,
            name_vi=f"Secret {self.code}",
            owner_organisation_id=str(OWNERS[self.owner]),
            lists=PLAN_02 if self.listed else [],
            classification="public" if self.was_public else self.classification,
        )
        yield "steward", "/entries", body
        if self.stage != _STAGES[0] or self.risk == "high":
            yield self.owner, "{entry}/stage", {"deployment_stage": self.stage, "risk": self.risk}
        if self.submits:
            yield self.owner, "{entry}/documents", REQUEST
            yield self.owner, "{entry}/registration/submit", {}
        if self.was_public and self.classification != "public":
            yield "steward", "/entries", body | {"classification": self.classification}
        if self.beats:
            yield self.owner, "{entry}/heartbeats", {}


async def enter(service: Service, entries: list[Drawn]) -> None:
    """Each entry is told at an instant of its own, whatever others are there."""
    for drawn in entries:
        entry = ""
        service.clock.pass_by(seconds=1)
        for client_id, path, body in drawn.requests():
            answer = await service.done(client_id, path.format(entry=entry), body)
            entry = f"/entries/{answer['entry_id']}"


async def told(service: Service, reader: str | None) -> list[bytes]:
    """Every answer that the reader is given: lists with totals and order, all pages, figures, refusals."""
    prefix = service.prefix + ("" if reader is None else "/own")
    headers = {} if reader is None else service.headers(reader)
    found = []
    for question in QUESTIONS:
        cursor: dict[str, str] = {}
        while True:
            answer = await service.http.get(f"{prefix}/entries", params=question | cursor, headers=headers)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found.append(answer.content)
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
    found.append((await service.http.get(f"{service.prefix}/lists", headers=headers)).content)
    return found


@asynccontextmanager
async def a_catalogue(clone_database: CloneDatabase, entries: list[Drawn]) -> AsyncIterator[Service]:
    """A catalogue with these entries and no other."""
    async with started(clone_database) as service:
        await enter(service, entries)
        yield service


@pytest.mark.parametrize("seed", range(2))
async def test_each_reader_is_answered_as_if_there_were_nothing_else(clone_database: CloneDatabase, seed: int) -> None:
    chance = random.Random(seed)
    entries = [Drawn(number, chance) for number in range(9)]
    async with a_catalogue(clone_database, entries) as whole:
        answers = {reader: await told(whole, reader) for reader in READERS}
        for reader in READERS:
            codes = [drawn.code for drawn in entries if drawn.known_to(reader)]
            path = "/entries" if reader is None else "/own/entries"
            page = await (whole.get(path) if reader is None else whole.read(reader, path))
            assert [item["code"] for item in page["items"]] == sorted(codes), reader
            assert page["total"] == len(codes)
    # Who knows of least is compared with a catalogue that has nothing else in it.
    async with a_catalogue(clone_database, _only(entries, None)) as service:
        assert await told(service, None) == answers[None]
    async with a_catalogue(clone_database, _only(entries, "other-ministry")) as service:
        assert await told(service, "other-ministry") == answers["other-ministry"]


def _only(entries: list[Drawn], reader: str | None) -> list[Drawn]:
    """What the reader may know of, and nothing in the place of the rest."""
    return [drawn if drawn.known_to(reader) else _Absent(drawn) for drawn in entries]


class _Absent(Drawn):
    """Nothing is told of it; it only keeps the instants of those after it."""

    def __init__(self, drawn: Drawn) -> None:
        self.__dict__ = drawn.__dict__

    def requests(self) -> Iterator[tuple[str, str, Any]]:
        """Nothing."""
        return iter(())
