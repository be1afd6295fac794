"""Examples of events say a state once; the others of the same entity say where they differ."""

from typing import Any

import pytest

from sixclear.common.testing.examples import whole

ASSIGNED: dict[str, Any] = {"type": "assigned", "version": 3, "data": {"change": "assigned", "percent": 0, "at": "now"}}


def test_an_example_with_a_base_says_only_where_it_differs() -> None:
    completed = {"base": "assigned", "type": "completed", "data": {"change": "completed", "percent": 100, "at": None}}
    assert whole(completed, {"assigned": ASSIGNED}) == {
        "type": "completed",
        "version": 3,
        "data": {"change": "completed", "percent": 100, "at": None},
    }


def test_an_example_without_a_base_is_whole() -> None:
    assert whole(ASSIGNED, {}) == ASSIGNED


def test_a_base_has_no_base() -> None:
    second = {"base": "assigned", "data": {"percent": 1}}
    with pytest.raises(ValueError, match="says everything itself"):
        whole({"base": "second", "data": {}}, {"assigned": ASSIGNED, "second": second})
