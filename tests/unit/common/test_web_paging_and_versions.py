"""Cursors and entity tags."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from sixclear.common.web.etags import StaleVersion, VersionRequired, check_if_match, etag, not_modified
from sixclear.common.web.pagination import InvalidCursor, decode_cursor, encode_cursor, page_of

AT = datetime(2025, 12, 4, 10, 30, 0, 123456, tzinfo=UTC)


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    values = (AT, UUID(int=5), 7, "Hà Nội", date(2025, 1, 2), None)
    cursor = encode_cursor(values, context="tasks?status=assigned")
    types = (datetime, UUID, int, str, date, str | None)
    assert decode_cursor(cursor, *types, context="tasks?status=assigned") == values


@pytest.mark.parametrize(
    "types", [(datetime,), (datetime, int), (UUID, UUID), (datetime, UUID, int), (str, str), (int, UUID)]
)
def test_a_cursor_of_another_shape_is_refused(types: tuple[type, ...]) -> None:
    if types == (str, str):
        assert decode_cursor(encode_cursor([AT, UUID(int=5)]), *types)
        return
    with pytest.raises(InvalidCursor):
        decode_cursor(encode_cursor([AT, UUID(int=5)]), *types)


@pytest.mark.parametrize(
    ("values", "types"),
    [
        ([None], (str,)),
        ([None, None], (datetime | None, UUID)),
        ([5], (UUID,)),
        (["2025-12-04T10:30:00"], (datetime,)),
        ([5], (str | None,)),
        ([True], (int,)),
        ([[]], (str,)),
    ],
)
def test_a_cursor_that_somebody_forged_is_refused(values: list[Any], types: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(encode_cursor(values), *types)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(encode_cursor([1], context="a"), int, context="b")


def test_every_changed_character_is_noticed() -> None:
    cursor = encode_cursor([AT, UUID(int=5)])
    for place in range(len(cursor)):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(InvalidCursor):
            decode_cursor(changed, datetime, UUID)


@given(st.text(max_size=50))
def test_made_up_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor, int)


def test_the_row_too_many_only_says_that_there_is_more() -> None:
    page = page_of([1, 2, 3], 2, item=str, key=lambda row: [row])
    assert page.items == ["1", "2"]
    assert page.next is not None
    assert decode_cursor(page.next, int) == (2,)
    assert page_of([1, 2], 2, item=str, key=lambda row: [row]).next is None
    assert page_of([], 2, item=str, key=lambda row: [row]).items == []


def request(**headers: str) -> Request:
    raw: list[Any] = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


def test_a_change_needs_the_version_that_it_names() -> None:
    assert etag(1, 3) == '"1.3"'
    check_if_match(request(), 1, 3)
    check_if_match(request(if_match='"1.3"'), 1, 3)
    check_if_match(request(if_match="*"), 1, 3)
    check_if_match(request(if_match='"1.2", "1.3"'), 1, 3)


def test_what_time_made_of_an_answer_is_news_to_readers_and_no_obstacle_to_writers() -> None:
    assert etag(1, 3, "overdue") == '"1.3-overdue"'
    assert not not_modified(request(if_none_match=etag(1, 3)), etag(1, 3, "overdue"))
    assert not_modified(request(if_none_match=etag(1, 3, "overdue")), etag(1, 3, "overdue"))
    check_if_match(request(if_match=etag(1, 3, "overdue")), 1, 3)
    with pytest.raises(StaleVersion):
        check_if_match(request(if_match=etag(1, 2, "overdue")), 1, 3)


@pytest.mark.parametrize("header", ['"1.2"', '"2.3"', 'W/"1.3"', "1.3", "", '"'])
def test_another_version_is_stale(header: str) -> None:
    with pytest.raises(StaleVersion) as refused:
        check_if_match(request(if_match=header), 1, 3)
    assert refused.value.headers == {"ETag": '"1.3"'}
    assert ("with its quotes" in refused.value.detail) == ('"' not in header)


def test_a_version_may_be_required() -> None:
    with pytest.raises(VersionRequired):
        check_if_match(request(), 1, 3, required=True)


@pytest.mark.parametrize(
    ("header", "same"), [('"1.3"', True), ('W/"1.3"', True), ("*", True), ('"1.2"', False), ("", False)]
)
def test_reading_again_may_need_no_body(header: str, same: bool) -> None:
    assert not_modified(request(if_none_match=header), etag(1, 3)) is same
    assert not not_modified(request(), etag(1, 3))


@pytest.mark.parametrize("header", ["*", '"1.3"', ""])
def test_no_version_is_current_of_what_is_not_there(header: str) -> None:
    with pytest.raises(StaleVersion) as refusal:
        check_if_match(request(if_match=header), 1, None)
    assert "leave out If-Match" in refusal.value.detail
    check_if_match(request(), 1, None)
