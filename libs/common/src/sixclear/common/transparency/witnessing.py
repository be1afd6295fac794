"""C2SP witnesses (tlog-witness): what a log asks of a witness, and what a witness answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sixclear.common.transparency.checkpoints import Checkpoint, empty, parse_number
from sixclear.common.transparency.merkle import ProofInvalid, check_consistency
from sixclear.common.transparency.notes import Note, NoteInvalid, SigningKey, VerifierKey, decode, encode

SIZE_TYPE = "text/x.tlog.size"
_MOST_HASHES = 63
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: from which size on, the proof from there, and the signed checkpoint."""

    old: int
    proof: Sequence[bytes]
    note: str

    def __str__(self) -> str:
        return "\n".join([f"old {self.old}", *map(encode, self.proof), "", self.note])

    @classmethod
    def parse(cls, text: str) -> "AddCheckpoint":
        """Raises NoteInvalid for what is no such request."""
        head, separator, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        proof = [decode(line) for line in lines]
        if not separator or not first.startswith("old ") or len(proof) > _MOST_HASHES:
            raise NoteInvalid("A request says `old`, a size, at most 63 hashes, an empty line and a checkpoint.")
        if any(len(value) != _HASH_BYTES for value in proof):
            raise NoteInvalid("A hash of the proof has 32 bytes.")
        return cls(parse_number(first.removeprefix("old ")), proof, note)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a witness answers; `seen` is the checkpoint that it must have stored before it answers."""

    status: int
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"
    seen: Checkpoint | None = None


def origin_of(request: AddCheckpoint) -> str:
    """The log that a request is about; raises NoteInvalid."""
    return Checkpoint.parse(Note.parse(request.note).text).origin


def witness(
    request: AddCheckpoint,
    last: Checkpoint | None,
    logs: Mapping[str, Sequence[VerifierKey]],
    key: SigningKey,
    now: datetime,
) -> Reply:
    """What a witness that saw `last` of this log says. Reading `last` and storing `seen` must be one atomic step.

    Raises NoteInvalid for a checkpoint that is none, which is 400.
    """
    note = Note.parse(request.note)
    head = Checkpoint.parse(note.text)
    if head.origin not in logs:
        return Reply(404, "unknown log\n")
    if not _signed(note, logs[head.origin]):
        return Reply(403, "no signature of a known key\n")
    if request.old > head.size:
        return Reply(400, "the old size is above that of the checkpoint\n")
    last = last or empty(head.origin)
    if request.old != last.size:
        return Reply(409, f"{last.size}\n", SIZE_TYPE)
    if head.size == last.size and head.root != last.root:
        return Reply(409, f"{last.size}\n", SIZE_TYPE)
    try:
        check_consistency(last.size, last.root, head.size, head.root, request.proof)
    except ProofInvalid as error:
        return Reply(422, f"{error}\n")
    return Reply(200, key.sign(note.text, now), seen=head)


def cosignatures(text: str, answer: str, keys: Sequence[VerifierKey]) -> list[str]:
    """The signature lines of an answer that hold and are of known keys. Raises NoteInvalid for one that does not."""
    note = Note.parse(f"{text}\n{answer}")
    named = {(key.name, key.key_id) for key in note.verified(keys)}
    lines = [f"{line}\n" for line in answer.split("\n") if line]
    return [line for line, (name, key_id, _) in zip(lines, note.signatures, strict=True) if (name, key_id) in named]


def _signed(note: Note, keys: Sequence[VerifierKey]) -> bool:
    try:
        return bool(note.verified(keys))
    except NoteInvalid:
        return False
