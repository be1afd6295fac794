"""A hot route reads a body as the ordinary one does, or leaves it to that."""

import random
from dataclasses import asdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.unit.tasks.reporting.bodies import body

from sixclear.common.caller import Caller
from sixclear.common.errors import MalformedRequest
from sixclear.common.web.json_bodies import read_json
from sixclear.tasks.reporting.hot import read_entry
from sixclear.tasks.reporting.schemas import ProgressEntry

CALLER = Caller("client")


def ordinary(content: bytes) -> ProgressEntry | None:
    """What the ordinary route reads; None for what it refuses."""
    try:
        return ProgressEntry.model_validate(read_json(content))
    except (ValidationError, MalformedRequest, ValueError, RecursionError):
        return None


def agrees(content: bytes) -> bool:
    """Whether the hot route took it; what it took is what the ordinary one reads."""
    hot = read_entry(content, CALLER)
    if hot is None:
        return False
    read = ordinary(content)
    assert read is not None, content[:300]
    taken = asdict(hot)
    assert {name: taken[name] for name in ProgressEntry.model_fields} == read.model_dump(), content[:300]
    assert type(hot.percent) is type(read.percent)
    return True


@pytest.mark.parametrize("seed", range(20))
def test_a_thousand_made_up_bodies_are_read_the_same(seed: int) -> None:
    rng = random.Random(seed)
    taken = sum(agrees(body(rng)) for _ in range(1000))
    assert taken > 100, "too few to compare"


@given(st.binary(max_size=200))
@example(b'{"text":"a","text":"b"}')
@example(b'{"text":"a","\\u0074ext":"b"}')
@example(b'{"text":"a\\u0022","percent":1,"percent":2}')
@example(b'{"text":"a\\\\","percent":1}')
@example(b'{"text":"\\ud800"}')
@example(b'{"text":"a\nb"}')
@example(b'{"text":"a"} x')
def test_whatever_bytes_come_are_read_the_same(content: bytes) -> None:
    agrees(content)


def test_a_plain_body_is_taken() -> None:
    assert agrees('{"text": "Đang làm", "percent": 40, "cause": null}'.encode())
    assert agrees(b'{"percent":0,"text":"\\u0110ang l\\u00e0m","difficulty":"a","cause":"b","remedy":"c"}')


def test_what_needs_more_is_left_to_the_ordinary_route() -> None:
    assert not agrees(b'{"text":"a","occurred_at":"2025-12-04T17:00:00+07:00"}')
    assert not agrees(b'{"text":"say \\"so\\""}')
