"""Cursors of lists of tasks: what no page gave out is refused."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from sixclear.common.web.pagination import InvalidCursor
from sixclear.tasks.task.service.lists import begun

NOW = datetime(2025, 12, 5, tzinfo=UTC)
# Counted, as of, part, instant, text, number, task.
GIVEN_OUT: tuple[Any, ...] = (119, NOW, 0, NOW, "", 0, UUID(int=7))


@pytest.mark.parametrize(("place", "value"), [(0, -1), (2, -1), (2, 9), (5, -1), (5, 2**63)])
def test_a_cursor_that_no_page_gave_out_is_refused(place: int, value: int) -> None:
    assert begun("days_late", GIVEN_OUT).counted == 119
    with pytest.raises(InvalidCursor):
        begun("days_late", (*GIVEN_OUT[:place], value, *GIVEN_OUT[place + 1 :]))
