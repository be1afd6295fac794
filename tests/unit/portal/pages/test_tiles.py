"""The tile map: every unit once, nothing on top of anything, both archipelagos where they belong."""

import csv
from importlib import resources

from sixclear.portal.pages.public.home.tiles import COLUMNS, INSETS, PLACES


def test_all_units_stand_exactly_once() -> None:
    assert len(PLACES) == 34
    assert len({place.code for place in PLACES}) == 34


def test_the_units_are_those_of_the_official_list() -> None:
    source = resources.files("sixclear.tasks").joinpath("data/administrative-units.csv").read_text("utf-8")
    official = {row["code"] for row in csv.DictReader(source.splitlines()) if not row["parent_code"]}
    assert {place.code for place in PLACES} == official


def test_no_two_tiles_share_a_place() -> None:
    taken = [(place.row, place.column) for place in PLACES] + [(inset.row, inset.column) for inset in INSETS]
    assert len(set(taken)) == len(taken)
    assert all(1 <= column <= COLUMNS for _, column in taken)


def test_the_archipelagos_belong_to_their_units() -> None:
    assert {inset.name: inset.unit_code for inset in INSETS} == {"Hoàng Sa": "48", "Trường Sa": "56"}
