"""Until when a case is kept, against a walk through its days that knows nothing of the rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sixclear.common.clock import CIVIL_ZONE
from sixclear.feedback.retention.rules import Closing, kept_until, period, running

START = datetime(2025, 11, 3, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
YEARS = 8


@dataclass(slots=True)
class Story:
    """What becomes of a case, as days since its receipt; None: it never does."""

    answered: int | None
    withdrawn: int | None
    appeals: list[tuple[int, int | None]] = field(default_factory=list)
    steps: list[int | None] = field(default_factory=list)
    message: tuple[int, int | None] | None = None


def days(least: int = 0, most: int = 400) -> st.SearchStrategy[int]:
    return st.integers(least, most)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Answered or taken back or open; appeals follow each other; steps and messages follow the answer."""
    how = draw(st.sampled_from(("open", "answered", "withdrawn")))
    end = draw(days())
    maybe = st.none() | days(end + 30, 900)
    appeals: list[tuple[int, int | None]] = []
    if how == "answered":
        at = end
        for _ in range(draw(st.integers(0, 2))):
            at = draw(days(at, at + 30))
            decided = draw(st.none() | days(at, at + 60))
            appeals.append((at, decided))
            at = at + 40 if decided is None else decided
    return Story(
        answered=end if how == "answered" else None,
        withdrawn=end if how == "withdrawn" else None,
        appeals=appeals,
        steps=draw(st.lists(maybe, max_size=3)) if how == "answered" else [],
        message=(end, draw(maybe)) if how == "answered" and draw(st.booleans()) else None,
    )


def at(day: int) -> datetime:
    return START + day * DAY


def done(day: int | None, now: int) -> datetime | None:
    return at(day) if day is not None and day <= now else None


def closing(story: Story, now: int) -> Closing:
    """The case as its rows are on a day."""
    answered, withdrawn = done(story.answered, now), done(story.withdrawn, now)
    window = [] if answered is None else [answered + 30 * DAY]
    return Closing(
        status="answered" if answered else "withdrawn" if withdrawn else "assigned",
        ended_at=answered or withdrawn,
        appeals=[done(decided, now) for filed, decided in story.appeals if filed <= now],
        steps=[done(step, now) for step in story.steps] if answered else [],
        waits_for_reply=story.message is not None and story.message[0] <= now and done(story.message[1], now) is None,
        windows=[until for until in window if at(now) <= until],
    )


def walked(story: Story, months: int) -> int | None:
    """The first day on which nothing has run for so long, found by walking; None: not within the years walked.

    A clock runs on a day that has something owed; the count begins again with each day on which what was owed is done.
    """
    since: int | None = None
    for day in range(YEARS * 366):
        open_case = not any(end is not None and end <= day for end in (story.answered, story.withdrawn))
        begun = [decided for filed, decided in story.appeals if filed <= day]
        appeal = bool(begun) and (begun[-1] is None or begun[-1] > day)
        promise = story.answered is not None and any(step is None or step > day for step in story.steps)
        asked = story.message is not None and story.message[0] <= day
        reply = asked and story.message is not None and (story.message[1] is None or story.message[1] > day)
        if open_case or appeal or promise:
            since = None
            continue
        ends = [end for end in (story.answered, story.withdrawn, *story.steps) if end is not None]
        ends += [decided for _, decided in story.appeals if decided is not None and decided <= day]
        since = max(ends)
        window = story.answered is not None and day < story.answered + 30
        if not reply and not window and _months(at(since), months) <= at(day):
            return day
    return None


def _months(start: datetime, count: int) -> datetime:
    """By the calendar on the wall, month by month; a day that a month does not have is its last."""
    civil = start.astimezone(CIVIL_ZONE)
    year, month = divmod(civil.year * 12 + civil.month - 1 + count, 12)
    for day in (civil.day, 30, 29, 28):
        try:
            return civil.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def told(story: Story, what: str) -> int | None:
    """The first day on which the rule, asked every day of what stands in the rows, says that it is over."""
    for day in range(YEARS * 366):
        until = kept_until(closing(story, day), "contact" if what == "contact" else "text")
        if until is not None and until <= at(day):
            return day
    return None


@given(stories())
def test_the_rule_erases_on_the_day_that_a_walk_through_the_days_finds(story: Story) -> None:
    assert told(story, "contact") == walked(story, period("contact").months)


@given(stories(), days(0, 3000))
def test_nothing_is_erased_while_a_clock_runs_and_text_never_before_the_contact(story: Story, now: int) -> None:
    case = closing(story, now)
    contact, text = kept_until(case, "contact"), kept_until(case, "text")
    assert ((contact is None), (text is None)) == ((running(case) is not None),) * 2
    if contact is not None and text is not None:
        assert contact < text
        assert all(until <= contact for until in case.windows)


def test_it_is_said_what_runs() -> None:
    answered = Closing("answered", START)
    told_of: Sequence[tuple[Closing, str | None]] = [
        (Closing("assigned", None), "answer"),
        (answered, None),
        (Closing("answered", START, appeals=[None]), "appeal"),
        (Closing("answered", START, appeals=[None, START]), None),
        (Closing("withdrawn", START, appeals=[None], steps=[None]), "appeal"),
        (Closing("withdrawn", START, steps=[None], waits_for_reply=True), None),
        (Closing("answered", START, steps=[START, None]), "promise"),
        (Closing("answered", START, waits_for_reply=True), "reply"),
    ]
    assert [running(case) for case, _ in told_of] == [word for _, word in told_of]


def test_twelve_months_end_on_the_same_civil_day_and_leap_days_on_the_last_of_february() -> None:
    leap = Closing("answered", datetime(2028, 2, 28, 18, 0, tzinfo=UTC))  # 29 February in Hanoi
    assert kept_until(leap, "contact") == datetime(2029, 2, 27, 18, 0, tzinfo=UTC)


@given(st.integers(0, 8 * 365))
def test_a_contact_given_later_is_kept_a_year_from_then_and_no_longer_than_the_text(after: int) -> None:
    given_at = at(after)
    case = Closing("answered", START, given_at=given_at)
    contact, text = kept_until(case, "contact"), kept_until(case, "text")
    assert contact is not None
    assert text is not None
    assert text == kept_until(Closing("answered", START), "text")
    alone = kept_until(Closing("answered", START), "contact")
    assert contact == max(alone or START, min(period("contact").end(given_at), text))
