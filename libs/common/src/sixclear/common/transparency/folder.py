"""A public log as files, as C2SP tiles lay them out: a copy that anyone can serve, and from which it is filled up.

Tiles are on the disk before the checkpoint that needs them, and a checkpoint is there as a whole or not at all.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sixclear.common.data_files import make_folder, write_whole
from sixclear.common.transparency.tiles import ENTRIES, HASH_BYTES, WIDTH, Tile, bundle, parse_bundle, path_of, width_at

_CHECKPOINT = "checkpoint"


class LogFolder:
    """The files of one log. One process writes; any number may read."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def checkpoint(self) -> str | None:
        """The newest checkpoint that was kept, a signed note; None in an empty folder."""
        try:
            return (self._root / _CHECKPOINT).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write_tiles(self, size: int, tiles: Mapping[Tile, bytes]) -> None:
        """Keep tiles of hashes as a tree of this size has them; a full tile takes the place of its partial ones."""
        for tile, content in tiles.items():
            self._write(tile, width_at(tile, size), content[: width_at(tile, size) * HASH_BYTES])

    def write_entries(self, first: int, entries: Sequence[bytes]) -> None:
        """Keep entries from `first` on; those before it in the same bundle must be there."""
        size = first + len(entries)
        for place in range(first // WIDTH, -(-size // WIDTH)):
            tile, start = Tile(ENTRIES, place), place * WIDTH
            held = parse_bundle(self.read(tile, first)) if start < first else []
            whole = [*held, *entries[max(0, start - first) : start + WIDTH - first]]
            self._write(tile, width_at(tile, size), bundle(whole))

    def write_checkpoint(self, note: str) -> None:
        """Keep a signed checkpoint; what it needs is there already. It is on the disk when this returns."""
        make_folder(self._root)
        write_whole(self._root / _CHECKPOINT, note.encode())
        _sync(self._root / _CHECKPOINT, self._root)

    def read(self, tile: Tile, size: int) -> bytes:
        """A tile as a tree of this size has it; raises FileNotFoundError."""
        width = width_at(tile, size)
        try:
            return self._path(tile, width).read_bytes()
        except FileNotFoundError:
            if width == WIDTH:
                raise
        content = self._path(tile, WIDTH).read_bytes()
        if tile.level == ENTRIES:
            return bundle(parse_bundle(content)[:width])
        return content[: width * HASH_BYTES]

    def entries(self, first: int, size: int) -> Iterator[bytes]:
        """The entries from `first` on of a log of this size; raises FileNotFoundError or ValueError."""
        for place in range(first // WIDTH, -(-size // WIDTH)):
            found = parse_bundle(self.read(Tile(ENTRIES, place), size))
            yield from found[max(0, first - place * WIDTH) :]

    def _path(self, tile: Tile, width: int) -> Path:
        return self._root / "tile" / path_of(tile, width)

    def _write(self, tile: Tile, width: int, content: bytes) -> None:
        path = self._path(tile, width)
        make_folder(path.parent)
        write_whole(path, content)
        _sync(path, path.parent)
        if width == WIDTH:
            for partial in path.with_name(f"{path.name}.p").glob("*"):
                partial.unlink(missing_ok=True)


def _sync(*paths: Path) -> None:
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
