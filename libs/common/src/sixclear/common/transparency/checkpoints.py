"""C2SP checkpoints (tlog-checkpoint): how large a log is, and the root of its tree, as a note that the log signs."""

from dataclasses import dataclass

from sixclear.common.transparency.merkle import EMPTY_ROOT
from sixclear.common.transparency.notes import NoteInvalid, decode, encode

_HASH_BYTES = 32
_LINES = 3
# As many digits as a signed 64-bit number has.
_MOST_DIGITS = 19


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its name, number of entries and root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of the note."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The head that a note's text states, with or without extension lines; raises NoteInvalid."""
        lines = text.split("\n")
        if len(lines) <= _LINES or lines[-1] or not all(lines[:-1]):
            raise NoteInvalid("A checkpoint has at least three lines and none that is empty.")
        origin, size, root = lines[:_LINES]
        head = cls(origin, parse_number(size), decode(root))
        if len(head.root) != _HASH_BYTES:
            raise NoteInvalid("The root of a checkpoint has 32 bytes.")
        return head


def empty(origin: str) -> Checkpoint:
    """The head of a log in which nothing stands yet."""
    return Checkpoint(origin, 0, EMPTY_ROOT)


def parse_number(text: str) -> int:
    """A decimal number without leading zeros; raises NoteInvalid."""
    if not (text.isascii() and text.isdecimal()) or len(text) > _MOST_DIGITS or (text[0] == "0" and text != "0"):
        raise NoteInvalid("A size is a decimal number without leading zeros.")
    return int(text)
