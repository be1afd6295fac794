"""Whether an entry is late for its due date, by rule R19: less than 60 days before it, below a foundation."""

from datetime import UTC, date, datetime

import pytest

from sixclear.data_catalog.entry.risk import computed_risk

NOON = datetime(2025, 12, 4, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (date(2026, 2, 2), "none"),
        (date(2026, 2, 1), "high"),
        (date(2025, 12, 4), "high"),
        (date(2024, 1, 1), "high"),
        (None, None),
    ],
)
def test_the_last_sixty_days_and_all_after_them_are_of_high_risk(due: date | None, expected: str | None) -> None:
    for stage in ("not_deployed", "deploying_digitised_only", "rebuild"):
        assert computed_risk(due, stage, NOON) == expected


@pytest.mark.parametrize("stage", ["deploying_foundation", "formed_centralised", "retire"])
def test_what_has_its_foundation_and_what_is_retired_is_late_with_nothing(stage: str) -> None:
    assert {computed_risk(due, stage, NOON) for due in (None, date(2024, 1, 1), date(2030, 1, 1))} == {"none"}


def test_a_day_is_one_of_vietnam() -> None:
    evening = datetime(2025, 12, 4, 17, 0, tzinfo=UTC)
    assert computed_risk(date(2026, 2, 2), "not_deployed", evening) == "high", "there it is the fifth already"
