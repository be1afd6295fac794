"""The tile map: every unit once, nothing on top of anything, both archipelagos where they belong."""

import csv
from importlib import resources

from sixclear.common.ids import stable_id
from sixclear.portal.pages.public.home.tiles import COLUMNS, INSETS, PLACES, unit_map
from sixclear.portal.upstream.monitoring import ProvinceStatus


def unit(code: str) -> ProvinceStatus:
    counts = {"total": 1, "completed": 0, "in_term": 1, "overdue": 0, "recurring": 0, "overdue_percent": 0}
    named = {"organisation_id": stable_id("organisation", code), "code": code, "name_vi": code}
    return ProvinceStatus.model_validate(counts | named)


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


def test_units_that_came_later_stand_below_the_grid_each_in_a_place_of_its_own() -> None:
    later = [f"9{number}X" for number in range(COLUMNS + 1)]
    placed = [tile.place for tile in unit_map([unit(code) for code in ("01", *later)]).tiles]
    assert [place.code for place in placed] == ["01", *later]
    last = max(place.row for place in PLACES)
    assert [(place.row - last, place.column) for place in placed[1:]] == [*((1, n) for n in range(1, 7)), (2, 1)]


def test_the_archipelagos_belong_to_their_units() -> None:
    assert {inset.name: inset.unit_code for inset in INSETS} == {"Hoàng Sa": "48", "Trường Sa": "56"}
