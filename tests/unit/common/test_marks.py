"""The mark of a record: the same for the row, the record in Kafka, and the row put back from a dump."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from sixclear.common.bus.envelope import decode, encode_stored, from_stored
from sixclear.common.bus.marks import Mark, mark_of, parse_mark
from sixclear.common.events.reader import StoredEvent

ROW = StoredEvent(
    event_id=7,
    entity_type="task",
    entity_id=UUID(int=5),
    version=2,
    previous_version=1,
    change="confirmed",
    data_json='{"b": 1.50, "a": {"d": "ế", "c": [1, 2]}}',
    meta_json='{"actor": "x"}',
    traceparent=None,
    occurred_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    recorded_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    published=True,
)


def _mark(row: StoredEvent, epoch: int = 1) -> Mark:
    return mark_of(from_stored(row, "tasks", epoch))


def test_the_hash_is_the_one_that_was_written_down() -> None:
    """Stored positions carry it: another definition needs another number."""
    assert _mark(ROW).hash == "7e0c4b7f6699628cde0c79d0f55342b51ef13e9f4ed774c5ff670949ebfbec43"


@pytest.mark.parametrize(
    "same",
    [
        {"data_json": '{"a":{"c":[1,2],"d":"ế"},"b":1.50}'},
        {"meta_json": "{}"},
        {"traceparent": "no trace"},
        {"occurred_at": ROW.occurred_at.astimezone(timezone(timedelta(hours=7)))},
    ],
)
def test_what_a_dump_or_the_wire_may_change_is_left_out(same: dict[str, Any]) -> None:
    assert _mark(replace(ROW, **same)) == _mark(ROW)


@pytest.mark.parametrize(
    "other",
    [
        {"event_id": 8},
        {"entity_type": "step"},
        {"entity_id": UUID(int=6)},
        {"version": 3},
        {"previous_version": None},
        {"change": "returned"},
        {"data_json": '{"b": 1.51, "a": {"d": "ế", "c": [1, 2]}}'},
        {"occurred_at": ROW.recorded_at},
        {"recorded_at": ROW.occurred_at},
    ],
)
def test_whatever_else_differs_is_another_event(other: dict[str, Any]) -> None:
    assert not _mark(replace(ROW, **other)).same_event(_mark(ROW))


def test_the_record_in_kafka_has_the_mark_of_its_row_in_any_epoch() -> None:
    sent = decode(encode_stored(ROW, "tasks", 3))
    assert mark_of(sent) == _mark(ROW, 3)
    assert mark_of(sent).same_event(_mark(ROW, 4))


def test_a_stored_mark_is_read_back_only_for_its_own_record() -> None:
    mark = _mark(ROW)
    assert parse_mark(str(mark), position=7, epoch=1) == mark
    for text, position, epoch in ((None, 7, 1), ("", 7, 1), (str(mark), 8, 1), (str(mark), 7, 2), (str(mark), None, 0)):
        assert parse_mark(text, position=position, epoch=epoch) is None
    assert parse_mark("2" + str(mark)[1:], position=7, epoch=1) is None, "of a definition that is not known"
