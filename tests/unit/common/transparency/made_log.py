"""A public log in a folder with statements in it, as an honest body, or one that bends it, would make it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.folder import LogFolder
from sixclear.common.transparency.merkle import fold, hashes_of, leaf_hash, plan_inclusion, root_of
from sixclear.common.transparency.notes import COSIGNATURE, SigningKey
from sixclear.common.transparency.proofs import Proof
from sixclear.common.transparency.statements import Kind, Statement, content_of, entry_of, receipt_of
from sixclear.common.transparency.tiles import Tile, grow

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
LOG = SigningKey.of_seed("example.com/log", b"l" * 32)
ANNA = SigningKey.of_seed("university.example/w", b"a" * 32, COSIGNATURE)
ALONE = f"log {LOG.verifier}\nquorum none\n"
_ANNA = f"witness anna {ANNA.verifier}\nquorum anna\n"
WITNESSED = f"log {LOG.verifier}\n{_ANNA}"


@dataclass
class MadeLog:
    """Entries, and what a body signs of them; `witnessed` has each checkpoint cosigned."""

    witnessed: bool = True
    key: SigningKey = LOG
    entries: list[bytes] = field(default_factory=list)

    @property
    def policy(self) -> str:
        return f"log {self.key.verifier}\n" + (_ANNA if self.witnessed else "quorum none\n")

    def head(self, size: int | None = None) -> Checkpoint:
        held = self.entries[:size]
        return Checkpoint(LOG.name, len(held), root_of(len(held), hashes_of(map(leaf_hash, held))))

    def checkpoint(self, at: datetime, size: int | None = None) -> str:
        text = self.head(size).text
        return self.key.signed(text, at) + (ANNA.sign(text, at) if self.witnessed else "")

    def fill(self, count: int) -> None:
        self.entries += [bytes([number % 251]) * 32 for number in range(count)]

    def say(self, kind: Kind = "answered", at: datetime = NOW, **more: object) -> tuple[str, bytes, Checkpoint]:
        """A signed statement whose entry is added; with its salt and the checkpoint before it."""
        salt = len(self.entries).to_bytes(32, "big")
        after = self.head()
        values = {
            "case": b"c" * 32,
            "due_at": NOW + timedelta(days=15),
            "rule": "answer-15",
            "content": content_of(salt, [("text", "Đã sửa cầu.".encode())]),
            "after": after,
        } | more
        text = Statement(kind=kind, at=at, **values).text  # type: ignore[arg-type]
        self.entries.append(entry_of(salt, text))
        return self.key.signed(text, at), salt, after

    def proof(self, index: int, seen_at: datetime, before_at: datetime, before: int) -> str:
        """The proof of one entry in the log of now, with what witnesses saw before it."""
        size, leaves = len(self.entries), hashes_of(map(leaf_hash, self.entries))
        path = [fold(span, leaves) for span in plan_inclusion(index, size)]
        extra = self.checkpoint(before_at, before).encode() if before else b""
        return str(Proof(index, path, self.checkpoint(seen_at), extra))

    def receipt(
        self, kind: Kind = "answered", at: datetime = NOW, *, later: int = 3, lag: timedelta = timedelta(seconds=10)
    ) -> dict[str, str | None]:
        """A receipt with its proof; `later` entries of others are in its checkpoint too."""
        index = len(self.entries)
        statement, salt, after = self.say(kind, at)
        self.fill(later)
        return receipt_of(
            statement, salt, self.proof(index, at + lag, at - timedelta(minutes=1), after.size), self.policy
        )

    def write(self, folder: Path, at: datetime = NOW + timedelta(minutes=5)) -> str:
        """Publish it as files, in two steps; answers where."""
        files, tiles = LogFolder(folder), dict[Tile, bytes]()
        half = len(self.entries) // 2
        for low, high in ((0, half), (half, len(self.entries))):
            tiles |= grow(tiles, low, self.entries[low:high])
            files.write_tiles(high, tiles)
            files.write_entries(low, self.entries[low:high])
        files.write_checkpoint(self.checkpoint(at))
        return str(folder)


def changed(entries: Sequence[bytes], at: int) -> list[bytes]:
    """The entries with another one in the place of one."""
    return [*entries[:at], b"x" * 32, *entries[at + 1 :]]
