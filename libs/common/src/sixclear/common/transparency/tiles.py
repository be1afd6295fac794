"""C2SP tiles (tlog-tiles): the tree as files of at most 256 hashes, which are written once and cached for ever."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sixclear.common.transparency.merkle import Node, ReadNode, Span, hashes_of, leaf_hash, root_of

WIDTH = 256
_HEIGHT = 8
HASH_BYTES = 32
# Where the entries themselves stand; hashes of entries are at level 0.
ENTRIES = -1
_PATH = re.compile(r"(entries|0|[1-9]\d?)/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", flags=re.ASCII)
_MOST_LEVELS = 64
_PARTS = 3


class Tile(NamedTuple):
    """A tile by its level (`ENTRIES` for entries themselves) and its place there."""

    level: int
    place: int


class TileMissing(LookupError):
    """A tile is not there, or holds less than the size of the tree asks for."""


def path_of(tile: Tile, width: int = WIDTH) -> str:
    """Its address below `tile/`; a partial one says its width."""
    digits = str(tile.place)
    digits = digits.zfill(-(-len(digits) // _PARTS) * _PARTS)
    parts = [digits[i : i + _PARTS] for i in range(0, len(digits), _PARTS)]
    level = "entries" if tile.level == ENTRIES else str(tile.level)
    partial = "" if width == WIDTH else f".p/{width}"
    return "/".join([level, *(f"x{part}" for part in parts[:-1]), parts[-1]]) + partial


def parse_path(path: str) -> tuple[Tile, int] | None:
    """The tile and width that an address names; None for one that is not spelt as `path_of` spells it."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level, digits, partial = found.groups()
    index = int(digits.replace("x", "").replace("/", ""))
    tile = Tile(ENTRIES if level == "entries" else int(level), index)
    width = WIDTH if partial is None else int(partial)
    return (tile, width) if tile.level < _MOST_LEVELS and path_of(tile, width) == path else None


def tiles_of(size: int) -> Iterator[tuple[Tile, int]]:
    """Every tile of hashes of a tree of this size with its width, level by level."""
    level = 0
    while (hashes := size >> (_HEIGHT * level)) > 0:
        for index in range(-(-hashes // WIDTH)):
            yield Tile(level, index), min(WIDTH, hashes - index * WIDTH)
        level += 1


def width_at(tile: Tile, size: int) -> int:
    """How many hashes (or entries) of a tile a tree of this size has; 0 when it has none."""
    hashes = size >> (_HEIGHT * max(tile.level, 0))
    return max(0, min(WIDTH, hashes - tile.place * WIDTH))


def tile_of(node: Node) -> Tile:
    """The tile from which a node can be computed."""
    level, rest = divmod(node.level, _HEIGHT)
    return Tile(level, (node.place << rest) // WIDTH)


def tiles_for(spans: Iterable[Span]) -> set[Tile]:
    """The tiles that a plan needs."""
    return {tile_of(node) for span in spans for node in span}


def reader(tiles: Mapping[Tile, bytes]) -> ReadNode:
    """Nodes out of tiles; reading raises TileMissing for what the tiles do not hold."""

    def read(node: Node) -> bytes:
        rest = node.level % _HEIGHT
        start = (node.place << rest) % WIDTH
        content = tiles.get(tile_of(node), b"")[start * HASH_BYTES : (start + (1 << rest)) * HASH_BYTES]
        if len(content) != HASH_BYTES << rest:
            raise TileMissing(f"tile/{path_of(tile_of(node))} does not hold what node {node.level}/{node.place} needs")
        return root_of(1 << rest, hashes_of(_hashes(content)))

    return read


def grow(tiles: Mapping[Tile, bytes], size: int, entries: Sequence[bytes]) -> dict[Tile, bytes]:
    """The tiles of hashes that change when entries are added to a tree of this size, with their new content.

    `tiles` holds at least the last tile of each level, as `last_tiles` names them.
    """
    changed: dict[Tile, bytes] = {}
    level, first, added = 0, size, [leaf_hash(entry) for entry in entries]
    while added:
        for place, value in enumerate(added, start=first):
            tile = Tile(level, place // WIDTH)
            held = changed.get(tile, tiles.get(tile, b"") if place % WIDTH else b"")
            if len(held) != place % WIDTH * HASH_BYTES:
                raise TileMissing(f"tile/{path_of(tile)} has another width than a tree of {size} entries gives it")
            changed[tile] = held + value
        full = [tile for tile in changed if tile.level == level and len(changed[tile]) == WIDTH * HASH_BYTES]
        added = [root_of(WIDTH, hashes_of(_hashes(changed[tile]))) for tile in sorted(full)]
        level, first = level + 1, first // WIDTH
    return changed


def last_tiles(size: int) -> list[Tile]:
    """The partial tile at the end of each level: what `grow` continues."""
    found, level = [], 0
    while (hashes := size >> (_HEIGHT * level)) > 0:
        if hashes % WIDTH:
            found.append(Tile(level, hashes // WIDTH))
        level += 1
    return found


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries as a tile of entries has them: each behind its length."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_bundle(content: bytes) -> list[bytes]:
    """The entries of a bundle; raises ValueError when it is cut off."""
    found, place = [], 0
    while place < len(content):
        end = place + 2 + int.from_bytes(content[place : place + 2], "big")
        if end > len(content) or place + 2 > len(content):
            raise ValueError("The bundle of entries is cut off.")
        found.append(content[place + 2 : end])
        place = end
    return found


def _hashes(content: bytes) -> list[bytes]:
    return [content[i : i + HASH_BYTES] for i in range(0, len(content), HASH_BYTES)]
