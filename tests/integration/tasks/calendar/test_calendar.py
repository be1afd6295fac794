"""Anyone can count the working days that a due date was counted by."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service

pytestmark = pytest.mark.asyncio


async def calendar(service: Service, **params: Any) -> dict[str, Any]:
    """What the calendar says of these days."""
    return dict(await service.get("/calendar", **params))


async def test_the_hundred_days_of_the_campaign(service: Service) -> None:
    answer = await calendar(service, **{"from": "2026-07-10", "to": "2026-11-30", "edition": "2026.1"})
    assert (answer["edition"], answer["working_days"], len(answer["days"])) == ("2026.1", 100, 144)
    assert sum(day["works"] for day in answer["days"]) == 100
    assert answer["editions"][-1] >= "2026.1"


async def test_without_days_it_is_the_next_month(service: Service) -> None:
    answer = await calendar(service)
    assert (answer["from"], answer["to"], len(answer["days"])) == ("2025-12-04", "2026-01-03", 31)


async def test_a_day_says_why_it_is_not_what_its_weekday_says(service: Service) -> None:
    answer = await calendar(service, **{"from": "2026-09-01", "to": "2026-09-05"})
    national_day = {day["day"]: day for day in answer["days"]}["2026-09-02"]
    assert not national_day["works"]
    assert national_day["special"]["effect"] == "off"
    assert "45/2019/QH14" in national_day["special"]["legal_basis"]
    saturday = {day["day"]: day for day in answer["days"]}["2026-09-05"]
    assert (saturday["works"], saturday["special"]) == (False, None)


async def test_a_year_that_is_not_published_yet_is_provisional(service: Service) -> None:
    answer = await calendar(service, **{"from": "2030-04-30", "to": "2030-05-01"})
    assert [day["provisional"] for day in answer["days"]] == [True, True]
    assert [day["works"] for day in answer["days"]] == [False, False]


@pytest.mark.parametrize(
    ("params", "place"),
    [
        ({"from": "2026-07-10", "to": "2026-07-09"}, "to"),
        ({"from": "2026-01-01", "to": "2028-01-02"}, "to"),
        ({"from": "2026-01-01", "to": "2026-01-02", "edition": "1999.1"}, "edition"),
        ({"from": "01/07/2026", "to": "2026-07-09"}, "from"),
    ],
)
async def test_what_is_no_range_is_refused_by_name(service: Service, params: dict[str, str], place: str) -> None:
    response = await service.http.get(f"{service.prefix}/calendar", params=params)
    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [place]
    whole = await calendar(service, **{"from": "2026-01-01", "to": "2028-01-01"})
    assert len(whole["days"]) == 731, "two years are a range"
