"""The order of a trace's spans."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sixclear.monitoring.traces.service import waterfall

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


TRACE = "57" * 16


def span(number: int, parent: int | None, **changes: Any) -> Any:
    plain = SimpleNamespace(
        trace_id=TRACE,
        span_id=str(number),
        parent_span_id=None if parent is None else str(parent),
        service="tasks",
        name=f"span {number}",
        kind="internal",
        started_at=BEGIN + timedelta(milliseconds=number),
        duration_microseconds=1_500,
        error=False,
        attributes={},
        links=[],
    )
    plain.__dict__.update(changes)
    return plain


def test_children_follow_their_parent_in_time() -> None:
    shown = list(waterfall([span(1, None), span(2, 1), span(3, None), span(4, 1), span(5, 2), span(6, 99)], TRACE))
    assert [(item.span_id, item.depth) for item in shown] == [
        ("1", 0),
        ("2", 1),
        ("5", 2),
        ("4", 1),
        ("3", 0),
        ("6", 0),
    ]
    assert (shown[1].offset_milliseconds, shown[1].duration_milliseconds) == (1.0, 1.5)


def test_what_another_trace_did_with_an_event_stands_below_what_made_the_event() -> None:
    links = [{"trace_id": "ab" * 16, "span_id": "3"}, {"trace_id": TRACE, "span_id": "2"}]
    batch = span(4, None, trace_id="cd" * 16, links=links)
    shown = list(waterfall([span(1, None), span(2, 1), span(3, 1), batch], TRACE))
    assert [(item.span_id, item.depth) for item in shown] == [("1", 0), ("2", 1), ("4", 2), ("3", 1)]
    assert [item.trace_id == TRACE for item in shown] == [True, True, False, True]


@given(st.lists(st.one_of(st.none(), st.integers(0, 9)), max_size=10))
def test_every_span_is_shown_once_also_when_parents_form_a_circle(parents: list[int | None]) -> None:
    shown = [item.span_id for item in waterfall([span(n, parent) for n, parent in enumerate(parents)], TRACE)]
    assert sorted(shown) == sorted(str(n) for n in range(len(parents)))
