"""The tasks behind the published totals: how many, whose, when due, when done. Deterministic."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sixclear.launcher.demo.organisations import HANOI, agencies, provinces, wards_of_hanoi
from sixclear.launcher.demo.steps import facts

CENTRAL = "nq57-central"
CITY = "hanoi-57"

# The instants that the reports speak of, as days: 4 December at 17:00, the others at the end of the day.
FIRST_REVIEW = date(2025, 12, 4)
SECOND_REVIEW = date(2025, 12, 25)
_YEAR_END = date(2025, 12, 31)
_SESSION = (date(2025, 7, 20), date(2025, 9, 23))
_CITY_REVIEW = date(2025, 11, 14)

# Choices of ours where the reports give no figure.
_COMPLETED_BEFORE_SESSION = 150
_CITY_OVERDUE_DONE_BY_FIRST_REVIEW = 7
_OVERDUE_AT_SECOND_REVIEW = 15
_NEW_AND_DONE = 6
_DAYS_ASSIGNED = (date(2025, 1, 20), date(2025, 10, 31))


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """One generated task. `completed` is None for one that stays open; `deadline` None for a recurring one."""

    external_id: str
    programme: str
    lead: str
    assigned: date
    deadline: date | None
    completed: date | None = None
    recurring: bool = False

    @property
    def random(self) -> random.Random:
        """This task's own dice: the same on every run."""
        return random.Random(self.external_id)  # noqa: S311 (words of a demonstration, no secret)


