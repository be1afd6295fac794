"""Where two readings, two definitions or two persons meet at one value."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.value.values import (
    DOCUMENT,
    an_indicator,
    approved,
    in_bulk,
    points,
    published,
    supplied,
    targets,
)

pytestmark = pytest.mark.asyncio
STORY = "online-filing"


async def _post(service: Service, code: str, path: str, **said: Any) -> Any:
    return await service.post(code, path, said)


async def test_figures_of_any_size_are_answered(service: Service) -> None:
    """A ratio of the most to the least, against the smallest target, has more digits than reckoning usually keeps."""
    huge, least = "999999999999999999", "0.000001"
    await an_indicator(service, value_type="ratio", decimals=6, parts_of_whole=False)
    line = {"organisation": "25999", "period": "2025-10", "numerator": huge, "denominator": least}
    assert (await published(service, STORY, line | {"note": "Thử"}))["approved"] == 1
    said = {"targets": [{"period": "2025-10", "value": least}]}
    for body in ("25999", "75"):
        assert (await targets(service, STORY, body, **said)).status_code == 200
        found = (await points(service, STORY, organisation=body))["2025-10"]
        assert found["attainment_capped"] in ("120", None)
    listed = await service.get("/values", indicator=STORY)
    assert listed["items"][0]["figure"] == "99999999999999999900000000"


