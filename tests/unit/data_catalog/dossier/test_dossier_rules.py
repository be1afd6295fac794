"""Whose turn a registration is, since when, and why it is not approved, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sixclear.common.calendar import Calendar, calendar
from sixclear.data_catalog.document.models import Document
from sixclear.data_catalog.dossier.responses import waited_days
from sixclear.data_catalog.dossier.rules import Standing, turn_of, why_not_approved
from sixclear.data_catalog.entry.lifecycle import registration_overdue

HANDED_IN = datetime(2025, 11, 3, 3, tzinfo=UTC)
RETURNED = datetime(2025, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "turn", "why"),
    [
        ("not_submitted", ("owner", None), ["not_submitted", "documents_missing", "documents_refused"]),
        ("draft", ("owner", None), ["draft", "documents_missing", "documents_refused"]),
        ("submitted", ("reviewer", HANDED_IN), ["under_review", "documents_missing", "documents_refused"]),
        ("returned", ("owner", RETURNED), ["returned", "documents_missing", "documents_refused"]),
        ("approved", (None, None), []),
    ],
)
def test_each_status_says_whose_turn_it_is_and_why(status: str, turn: tuple[object, object], why: list[str]) -> None:
    standing = Standing(status, HANDED_IN, RETURNED, ["there", "missing", "refused"])
    assert turn_of(standing) == turn
    assert why_not_approved(standing) == why


def test_a_whole_dossier_under_review_waits_for_the_reviewer_alone() -> None:
    assert why_not_approved(Standing("submitted", HANDED_IN, None, ["there"])) == ["under_review"]


@pytest.mark.parametrize(
    ("missing", "refused_at", "added_at", "state"),
    [
        (False, None, HANDED_IN, "there"),
        (True, None, None, "missing"),
        (True, RETURNED, HANDED_IN, "refused"),
        # The release before put a newer one in and asked for it again: it knows of no refusal.
        (True, HANDED_IN, RETURNED, "missing"),
        (False, HANDED_IN, RETURNED, "there"),
    ],
)
def test_a_document_is_there_missing_or_refused(
    missing: bool, refused_at: datetime | None, added_at: datetime | None, state: str
) -> None:
    assert Document(missing=missing, refused_at=refused_at, added_at=added_at).state == state


@pytest.mark.parametrize(
    ("status", "stage", "days", "overdue"),
    [
        ("returned", "not_deployed", 0, False),
        ("returned", "not_deployed", 1, True),
        ("approved", "not_deployed", 1, False),
        ("returned", "retire", 1, False),
    ],
)
def test_a_registration_is_overdue_after_its_day(status: str, stage: str, days: int, overdue: bool) -> None:
    now = datetime(2025, 12, 31, 10, tzinfo=UTC) + timedelta(days=days)
    assert registration_overdue(date(2025, 12, 31), status, stage, now) is overdue
    assert registration_overdue(None, status, stage, now) is None


def test_working_days_are_counted_as_they_are_waited_for() -> None:
    known, first = calendar(), date(2025, 8, 20)
    for days in range(30):
        assert known.count(first, known.after(first, days)) == days
    assert known.count(first, first - timedelta(days=3)) == 0


def test_documents_that_wait_since_one_day_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[date] = []
    works = Calendar.works

    def counted(self: Calendar, day: date) -> bool:
        looks.append(day)
        return works(self, day)

    monkeypatch.setattr(Calendar, "works", counted)
    waited_days.cache_clear()
    first, last = date(2023, 12, 4), date(2025, 12, 15)
    found = {waited_days(calendar().edition, first, last) for _ in range(200)}
    assert len(looks) == (last - first).days
    assert found == {(calendar().count(first, last), calendar().provisional(first, last))}
