"""Senders that do not know of each other put the same thing for the first time: one creates it, the others find it."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, proposal

PROGRAMME = {"slug": "new", "name_vi": "Mới", "name_en": "New", "resolution": "57-NQ/TW", "owner": "P57"}
DIRECTIVE = {"programme": "plan", "number": "02-KH", "issued_on": "2025-06-19", "issuer": "P57", "title": "Kế hoạch"}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body"), [("/tasks", proposal()), ("/programmes", PROGRAMME), ("/directives", DIRECTIVE)]
)
async def test_the_same_content_is_created_once_and_found_by_all_others(
    service: Service, path: str, body: dict[str, Any]
) -> None:
    before = len(await service.events())
    answers = await asyncio.gather(*(service.post("P57", path, body) for _ in range(12)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 11}
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert len(await service.events()) - before == (2 if path == "/tasks" else 1)


@pytest.mark.asyncio
async def test_of_different_content_each_is_taken_in_turn(service: Service) -> None:
    bodies = [DIRECTIVE | {"title": f"Kế hoạch {number}"} for number in range(6)]
    answers = await asyncio.gather(*(service.post("P57", "/directives", body) for body in bodies))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 5}
    assert sorted(answer.json()["version"] for answer in answers) == [1, 2, 3, 4, 5, 6]
