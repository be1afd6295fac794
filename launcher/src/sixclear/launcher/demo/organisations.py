"""Which organisations take part in the demonstration, and the machine clients that post for them."""

from functools import cache
from uuid import UUID

from sixclear.common.issuer.roles import STANDING_BODY
from sixclear.launcher.demo.vocabulary import COMMUNE, MINISTRY, PROVINCE, Posts
from sixclear.tasks.organisation.seed import Seed, organisation_id, shipped_organisations

HANOI, KHANH_HOA = "01", "56"
_WARDS_OF_HANOI, _WARDS_OF_KHANH_HOA = 6, 4


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
    return communes_of_hanoi()[:_WARDS_OF_HANOI]


@cache
def communes_of_hanoi() -> tuple[str, ...]:
    """Codes of the 126 wards and communes of Hanoi."""
    return tuple(seed.code for seed in _shipped() if seed.parent_code == HANOI)


@cache
def wards_of_khanh_hoa() -> tuple[str, ...]:
    """Codes of the wards of Khánh Hòa that are assessed."""
    return tuple(seed.code for seed in _shipped() if seed.parent_code == KHANH_HOA)[:_WARDS_OF_KHANH_HOA]


@cache
def body_names() -> dict[str, str]:
    """The names of today of all bodies that ship with the product, by code."""
    return {seed.code: seed.periods[-1].name_vi for seed in _shipped()}


def client_codes() -> tuple[str, ...]:
    """Codes of every organisation that has a demonstration client."""
    return (*agencies(), *provinces(), *wards_of_hanoi(), *wards_of_khanh_hoa())


def client_organisations() -> list[tuple[str, UUID]]:
    """Codes and identifiers of the organisations for which demonstration clients are seeded."""
    return [(code, organisation_id(code)) for code in client_codes()]


def posts_of(code: str) -> Posts:
    """The positions that answer for the organisation with this code."""
    if code in agencies():
        return MINISTRY
    return PROVINCE if code in provinces() else COMMUNE
