"""Tiles as C2SP writes them down: their addresses, their growth, and every root and proof read out of them alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sixclear.common.transparency.merkle import Node, fold, hashes_of, leaf_hash, plan_consistency, plan_root, root_of
from sixclear.common.transparency.tiles import (
    ENTRIES,
    Tile,
    TileMissing,
    bundle,
    grow,
    last_tiles,
    parse_bundle,
    parse_path,
    path_of,
    reader,
    tiles_for,
    tiles_of,
    width_at,
)

ENTRY = [number.to_bytes(4, "big") for number in range(70_000)]


@pytest.mark.parametrize(
    ("tile", "width", "path"),
    [
        (Tile(0, 1_234_067), 256, "0/x001/x234/067"),
        (Tile(0, 273), 112, "0/273.p/112"),
        (Tile(ENTRIES, 1_000), 1, "entries/x001/000.p/1"),
        (Tile(63, 0), 256, "63/000"),
    ],
)
def test_addresses_are_spelt_as_the_standard_spells_them(tile: Tile, width: int, path: str) -> None:
    assert path_of(tile, width) == path
    assert parse_path(path) == (tile, width)


@pytest.mark.parametrize(
    "path",
    [
        "0/x000/001",
        "0/1",
        "00/001",
        "64/000",
        "0/001.p/0",
        "0/001.p/256",
        "0/001.p/01",
        "-1/000",
        "0/x001",
        "",
        "0/٠٠١",
    ],
)
def test_another_spelling_is_no_tile(path: str) -> None:
    assert parse_path(path) is None


def test_a_tree_of_70000_has_the_tiles_that_the_standard_names() -> None:
    tiles = dict(tiles_of(70_000))
    assert sum(tile.level == 0 and width == 256 for tile, width in tiles.items()) == 273
    assert {tile: width for tile, width in tiles.items() if width < 256} == {
        Tile(0, 273): 112,
        Tile(1, 1): 17,
        Tile(2, 0): 1,
    }
    assert dict(tiles_of(256)) == {Tile(0, 0): 256, Tile(1, 0): 1}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=5))
def test_a_log_grows_to_the_same_tiles_in_whatever_steps(steps: list[int]) -> None:
    tiles: dict[Tile, bytes] = {}
    size = 0
    for count in steps:
        held = {tile: tiles[tile] for tile in last_tiles(size)}
        tiles |= grow(held, size, ENTRY[size : size + count])
        size += count
    assert {tile: len(content) // 32 for tile, content in tiles.items()} == dict(tiles_of(size))
    assert all(width_at(tile, size) == width for tile, width in tiles_of(size))
    leaves = hashes_of(leaf_hash(entry) for entry in ENTRY[:size])
    assert root_of(size, reader(tiles)) == root_of(size, leaves)
    for old in {1, size // 2, size} - {0} if size else ():
        plan = plan_consistency(old, size)
        needed = {tile: tiles[tile] for tile in tiles_for(plan)}
        assert [fold(span, reader(needed)) for span in plan] == [fold(span, leaves) for span in plan]


def test_a_large_tree_has_the_root_of_its_leaves() -> None:
    tiles = grow({}, 0, ENTRY)
    plan = plan_root(len(ENTRY))
    assert len(tiles_for([plan])) < 10
    assert fold(plan, reader(tiles)) == fold(plan, hashes_of(leaf_hash(entry) for entry in ENTRY))


def test_what_a_tile_does_not_hold_is_missing_not_zero() -> None:
    tiles = grow({}, 0, ENTRY[:10])
    with pytest.raises(TileMissing, match="tile/0/000"):
        reader(tiles)(Node(0, 10))
    with pytest.raises(TileMissing, match="another width"):
        grow({}, 10, ENTRY[10:12])


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bundles_give_back_the_entries(entries: list[bytes]) -> None:
    assert parse_bundle(bundle(entries)) == entries


@pytest.mark.parametrize("content", [b"\x00", b"\x00\x05abc"])
def test_a_bundle_that_is_cut_off_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="cut off"):
        parse_bundle(content)
