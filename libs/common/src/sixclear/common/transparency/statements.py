"""What a body states to the sender of a case: a signed note, of which the public log has only a salted hash.

An entry of the log is `HMAC-SHA-256(salt, text)`. Two entries of a case cannot be tied together without their salts,
and no entry can be tested against a guess.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.notes import encode

Kind = Literal["received", "acknowledged", "answered", "due_changed", "transferred", "closed", "no_answer"]
SALT_BYTES = 32
_CASE_BYTES = 32
_KINDS = get_args(Kind)
_RULE = re.compile(r"[a-z0-9][a-z0-9/._-]{0,99}")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `case` is a random reference, no identifier; `due_at` is None where nothing is owed.

    `by_hour` leaves only the hour of `at`, as for senders who are not to be found by the instant.
    """

    case: bytes
    kind: Kind
    at: datetime
    due_at: datetime | None
    rule: str
    content: bytes
    after: Checkpoint
    by_hour: bool = False

    def __post_init__(self) -> None:
        """Refuse what would make a note with other lines, with ValueError."""
        if self.kind not in _KINDS or not _RULE.fullmatch(self.rule) or len(self.case) != _CASE_BYTES:
            raise ValueError("A statement has a known kind, the code of a rule and a reference of 32 bytes.")

    @property
    def text(self) -> str:
        """The text of the note."""
        at = _instant(self.at - (self.at - datetime.min.replace(tzinfo=UTC)) % _HOUR) if self.by_hour else None
        lines = [
            "sixclear/statement/v1",
            f"case {encode(self.case)}",
            f"kind {self.kind}",
            f"hour {at}" if at else f"at {_instant(self.at)}",
            f"due {_instant(self.due_at) if self.due_at else '-'}",
            f"rule {self.rule}",
            f"content {encode(self.content)}",
            f"after {self.after.size} {encode(self.after.root)}",
        ]
        return "\n".join(lines) + "\n"


def entry_of(salt: bytes, text: str) -> bytes:
    """What the public log says of a statement."""
    return hmac.digest(salt, text.encode(), "sha256")


def content_of(salt: bytes, parts: Sequence[tuple[str, bytes]]) -> bytes:
    """What a statement says of texts and files: names and contents, in their order, under the statement's salt."""
    lines = [f"{name} {encode(hashlib.sha256(content).digest())}\n" for name, content in parts]
    return hmac.digest(salt, ("sixclear/content/v1\n" + "".join(lines)).encode(), "sha256")


def receipt_of(statement: str, salt: bytes, proof: str | None, policy: str) -> dict[str, str | None]:
    """What a sender saves (`*.sixclear-receipt.json`); `statement` is the signed note."""
    return {
        "format": "sixclear-receipt/v1",
        "statement": statement,
        "salt": encode(salt),
        "proof": proof,
        "policy": policy,
    }


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
