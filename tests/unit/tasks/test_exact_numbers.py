"""Numbers of requests are taken as they were written, or refused by name."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sixclear.common.web.numbers import Figure, written
from sixclear.common.web.schemas import Schema
from sixclear.tasks.fields import Exact


class _Asked(Schema):
    number: Exact


class _Told(Schema):
    number: Figure


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        (0, "0"),
        (-12, "-12"),
        (48.25, "48.25"),
        ("48.25", "48.25"),
        (" 7 ", "7"),
        ("-0", "0"),
        ("0012.500", "12.5"),
        (1e15, "1000000000000000"),
        ("999999999999999999.999999", "999999999999999999.999999"),
    ],
)
def test_a_number_is_taken_as_it_was_written(sent: Any, taken: str) -> None:
    assert written(_Asked(number=sent).number) == taken


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("NaN", "not_a_number"),
        (float("nan"), "not_a_number"),
        ("Infinity", "not_a_number"),
        (float("-inf"), "not_a_number"),
        ("1e400", "not_a_number"),
        (json.loads("1e400"), "not_a_number"),
        ("", "not_a_number"),
        (True, "not_a_number"),
        (None, "not_a_number"),
        ("+1", "not_a_number"),
        ("12.", "not_a_number"),
        ("٣", "not_a_number"),
        ("33,5", "decimal_comma"),
        ("1.250,5", "decimal_comma"),
        ("1,250", "decimal_comma"),
        (int("9" * 40), "too_many_digits"),
        # Longer than a binary number holds.
        (10**400, "too_many_digits"),
        ("9" * 40, "too_many_digits"),
        ("0." + "1" * 40, "too_many_digits"),
        (json.loads("0.1234567890123456789012345678901234567890"), "too_many_digits"),
        ("0.1234567", "too_many_digits"),
    ],
)
def test_what_is_no_exact_number_is_refused_by_name(sent: Any, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _Asked(number=sent)
    assert refused.value.errors()[0]["type"] == code


@given(st.decimals(min_value=-(10**17), max_value=10**17, places=6))
def test_an_answer_is_read_again_as_the_same_number(number: Decimal) -> None:
    told = json.loads(_Told(number=number).model_dump_json())["number"]
    assert _Asked(number=told).number == number