class _Days:
    """Days drawn from ranges, always in the same order."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)  # noqa: S311 (dates of a demonstration, no secret)

    def between(self, first: date, last: date) -> date:
        """A day from `first` to `last`, both included."""
        return first + timedelta(days=self._dice.randint(0, (last - first).days))

    def assigned(self, latest: date) -> date:
        """A day of assignment at least two weeks before `latest`."""
        first, last = _DAYS_ASSIGNED
        return self.between(first, max(first, min(last, latest - timedelta(days=14))))


def central_tasks() -> list[TaskPlan]:
    """The programme of the central committee: 1,287 tasks at the first review, 1,298 at the second."""
    plans = [
        *_city_tasks_of_the_centre(),
        *_spread(_recurring(), "recurring"),
        *_spread(_completed_by_first_review(), "completed"),
        *_spread(_overdue_at_first_review(), "overdue"),
        *_spread(_in_term_at_first_review(), "in term"),
        *_spread(_new_after_first_review(), "new"),
    ]
    return [replace(plan, external_id=f"NQ57-{number:04d}") for number, plan in enumerate(plans, start=1)]


def _spread(plans: Sequence[TaskPlan], name: str) -> Iterator[TaskPlan]:
    """The plans with lead bodies drawn: two of three central agencies, some bodies with more tasks than others."""
    dice = random.Random(f"leads of {name}")  # noqa: S311 (who leads a demonstration's task is no secret)
    provincial = [code for code in provinces() if code != HANOI]
    for plan in plans:
        bodies = agencies() if dice.random() < 2 / 3 else provincial
        yield replace(plan, lead=dice.choices(bodies, [2 + number % 5 for number in range(len(bodies))])[0])


def _plan(assigned: date, deadline: date | None, completed: date | None = None) -> TaskPlan:
    return TaskPlan("", CENTRAL, "", assigned, deadline, completed, recurring=deadline is None)


def _recurring() -> list[TaskPlan]:
    days = _Days("recurring")
    return [_plan(days.between(date(2025, 1, 20), date(2025, 9, 30)), None) for _ in range(_count("recurring"))]


def _count(bucket: str) -> int:
    return int(facts()["tasks"][bucket])


def _completed_by_first_review() -> list[TaskPlan]:
    days = _Days("completed")
    in_session = int(facts()["tasks_completed_2025_07_20_to_2025_09_23"]["value"])
    rest = _count("completed") - _CITY_OVERDUE_DONE_BY_FIRST_REVIEW - _COMPLETED_BEFORE_SESSION - in_session
    first, last = _SESSION
    done = [
        *(days.between(date(2025, 3, 3), first - timedelta(days=1)) for _ in range(_COMPLETED_BEFORE_SESSION)),
        *(days.between(first, last) for _ in range(in_session)),
        *(days.between(last + timedelta(days=1), FIRST_REVIEW - timedelta(days=1)) for _ in range(rest)),
    ]
    return [_completed(days, completed, late=number % 5 == 0) for number, completed in enumerate(done)]


def _completed(days: _Days, completed: date, *, late: bool) -> TaskPlan:
    slack = timedelta(days=days.between(date(2025, 1, 2), date(2025, 1, 26)).day)
    deadline = completed - slack if late else completed + slack
    return _plan(days.assigned(min(deadline, completed)), deadline, completed)


def _overdue_at_first_review() -> list[TaskPlan]:
    """Overdue at the first review; all but a few are done by the second."""
    days = _Days("overdue")
    central_of_city = int(facts()["hanoi"]["overdue_assigned_by_central"]) - _CITY_OVERDUE_DONE_BY_FIRST_REVIEW
    plans = []
    for number in range(_count("overdue") - central_of_city):
        deadline = days.between(date(2025, 9, 30), FIRST_REVIEW - timedelta(days=1))
        stays = number < _OVERDUE_AT_SECOND_REVIEW
        completed = None if stays else days.between(FIRST_REVIEW + timedelta(days=1), SECOND_REVIEW - timedelta(days=1))
        plans.append(_plan(days.assigned(deadline), deadline, completed))
    return plans


def _in_term_at_first_review() -> list[TaskPlan]:
    """In term at the first review: most are due by the end of the year, and most of those done by the second."""
    days = _Days("in term")
    due_this_year = int(facts()["tasks"]["in_term_due_by_2025_12_31"])
    later = _count("in_term") - due_this_year
    still_open = _open_at_second_review() - _OVERDUE_AT_SECOND_REVIEW - later - (_new() - _NEW_AND_DONE)
    plans = []
    for number in range(due_this_year):
        if number < still_open:
            deadline, completed = days.between(date(2025, 12, 26), _YEAR_END), None
        else:
            deadline = days.between(FIRST_REVIEW + timedelta(days=1), _YEAR_END)
            completed = days.between(FIRST_REVIEW + timedelta(days=1), SECOND_REVIEW - timedelta(days=1))
        plans.append(_plan(days.assigned(FIRST_REVIEW), deadline, completed))
    plans += [
        _plan(days.assigned(FIRST_REVIEW), days.between(date(2026, 1, 31), date(2027, 6, 30))) for _ in range(later)
    ]
    return plans


def _open_at_second_review() -> int:
    return int(facts()["tasks_later"]["open"])


def _new() -> int:
    return int(facts()["tasks_later"]["total"]) - _count("total")


def _new_after_first_review() -> list[TaskPlan]:
    days = _Days("new")
    plans = []
    for number in range(_new()):
        assigned = days.between(date(2025, 12, 8), date(2025, 12, 15))
        if number < _NEW_AND_DONE:
            plans.append(_plan(assigned, date(2025, 12, 30), days.between(date(2025, 12, 18), date(2025, 12, 24))))
        else:
            plans.append(_plan(assigned, days.between(date(2026, 3, 31), date(2027, 3, 31))))
    return plans


def _city_tasks_of_the_centre() -> list[TaskPlan]:
    """Tasks that the central level gave to Hanoi and that are overdue at the city's review: some done by December."""
    days = _Days("hanoi, centre")
    plans = []
    for number in range(int(facts()["hanoi"]["overdue_assigned_by_central"])):
        deadline = days.between(date(2025, 9, 30), _CITY_REVIEW - timedelta(days=1))
        done = number < _CITY_OVERDUE_DONE_BY_FIRST_REVIEW
        completed = days.between(_CITY_REVIEW + timedelta(days=1), FIRST_REVIEW - timedelta(days=1))
        later = days.between(FIRST_REVIEW + timedelta(days=1), SECOND_REVIEW - timedelta(days=1))
        plan = _plan(days.assigned(deadline), deadline, completed if done else later)
        plans.append(replace(plan, lead=HANOI))
    return plans


def city_tasks() -> list[TaskPlan]:
    """Hanoi's own programme, led by its wards: as many overdue at the city's review as it reported; more besides."""
    days = _Days("hanoi, city")
    overdue = int(facts()["hanoi"]["overdue_assigned_by_city"])
    plans = []
    for number in range(overdue):
        deadline = days.between(date(2025, 9, 15), _CITY_REVIEW - timedelta(days=1))
        completed = days.between(_CITY_REVIEW + timedelta(days=1), date(2025, 12, 20)) if number % 3 else None
        plans.append((deadline, completed))
    for _ in range(16):
        completed = days.between(date(2025, 8, 15), _CITY_REVIEW)
        plans.append((completed + timedelta(days=10), completed))
    plans += [(days.between(date(2025, 11, 20), date(2026, 12, 20)), None) for _ in range(10)]
    wards = wards_of_hanoi()
    return [
        TaskPlan(
            external_id=f"HN-{number:03d}",
            programme=CITY,
            lead=wards[number % len(wards)],
            assigned=days.between(date(2025, 7, 10), date(2025, 7, 31)),
            deadline=deadline,
            completed=completed,
        )
        for number, (deadline, completed) in enumerate(plans, start=1)
    ]
