"""A day in an address is written as a day."""

from typing import Any

import pytest

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1764547200", "Write a day as 2025-12-04"),
        ("0", "Write a day as 2025-12-04"),
        ("20251204", "Write a day as 2025-12-04"),
        ("2025-12-04T00:00:00Z", "A day is meant here, without a time: write 2025-12-04"),
        ("2025-12-04T00:00:00 07:00", "A day is meant here, without a time: write 2025-12-04"),
    ],
)
async def test_a_day_of_a_timeline_is_written_as_one(site: Any, name: str, value: str, words: str) -> None:
    answer = await site.get("/timeline", **{name: value})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert words in answer.text
