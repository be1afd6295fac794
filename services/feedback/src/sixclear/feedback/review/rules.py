"""By what experts review, and who is not independent. Pure: no database, no clock; the lists ship with the product."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from sixclear.feedback.review.errors import KindNotReviewed, ScoresIncomplete

# What reviewers of one case are called to each other.
LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a review gives points for."""

    code: str
    name_vi: str
    name_en: str
    points: int


@dataclass(frozen=True, slots=True)
class CriteriaEdition:
    """A set of criteria in one edition, which never changes: another content is the next edition."""

    code: str
    edition: int
    kinds: tuple[str, ...]
    source: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """The numbers of a review, as data: a proposal of the product's, in an edition."""

    affiliation_years: int
    review_working_days: int
    most_reviewers: int
    late_houses: int


@cache
def all_criteria() -> tuple[CriteriaEdition, ...]:
    """Every edition of every set, oldest first."""
    return tuple(
        CriteriaEdition(
            code=one["code"],
            edition=one["edition"],
            kinds=tuple(one["kinds"]),
            source=one["source"],
            criteria=tuple(Criterion(**criterion) for criterion in one["criteria"]),
        )
        for one in sorted(_read("review-criteria.json"), key=lambda one: (one["code"], one["edition"]))
    )


@cache
def review_rules() -> ReviewRules:
    """The numbers that hold now."""
    read = _read("review-rules.json")
    return ReviewRules(
        read["affiliation_years"], read["review_working_days"], read["most_reviewers"], read["late_houses"]
    )


def newest_criteria(kind: str) -> CriteriaEdition:
    """The set by which a new review of this kind of submission is made; raises KindNotReviewed where there is none."""
    fitting = [one for one in all_criteria() if kind in one.kinds]
    if not fitting:
        raise KindNotReviewed("Only initiatives and solutions are reviewed by experts.")
    return max(fitting, key=lambda one: one.edition)


def criteria_of(code: str, edition: int) -> CriteriaEdition:
    """The edition of a set that a review was begun with."""
    return next(one for one in all_criteria() if (one.code, one.edition) == (code, edition))


def check_scores(criteria: CriteriaEdition, scores: Mapping[str, int]) -> None:
    """Raises ScoresIncomplete unless every criterion of the set, and no other, has 0 up to its points."""
    wanted = {one.code: one.points for one in criteria.criteria}
    wrong = sorted(wanted.keys() ^ scores.keys())
    wrong += sorted(code for code in wanted.keys() & scores.keys() if not 0 <= scores[code] <= wanted[code])
    if wrong:
        errors = [
            {
                "pointer": "#/scores",
                "code": "criterion-unfit",
                "detail": f"{code}: 0 to {wanted[code]} points." if code in wanted else "Not a criterion of this set.",
            }
            for code in wrong
        ]
        raise ScoresIncomplete("Score each criterion of the set once, within its points.", errors=errors)


@dataclass(frozen=True, slots=True)
class ExpertTies:
    """What ties an expert to others: topmost bodies of the last years, hashes of the own mail houses, who it is."""

    person: str
    tops: frozenset[Any]
    houses: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class CaseTies:
    """What ties a case: the topmost bodies that handle it or are addressed, the sender's mail houses, its handlers."""

    tops: frozenset[Any]
    houses: frozenset[bytes]
    hands: frozenset[str]


def is_independent(expert: ExpertTies, case: CaseTies) -> bool:
    """Whether nothing that is known ties the expert to the case.

    Two bodies below one ministry or province are one here: an office does not judge for its neighbour.
    """
    return (
        expert.person not in case.hands and expert.tops.isdisjoint(case.tops) and expert.houses.isdisjoint(case.houses)
    )


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; of 29 February the day before March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def free_label(taken: Collection[str], seed: int) -> str:
    """A letter that no reviewer of the case has. It begins at `seed`, by chance: it tells no order."""
    letters = [LABELS[(seed + step) % len(LABELS)] for step in range(len(LABELS))]
    return next(letter for letter in letters if letter not in taken)


def _read(name: str) -> Any:
    return orjson.loads((files("sixclear.feedback") / "data" / name).read_bytes())
