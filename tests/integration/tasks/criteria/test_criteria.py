"""Sets of criteria: published in editions by the owner of the programme, and read by everyone."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service
from tests.unit.tasks.criteria.test_criteria_rules import MONTHLY, shipped

# The monthly set for a province of the test.
SET: dict[str, Any] = shipped(MONTHLY) | {"programme": "plan", "within": "75", "verifiers": ["G06"]}
for _group in SET["groups"]:
    for _one in _group["criteria"]:
        _one |= {"programme": "plan"} if "programme" in _one else {}


async def published(service: Service, status: int = 201, **changes: Any) -> Any:
    response = await service.post("P57", "/criteria", SET | changes)
    assert response.status_code == status, response.text
    return response.json()


@pytest.mark.asyncio
async def test_an_edition_never_changes_and_another_content_is_the_next_one(service: Service) -> None:
    first = await published(service)
    assert (first["edition"], first["ranked"], first["within"]["code"]) == (1, False, "75")
    assert [one["code"] for one in first["verifiers"]] == ["G06"]
    assert await published(service, 200) == first
    second = await published(service, source="Quy định 12-QĐ/TU")
    assert second["edition"] == 2
    assert await service.get(f"/criteria/{MONTHLY}") == second
    assert await service.get(f"/criteria/{MONTHLY}", edition=1) == first
    assert [one["edition"] for one in (await service.get("/criteria", programme="plan"))["items"]] == [2, 1]
    page = await service.get("/criteria", limit=1)
    following = await service.get("/criteria", limit=1, cursor=page["next"])
    assert [one["edition"] for one in (*page["items"], *following["items"])] == [2, 1]
    of_share = next(one for one in first["groups"][1]["criteria"] if one["code"] == "II.1.1")
    assert "given in the year" in of_share["denominator"]
    events = [event for event in await service.events() if event.entity_type == "criteria"]
    assert [(event.data["code"], event.data["edition"]) for event in events] == [(MONTHLY, 1), (MONTHLY, 2)]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("code", "changes", "status", "refusal"),
    [
        ("G06", {}, 403, "organisation-not-allowed"),
        ("P57", {"within": "999"}, 422, "reference-unknown"),
        ("P57", {"programme": "nowhere"}, 422, "reference-unknown"),
        ("P57", {"every": "year"}, 422, "criteria-refused"),
        ("P57", {"levels": []}, 422, "invalid-request"),
    ],
)
async def test_a_set_that_may_not_be_published_changes_nothing(
    service: Service, code: str, changes: dict[str, Any], status: int, refusal: str
) -> None:
    refused = await service.post(code, "/criteria", SET | changes)
    assert (refused.status_code, refused.json()["code"]) == (status, refusal), refused.text
    assert (await service.get("/criteria"))["items"] == []


@pytest.mark.asyncio
async def test_a_criterion_counts_a_programme_that_is_known(service: Service) -> None:
    refused = await service.post("P57", "/criteria", shipped(MONTHLY) | {"programme": "plan", "within": "75"})
    assert [one["pointer"] for one in refused.json()["errors"]] == [
        "#/groups/1/criteria/0/programme",
        "#/groups/1/criteria/1/programme",
    ]
