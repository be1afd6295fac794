"""Money: how figures are read, which entry of a stage holds, what a correction needs, and what follows from amounts."""

from dataclasses import replace
from datetime import date

import pytest

from sixclear.tasks.budget import rules
from sixclear.tasks.budget.errors import AmountNeedsCorrection, CorrectionRefused
from sixclear.tasks.budget.rules import Entry, FigureUnreadable, read_amount

MARCH, JUNE, SEPTEMBER = (date(2025, month, 30) for month in (3, 6, 9))
FIRST = Entry(1, "disbursed", 400, MARCH, "12/BC-BTC")
SECOND = Entry(2, "disbursed", 700, JUNE, "31/BC-BTC")


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("16716074000000", 16_716_074_000_000),
        ("16.716.074.000.000", 16_716_074_000_000),
        ("16,716,074,000,000", 16_716_074_000_000),
        ("16 716 074", 16_716_074),
        ("1.500.000,00", 1_500_000),
        ("1,500,000.0", 1_500_000),
        ("1500,00", 1_500),
        ("0", 0),
    ],
)
def test_a_figure_with_one_reading_is_read(written: str, amount: int) -> None:
    assert read_amount(written) == amount


@pytest.mark.parametrize(("written", "readings"), [("16.716", ("16716", "16.716")), ("3,056", ("3056", "3.056"))])
def test_a_mark_with_two_readings_is_refused_with_both(written: str, readings: tuple[str, str]) -> None:
    with pytest.raises(FigureUnreadable) as refused:
        read_amount(written)
    assert refused.value.code == "two_readings"
    assert all(reading in str(refused.value) for reading in readings)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("16.716,074", "part_of_dong"),
        ("13,659.992", "part_of_dong"),
        ("1500,5", "part_of_dong"),
        ("1.23.456", "figure_unreadable"),
        ("1.234,567.890", "figure_unreadable"),
        ("-5", "figure_unreadable"),
        ("1e9", "figure_unreadable"),
        ("NaN", "figure_unreadable"),
        ("500 tỷ", "figure_unreadable"),
        ("", "figure_unreadable"),
    ],
)
def test_what_is_no_whole_number_of_dong_is_refused(written: str, code: str) -> None:
    with pytest.raises(FigureUnreadable) as refused:
        read_amount(written)
    assert refused.value.code == code


def test_the_newest_entry_of_a_stage_holds_as_of_a_day() -> None:
    entries = [SECOND, FIRST]
    assert rules.held(entries, date(2025, 3, 29)) == {}
    assert rules.held(entries, MARCH)["disbursed"] == FIRST
    assert rules.held(entries, SEPTEMBER)["disbursed"] == SECOND


def test_a_corrected_entry_holds_on_no_day_any_more() -> None:
    corrected = replace(FIRST, number=3, amount=410, corrects=1)
    assert rules.valid([FIRST, SECOND, corrected]) == [SECOND, corrected]
    assert rules.held([FIRST, SECOND, corrected], MARCH)["disbursed"].amount == 410
    assert rules.held([FIRST, SECOND, corrected], SEPTEMBER)["disbursed"] == SECOND


def test_the_same_words_are_a_repetition() -> None:
    assert rules.repeated([FIRST], replace(FIRST, number=2))
    assert not rules.repeated([FIRST], replace(FIRST, number=2, amount=401))
    corrected = replace(FIRST, number=2, amount=410, corrects=1)
    assert rules.repeated([FIRST, corrected], replace(corrected, number=3))
    assert not rules.repeated([FIRST, corrected], replace(FIRST, number=3))


def test_another_amount_of_the_same_day_is_a_correction() -> None:
    with pytest.raises(AmountNeedsCorrection):
        rules.check([FIRST], replace(FIRST, number=2, amount=401), None)
    rules.check([FIRST], replace(FIRST, number=2, amount=401, corrects=1), "Cộng nhầm")
    rules.check([FIRST], SECOND, None)
    with pytest.raises(AmountNeedsCorrection):
        rules.check([FIRST, SECOND], replace(FIRST, number=3, dated_on=JUNE, corrects=1), "Nhầm ngày")


@pytest.mark.parametrize(
    ("wanted", "reason", "codes"),
    [
        (replace(FIRST, number=3, corrects=9), "Cộng nhầm", ["entry-unknown"]),
        (replace(FIRST, number=3, stage="allocated", corrects=1), "Cộng nhầm", ["entry-unknown"]),
        (replace(FIRST, number=3, corrects=1), None, ["missing"]),
    ],
)
def test_a_correction_names_an_entry_of_its_stage_and_a_reason(
    wanted: Entry, reason: str | None, codes: list[str]
) -> None:
    with pytest.raises(CorrectionRefused) as refused:
        rules.check([FIRST, SECOND], wanted, reason)
    assert [error["code"] for error in refused.value.errors or ()] == codes


def test_a_missing_stage_is_no_zero() -> None:
    asked = {"requested": 16_716_074, "approved": 13_659_992}
    assert rules.difference(asked, "requested", "approved") == 3_056_082
    assert rules.difference(asked, "allocated", "disbursed") is None
    assert rules.percent(13_659_992, 16_716_074) == 81.72
    assert rules.percent(None, 5) is None
    assert rules.percent(0, 0) is None
