"""What a file of values asks of the database: as many statements for many values as for a few."""

from typing import Any

import pytest
from tests.integration.tasks.conftest import Service, statements
from tests.integration.tasks.value.values import DOCUMENT, an_indicator, in_bulk

pytestmark = pytest.mark.asyncio
# Of one file, however many values it has: what it names, its slots and what stands there, rows, statements, events.
MOST_STATEMENTS = 10
_MONTHS = [f"{year}-{month:02}" for year in range(2013, 2025) for month in range(1, 13)]


def _items(indicator: str, periods: list[str], **said: Any) -> list[dict[str, Any]]:
    given = {"indicator": indicator, "approved_by": DOCUMENT} | said
    return [given | {"organisation": body, "period": period} for body in ("75", "25999") for period in periods]


@pytest.mark.parametrize("form", ["approved", "corrected"])
async def test_hundreds_of_values_ask_for_as_many_statements_as_twenty(service: Service, form: str) -> None:
    asked = {}
    for code, periods in (("few", _MONTHS[:10]), ("many", _MONTHS)):
        await an_indicator(service, code=code, value_type="amount", decimals=2)
        items = _items(code, periods, number="1.25")
        if form == "corrected":
            await in_bulk(service, "P57", *items)
            items = _items(code, periods, number="2.5", reason="Bổ sung hồ sơ")
        with statements(service) as sent:
            told = await in_bulk(service, "P57", *items)
        assert told["approved"] == len(items)
        asked[code] = len(sent)
    assert asked["many"] <= asked["few"] + 2, "rows go to the database some hundred at a time"
    assert asked["many"] <= MOST_STATEMENTS
