"""An urge is answered once, and a ladder is climbed one rung at a time, however late."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from sixclear.common.change import TransitionNotAllowed
from sixclear.common.clock import CIVIL_ZONE
from sixclear.tasks.programme.ladder import DEFAULT, Ladder
from sixclear.tasks.urge.lifecycle import UrgeState, answer, climb, is_answered_so, is_repetition, lapse

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
BODY = UUID(int=57)
OPEN = UrgeState("urging", "open", "Khẩn trương", None, None)
ANSWERED = UrgeState("urging", "answered", "Khẩn trương", "Đã rõ", BODY)
RUNG = UrgeState("rung", "told", None, None, None)


def test_it_is_answered_once() -> None:
    change = answer(OPEN, BODY, "Đã rõ", NOW)
    assert (change.name, change.fields["state"], change.fields["answered_at"]) == ("answered", "answered", NOW)
    with pytest.raises(TransitionNotAllowed):
        answer(ANSWERED, BODY, "Khác", NOW)
    with pytest.raises(TransitionNotAllowed):
        lapse(ANSWERED)


def test_a_rung_wants_no_answer() -> None:
    with pytest.raises(TransitionNotAllowed):
        answer(RUNG, BODY, "Đã rõ", NOW)


def test_what_was_said_last_is_a_repetition_until_it_is_answered() -> None:
    assert is_repetition(OPEN, "urging", "Khẩn trương")
    assert not is_repetition(OPEN, "remark", "Khẩn trương")
    assert not is_repetition(OPEN, "urging", "Vẫn chậm")
    assert not is_repetition(ANSWERED, "urging", "Khẩn trương")
    assert not is_repetition(None, "urging", "Khẩn trương")
    assert is_answered_so(ANSWERED, BODY, "Đã rõ")
    assert not is_answered_so(OPEN, BODY, "Đã rõ")


def civil(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CIVIL_ZONE).astimezone(UTC)  # type: ignore[arg-type, misc]


@dataclass
class Told:
    """What was told of one ladder, looked at as the service does."""

    deadline: datetime
    to: datetime
    ladder: Ladder = DEFAULT
    sent: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def at(self, now: datetime) -> datetime | None:
        climbed = climb(self.ladder, self.deadline, self.to, now)
        self.sent += [] if climbed.sent is None else [climbed.sent.rung.rule]
        self.skipped += [one.rung.rule for one in climbed.skipped]
        self.to = climbed.told_to
        return climbed.next_at


def test_looked_at_every_minute_each_rung_is_sent_in_its_hour() -> None:
    told = Told(civil(2026, 2, 24, 17), civil(2026, 2, 1))
    now, sent = civil(2026, 2, 12), dict[str, str]()
    while now < civil(2026, 3, 12):
        told.at(now)
        sent |= {rule: f"{now.astimezone(CIVIL_ZONE):%m-%d %H:%M}" for rule in told.sent if rule not in sent}
        now += timedelta(minutes=30)
    # On the first day after Tết two are due: the higher one is sent.
    assert sent == {
        "-3d": "02-23 08:00",
        "0d": "02-24 08:00",
        "+1d": "02-25 08:00",
        "+5wd": "03-03 08:00",
        "+10wd": "03-10 08:00",
    }
    assert told.skipped == ["-7d"]


def test_after_a_standstill_of_forty_days_only_the_highest_rung_is_sent() -> None:
    told = Told(civil(2025, 12, 15, 17), civil(2025, 12, 4, 10))
    assert told.at(civil(2026, 1, 13, 9)) is None
    assert (told.sent, told.skipped) == (["+10wd"], ["-7d", "-3d", "0d", "+1d", "+5wd"])
    assert told.at(civil(2026, 1, 13, 10)) is None
    assert len(told.sent) == 1


def test_at_night_nothing_is_sent_and_the_morning_is_waited_for() -> None:
    told = Told(civil(2025, 12, 15, 17), civil(2025, 12, 4, 10))
    assert told.at(civil(2025, 12, 12, 17)) == civil(2025, 12, 15, 8)
    assert told.sent == []
    assert told.at(civil(2025, 12, 15, 8)) == civil(2025, 12, 16, 8)
    assert (told.sent, told.skipped) == (["0d"], ["-7d", "-3d"])


def test_a_rung_that_was_due_before_the_deadline_was_given_is_none() -> None:
    told = Told(civil(2025, 12, 5, 17), civil(2025, 12, 4, 10))
    assert told.at(civil(2025, 12, 4, 11)) == civil(2025, 12, 5, 8)
    assert told.sent + told.skipped == []


def test_without_rungs_nothing_is_ever_due() -> None:
    told = Told(civil(2025, 12, 5, 17), civil(2025, 12, 4, 10), Ladder(()))
    assert told.at(civil(2026, 12, 4, 11)) is None


@pytest.mark.parametrize("seed", range(200))
def test_however_seldom_it_is_looked_at_each_rung_is_told_once_and_the_last_one_is_the_highest(seed: int) -> None:
    chance = Random(seed)
    given = civil(2025, 11, 1, 8) + timedelta(hours=chance.randrange(24 * 120))
    deadline = given + timedelta(hours=chance.randrange(1, 24 * 40))
    told, now = Told(deadline, given), given
    while now < deadline + timedelta(days=60):
        known = len(told.sent)
        next_at = told.at(now)
        assert len(told.sent) - known in (0, 1)
        assert len(told.sent) == known or DEFAULT.sends_at(now)
        assert next_at is None or next_at > now
        now += timedelta(minutes=chance.choice((7, 60, 700, 60 * 24 * 3, 60 * 24 * 40)))
    told.at(DEFAULT.next_sending(now))
    rules = [rung.rule for rung in DEFAULT.rungs if DEFAULT.due_at(rung, deadline) > given]
    assert sorted(told.sent + told.skipped) == sorted(rules)
    assert [rule for rule in rules if rule in told.sent] == told.sent, "in their order"
    assert told.sent[-1] == "+10wd"
