"""The life of an obstacle: what each step needs, what it leaves, and by when a level decides."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.tasks.obstacle import lifecycle
from sixclear.tasks.obstacle.lifecycle import Level, ObstacleState
from sixclear.tasks.programme.errors import ObstacleKindsRefused
from sixclear.tasks.programme.rules import Terms, check_kinds, obstacle_kinds_of

COMMUNE, PROVINCE, CENTRE = (UUID(int=number) for number in (1, 2, 3))
NOW = datetime(2025, 12, 4, 3, tzinfo=UTC)
LATER = datetime(2025, 12, 11, 10, tzinfo=UTC)
OPEN = ObstacleState("open", 0, None, None, None, None, None, None)
ABOVE = Level(PROVINCE, "province", LATER, is_top=False)


def test_a_level_has_so_many_working_days_from_when_it_is_asked() -> None:
    assert lifecycle.decide_by(NOW, 5, Terms()) == LATER
    friday_night = datetime(2025, 12, 5, 16, tzinfo=UTC)
    assert lifecycle.decide_by(friday_night, 1, Terms()) == datetime(2025, 12, 8, 10, tzinfo=UTC)
    before_tet = datetime(2026, 2, 13, 3, tzinfo=UTC)
    assert lifecycle.decide_by(before_tet, 1, Terms()) > datetime(2026, 2, 20, tzinfo=UTC)


def test_it_climbs_while_a_body_stands_above() -> None:
    change = lifecycle.escalate(OPEN, ABOVE, None, None)
    assert (change.name, change.fields["decider_organisation_id"], change.fields["escalations"]) == (
        "escalated",
        PROVINCE,
        1,
    )
    assert change.fields["climbs_at"] == LATER
    top = lifecycle.escalate(OPEN, replace(ABOVE, organisation_id=CENTRE, is_top=True), COMMUNE, "Gấp")
    assert top.fields["climbs_at"] is None, "nothing climbs from there"
    with pytest.raises(TransitionNotAllowed, match="no body above"):
        lifecycle.escalate(OPEN, None, COMMUNE, "Gấp")


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (lambda one: lifecycle.escalate(one, ABOVE, None, None), "settled"),
        (lambda one: lifecycle.settle(one, PROVINCE, "Cấp kinh phí", NOW), "settled"),
        (lambda one: lifecycle.end_with_task(one, NOW), "settled"),
        (lambda one: lifecycle.reopen(one, ABOVE, COMMUNE, "Chưa xong"), "open"),
    ],
)
def test_no_step_begins_from_where_it_leads(step, state: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TransitionNotAllowed):
        step(replace(OPEN, state=state))


def test_what_is_settled_climbs_no_more_and_what_is_reopened_forgets_how_it_was_settled() -> None:
    settled = lifecycle.settle(OPEN, PROVINCE, "Cấp kinh phí", NOW).fields
    assert (settled["state"], settled["outcome"], settled["climbs_at"]) == ("settled", "decided", None)
    again = lifecycle.reopen(replace(OPEN, state="settled"), ABOVE, COMMUNE, "Chưa xong").fields
    assert (again["state"], again["settlement"], again["settled_at"]) == ("open", None, None)
    assert again["climbs_at"] == LATER


def test_the_same_words_on_the_same_task_are_the_same_obstacle() -> None:
    assert lifecycle.key_of(COMMUNE, "Thiếu vốn") == lifecycle.key_of(COMMUNE, "Thiếu vốn")
    assert len({lifecycle.key_of(one, words) for one in (COMMUNE, PROVINCE) for words in ("a", "b")}) == 4


def test_a_programme_keeps_its_kinds_as_they_are_counted() -> None:
    assert [one["code"] for one in obstacle_kinds_of(None)] == [one["counts_as"] for one in obstacle_kinds_of(None)]
    kind = {"code": "gpmb", "label_vi": "Mặt bằng", "label_en": None, "counts_as": "coordination"}
    check_kinds(None, [kind])
    check_kinds([kind], [{**kind, "label_vi": "Giải phóng mặt bằng"}])
    for before, described, code in (
        (None, [kind, kind], "code-repeated"),
        ([kind], [], "kind-gone"),
        ([kind], [{**kind, "counts_as": "other"}], "kind-gone"),
    ):
        with pytest.raises(ObstacleKindsRefused) as refused:
            check_kinds(before, described)
        assert [error["code"] for error in refused.value.errors] == [code]
