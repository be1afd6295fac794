"""Former units lead to their successors: the shipped files say so of every province before July 2025."""

import csv
from importlib.resources import files

import pytest

from sixclear.tasks.organisation.seed import Seed, shipped_organisations

PROVINCES = {seed.code: seed for seed in shipped_organisations() if seed.level == "province"}


def bearer(code: str) -> Seed:
    """The province that a code means."""
    return next(seed for seed in PROVINCES.values() if code in seed.codes)


def test_each_of_the_63_codes_before_the_merger_means_one_province() -> None:
    codes = [code for seed in PROVINCES.values() for code in seed.codes]
    assert len(codes) == len(set(codes)) == 63


def test_the_63_names_before_the_merger_are_those_of_34_provinces_and_their_predecessors() -> None:
    merged = {unit.name_vi for seed in PROVINCES.values() for unit in seed.predecessors}
    today = {named.name_vi for seed in PROVINCES.values() for named in seed.periods}
    # What is now Huế was Thừa Thiên Huế: one of the 63 under two names.
    assert len(merged | today) == 64


def test_a_code_that_is_used_again_names_the_province_into_which_its_former_bearer_was_merged() -> None:
    rows = csv.DictReader((files("sixclear.tasks") / "data" / "former-units.csv").read_text("utf-8").splitlines())
    again = {row["code"]: row["successor_code"] for row in rows if row["code"] in PROVINCES}
    assert {"15", "24", "44", "52", "80", "82", "91", "46"} == set(again)
    assert all(code == successor for code, successor in again.items())


@pytest.mark.parametrize(
    ("former", "now"),
    [("02", "Tuyên Quang"), ("77", "Hồ Chí Minh"), ("89", "An Giang"), ("27", "Bắc Ninh"), ("10", "Lào Cai")],
)
def test_a_former_code_means_the_successor(former: str, now: str) -> None:
    assert bearer(former).periods[-1].name_vi == now
