"""Which organisations take part in the demonstration, and the machine clients that post for them."""

from functools import cache
from uuid import UUID

from sixclear.common.issuer.roles import STANDING_BODY
from sixclear.launcher.demo.vocabulary import COMMUNE, MINISTRY, PROVINCE, Posts
from sixclear.tasks.organisation.seed import Seed, organisation_id, shipped_organisations

HANOI = "01"
_WARDS_OF_HANOI = 6


@cache
def _shipped() -> tuple[Seed, ...]:
    return tuple(shipped_organisations())


@cache
def agencies() -> tuple[str, ...]:
    """Codes of the central agencies."""
    return tuple(seed.code for seed in _shipped() if seed.level == "central" and seed.code != STANDING_BODY)


@cache
def provinces() -> tuple[str, ...]:
    """Codes of the 34 provinces and cities."""
    return tuple(seed.code for seed in _shipped() if seed.level == "province")


@cache
def wards_of_hanoi() -> tuple[str, ...]:
    """Codes of the wards of Hanoi that lead tasks of the city."""
    below = [seed.code for seed in _shipped() if seed.parent_code == HANOI]
    return tuple(below[:_WARDS_OF_HANOI])


@cache
def body_names() -> dict[str, str]:
    """The names of today of all bodies that ship with the product, by code."""
    return {seed.code: seed.periods[-1].name_vi for seed in _shipped()}


def client_codes() -> tuple[str, ...]:
    """Codes of every organisation that has a demonstration client."""
    return (*agencies(), *provinces(), *wards_of_hanoi())


def client_organisations() -> list[tuple[str, UUID]]:
    """Codes and identifiers of the organisations for which demonstration clients are seeded."""
    return [(code, organisation_id(code)) for code in client_codes()]


def posts_of(code: str) -> Posts:
    """The positions that answer for the organisation with this code."""
    if code in agencies():
        return MINISTRY
    return PROVINCE if code in provinces() else COMMUNE
