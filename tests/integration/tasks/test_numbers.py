"""Numbers of directives and slugs of programmes: who gives them, and when two are one."""

import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest
from tests.integration.tasks.conftest import Service

CASES = Path(__file__).parents[2] / "cases"
DIRECTIVE = {
    "programme": "plan",
    "number": "411/QĐ-TTg",
    "issued_on": "2025-06-19",
    "issuer": "P57",
    "title": "Kế hoạch",
}
PROGRAMME = {"slug": "new", "name_vi": "Mới", "name_en": "New", "resolution": "57-NQ/TW", "owner": "P57"}


def spellings() -> list[str]:
    lines = (CASES / "same_to_the_eye.ndjson").read_text("utf-8").splitlines()
    case = next(case for case in map(json.loads, lines) if case["what"] == "directive number")
    return [*case["values"], case["values"][0].upper()]


@pytest.mark.asyncio
async def test_every_spelling_of_a_number_is_the_same_directive_and_the_first_one_stays(service: Service) -> None:
    first, *others = spellings()
    entered = (await service.post("P57", "/directives", DIRECTIVE | {"number": first})).json()
    for spelling in others:
        again = await service.post("P57", "/directives", DIRECTIVE | {"number": spelling})
        assert (again.status_code, again.json()) == (200, entered), spelling
    assert (await service.get("/directives"))["items"] == [entered]


@pytest.mark.asyncio
async def test_spellings_that_come_at_the_same_time_are_one_directive(service: Service) -> None:
    bodies = [DIRECTIVE | {"number": spelling} for spelling in spellings() * 2]
    answers = await asyncio.gather(*(service.post("P57", "/directives", body) for body in bodies))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: len(bodies) - 1}
    assert len({answer.json()["directive_id"] for answer in answers}) == 1


@pytest.mark.asyncio
async def test_a_body_meets_no_number_that_another_one_has_used(service: Service) -> None:
    squatted = await service.post("G01", "/directives", DIRECTIVE | {"issuer": "G01"})
    own = await service.post("G06", "/directives", DIRECTIVE | {"issuer": "G06", "number": "411/qđ-ttg"})
    assert (squatted.status_code, own.status_code) == (201, 201)
    assert own.json()["directive_id"] != squatted.json()["directive_id"]
    again = await service.post("G06", "/directives", DIRECTIVE | {"issuer": "G06", "title": "Tên"})
    assert (again.status_code, again.json()["number"]) == (200, "411/qđ-ttg")
    mine = await service.post("P57", "/directives", DIRECTIVE)
    assert mine.status_code == 201


@pytest.mark.asyncio
async def test_a_slug_of_another_body_is_a_conflict_that_names_the_programme(service: Service) -> None:
    await service.post("P57", "/programmes", PROGRAMME)
    taken = await service.post("G06", "/programmes", PROGRAMME | {"owner": "G06"})
    assert (taken.status_code, taken.json()["code"]) == (409, "already-registered")
    assert taken.headers["location"] == taken.json()["existing"] == "/api/tasks/v1/programmes/new"
    foreign = await service.post("G06", "/programmes", PROGRAMME)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "organisation-not-allowed")
