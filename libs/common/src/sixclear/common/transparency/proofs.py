"""C2SP proofs (tlog-proof): an entry's place, its path and a checkpoint in one text that needs no log."""

from collections.abc import Sequence
from dataclasses import dataclass

from sixclear.common.transparency.checkpoints import parse_number
from sixclear.common.transparency.merkle import check_inclusion, leaf_hash
from sixclear.common.transparency.notes import NoteInvalid, decode, encode
from sixclear.common.transparency.policies import Accepted, Policy

_FIRST = "c2sp.org/tlog-proof@v1"
_HASH_BYTES = 32
_MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is in a log: `note` is the signed checkpoint, `extra` what the application adds."""

    index: int
    path: Sequence[bytes]
    note: str
    extra: bytes = b""

    def __str__(self) -> str:
        extra = [f"extra {encode(self.extra)}"] if self.extra else []
        head = [_FIRST, *extra, f"index {self.index}", *map(encode, self.path)]
        return "\n".join([*head, "", self.note])

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """Raises NoteInvalid for what is no proof."""
        head, separator, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        extra = decode(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else b""
        if first != _FIRST or not separator or not lines or not lines[0].startswith("index "):
            raise NoteInvalid("This is no proof of a transparency log.")
        path = [decode(line) for line in lines[1:]]
        if len(path) > _MOST_HASHES or any(len(value) != _HASH_BYTES for value in path):
            raise NoteInvalid("The path of a proof has at most 63 hashes of 32 bytes.")
        return cls(parse_number(lines[0].removeprefix("index ")), path, note, extra)

    def check(self, entry: bytes, policy: Policy) -> Accepted:
        """The checkpoint in which the entry stands; raises PolicyRefused, NoteInvalid or ProofInvalid."""
        accepted = policy.accept(self.note)
        head = accepted.checkpoint
        check_inclusion(leaf_hash(entry), self.index, head.size, self.path, head.root)
        return accepted
