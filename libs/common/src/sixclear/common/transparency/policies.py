"""C2SP policies (tlog-policy): which logs are known, and which witnesses must have seen a checkpoint."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sixclear.common.transparency.checkpoints import Checkpoint
from sixclear.common.transparency.notes import COSIGNATURE, ED25519, Note, NoteInvalid, VerifierKey

_BLANK = re.compile(r"[ \t]+")
_NOT_ALLOWED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_MOST_LINES = 1_000
_NOBODY = "none"
_MOST_BYTES, _MOST_WITNESSES = 64 * 1024, 32


class PolicyInvalid(Exception):
    """A text is no policy; it says at which line and why."""


class PolicyRefused(Exception):
    """A checkpoint is not what the policy asks for; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A checkpoint that the policy accepts, with who cosigned it and when."""

    checkpoint: Checkpoint
    log: VerifierKey
    seen_at: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class _Group:
    least: int
    members: Sequence[str]


@dataclass(slots=True)
class Policy:
    """Logs and witnesses with their addresses (empty: not given), and the quorum. Made by `parse`, then only read."""

    logs: dict[VerifierKey, str] = field(default_factory=dict)
    witnesses: dict[str, tuple[VerifierKey, str]] = field(default_factory=dict)
    _groups: dict[str, _Group] = field(default_factory=dict)
    _quorum: str = ""

    @classmethod
    def parse(cls, text: str) -> "Policy":
        """Raises PolicyInvalid."""
        policy, used = cls(), set[str]()
        lines = text.split("\n")
        if _NOT_ALLOWED.search(text) or len(lines) > _MOST_LINES:
            raise PolicyInvalid(f"A policy has at most {_MOST_LINES} lines, and no control characters.")
        for number, line in enumerate(lines, start=1):
            words = _BLANK.split(line.strip(" \t"))
            if words[0] and not words[0].startswith("#"):
                try:
                    policy._read(words, used)
                except (NoteInvalid, ValueError) as error:
                    raise PolicyInvalid(f"line {number}: {error}") from error
        if not policy._quorum:
            raise PolicyInvalid("There is no line that names the quorum.")
        return policy

    def accept(self, note: str) -> Accepted:
        """The checkpoint that a note states; raises NoteInvalid, and PolicyRefused with what is missing."""
        parsed = Note.parse(note)
        head = Checkpoint.parse(parsed.text)
        logs = [log for log in self.logs if log.name == head.origin]
        if not logs:
            raise PolicyRefused(f"the log {head.origin} is none of the policy")
        signed = parsed.verified(logs)
        if not signed:
            raise PolicyRefused(f"the log {head.origin} did not sign the checkpoint")
        seen = parsed.verified(key for key, _ in self.witnesses.values())
        seen_at = {name: at for name, (key, _) in self.witnesses.items() if (at := seen.get(key)) is not None}
        if self._quorum != _NOBODY and not self._holds(self._quorum, seen_at):
            raise PolicyRefused(f"{len(seen_at)} witnesses cosigned, which is not the quorum")
        return Accepted(head, next(iter(signed)), seen_at)

    def _holds(self, name: str, seen: Iterable[str]) -> bool:
        group = self._groups.get(name)
        if group is None:
            return name in seen
        return sum(self._holds(member, seen) for member in group.members) >= group.least

    def _read(self, words: list[str], used: set[str]) -> None:
        match words:
            case ["log", key, *url] if len(url) <= 1:
                self._add_log(VerifierKey.parse(key), "".join(url))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._new_name(name)
                self._add_witness(name, VerifierKey.parse(key), "".join(url))
            case ["group", name, least, *members] if members:
                self._new_name(name)
                self._add_group(name, least, members, used)
            case ["quorum", name] if not self._quorum:
                self._known(name, or_none=True)
                self._quorum = name
            case ["quorum", _]:
                raise ValueError("the quorum is named twice")
            case _:
                raise ValueError("a line is `log`, `witness`, `group` or `quorum` with what belongs to it")

    def _add_log(self, key: VerifierKey, url: str) -> None:
        if key.kind != ED25519 or key.public in {log.public for log in self.logs}:
            raise ValueError("a log has a key of type 1, which no other log has")
        self.logs[key] = url

    def _add_witness(self, name: str, key: VerifierKey, url: str) -> None:
        if key.kind != COSIGNATURE or key.public in {other.public for other, _ in self.witnesses.values()}:
            raise ValueError("a witness has a key of type 4, which no other witness has")
        self.witnesses[name] = key, url

    def _add_group(self, name: str, least: str, members: list[str], used: set[str]) -> None:
        for member in members:
            self._known(member, or_none=False)
            if member in used:
                raise ValueError(f"{member} is a member already")
            used.add(member)
        if least not in ("any", "all") and not (least.isascii() and least.isdecimal()):
            raise ValueError("a group needs `any`, `all` or a number of its members")
        count = {"any": 1, "all": len(members)}.get(least) or int(least)
        if not 1 <= count <= len(members):
            raise ValueError("a group needs at least one of its members, and at most all")
        self._groups[name] = _Group(count, members)

    def _new_name(self, name: str) -> None:
        if name == _NOBODY or name in self.witnesses or name in self._groups:
            raise ValueError(f"{name} has a meaning already")

    def _known(self, name: str, *, or_none: bool) -> None:
        if not (name in self.witnesses or name in self._groups or (or_none and name == _NOBODY)):
            raise ValueError(f"{name} is neither a witness nor a group of an earlier line")


def read_witnesses(path: Path) -> str:
    """The lines of a policy file that name witnesses, groups and the quorum; a log puts its own key before them.

    Raises PolicyInvalid, also for more witnesses than a log asks.
    """
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MOST_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyInvalid(f"the file cannot be read as text ({type(error).__name__})") from error
    if len(text) > _MOST_BYTES:
        raise PolicyInvalid(f"the file is longer than {_MOST_BYTES} characters")
    kept = [line for line in text.splitlines() if line.split()[:1] != ["log"] and line.strip()]
    lines = "".join(f"{line}\n" for line in kept)
    if (count := len(Policy.parse(lines).witnesses)) > _MOST_WITNESSES:
        raise PolicyInvalid(f"there are {count} witnesses, and a log asks {_MOST_WITNESSES} at most")
    return lines
