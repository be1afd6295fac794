"""Verify a Sixclear receipt: python verify_receipt.py FILE [--log URL|DIR] [--policy FILE]

Exit 0: verified. 1: false. 2: not yet in the log. One line says why. Needs Python 3.11 and `cryptography`. FILE is what
the mailbox saved (*.sixclear-receipt.json). Without --policy the keys are those that stand in FILE: compare them
with a policy that you got elsewhere. With --log the public log is read too: whether it still says what it said.
"""

import argparse
import hashlib
import hmac
import json
import sys
import urllib.request
from binascii import a2b_base64 as from_base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LINES = ["case", "kind", "at", "due", "rule", "content", "after"]
CLOCKS_DIFFER, PROMISED = timedelta(minutes=1), timedelta(hours=2)
Key = tuple[str, bytes, bytes]  # name, id, kind and public key
Policy = tuple[list[Key], dict[str, Key], dict[str, tuple[int, list[str]]], str]  # logs, witnesses, groups, quorum


class Wrong(Exception):
    word, code = "false", 1


class NotYet(Wrong):
    word, code = "not yet", 2


def need(condition: object, words: str) -> None:
    if not condition:
        raise Wrong(words)


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def parse_key(text: str, kind: int) -> Key:
    name, key_id, encoded = text.split("+", 2)
    material = from_base64(encoded)
    own_id = sha256(name.encode(), b"\n", material)[:4].hex()
    need((len(material), material[0], own_id) == (33, kind, key_id), f"the key of {name} is no key of this kind")
    return name, bytes.fromhex(key_id), material


def parse_policy(text: str) -> Policy:
    logs, witnesses, groups, quorum = [], dict[str, Key](), dict[str, tuple[int, list[str]]](), ""
    for line in text.split("\n"):
        match line.split():
            case ["log", key, *_]:
                logs.append(parse_key(key, 1))
            case ["witness", name, key, *_]:
                witnesses[name] = parse_key(key, 4)
            case ["group", name, least, *members]:
                count = {"any": 1, "all": len(members)}.get(least) or int(least)
                known = all(member in witnesses or member in groups for member in members)
                need(known and len(set(members)) == len(members) >= count >= 1, f"the group {name} cannot be")
                groups[name] = count, members
            case ["quorum", name] if not quorum and (name == "none" or name in witnesses or name in groups):
                quorum = name
            case [word, *_]:
                need(word.startswith("#"), f"the policy has a line that cannot be read: {line}")
    need(logs and quorum, "the policy names no log or no quorum")
    return logs, witnesses, groups, quorum


def signers(note: str, keys: list[Key]) -> tuple[str, dict[Key, datetime | None]]:
    """The text of a note, and for each known key that signed it the time of its cosignature (None: it has none)."""
    text, separator, lines = note.rpartition("\n\n")
    need(separator and lines.endswith("\n"), "this is no signed note")
    found: dict[Key, datetime | None] = {}
    for line in lines[:-1].split("\n"):
        name, encoded = line.removeprefix("— ").split(" ")
        key_id, signature = from_base64(encoded)[:4], from_base64(encoded)[4:]
        for key in [key for key in keys if (name, key_id) == key[:2]]:
            message, made_at = f"{text}\n".encode(), None
            if key[2][0] == 4:
                seconds, signature = int.from_bytes(signature[:8], "big"), signature[8:]
                message = f"cosignature/v1\ntime {seconds}\n".encode() + message
                made_at = datetime.fromtimestamp(seconds, UTC)
            try:
                Ed25519PublicKey.from_public_bytes(key[2][1:]).verify(signature, message)
            except InvalidSignature:
                raise Wrong(f"the signature of {name} does not hold") from None
            found[key] = made_at
    return text, found


def accept(note: str, policy: Policy) -> tuple[int, bytes, datetime | None]:
    """Size and root of a checkpoint that the policy accepts, and the earliest time at which a witness saw it."""
    logs, witnesses, groups, quorum = policy
    text, signed = signers(note, [*logs, *witnesses.values()])
    origin, size, root = text.split("\n")[:3]
    need(any(key[0] == origin and key in signed for key in logs), f"the log {origin} did not sign, or is not known")
    seen = {name for name, key in witnesses.items() if key in signed}
    times = [at for name in seen if (at := signed[witnesses[name]])]
    for name, (count, members) in groups.items():
        if len(seen.intersection(members)) >= count:
            seen.add(name)
    need(quorum == "none" or quorum in seen, f"{len(times)} witnesses saw the log so, which is not the quorum")
    return int(size), from_base64(root), min(times, default=None)


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a proof leads to (RFC 9162); `path` is used up."""
    need(0 <= index < size and (size > 1) == bool(path), "the proof in the file is of another tree")
    if size == 1:
        return leaf
    sibling, middle = path.pop(), 1 << ((size - 1).bit_length() - 1)
    if index < middle:
        return sha256(b"\x01", root_by_path(leaf, index, middle, path), sibling)
    return sha256(b"\x01", sibling, root_by_path(leaf, index - middle, size - middle, path))


class Log:
    """A public log of one size, read from an address or a folder by its tiles (C2SP tlog-tiles)."""

    def __init__(self, place: str, policy: Policy) -> None:
        self.place, self.kept = place.rstrip("/"), dict[tuple[str, int], bytes]()
        self.size, self.root, _ = accept(self.read("checkpoint").decode(), policy)
        need(self.root_of(0, self.size) == self.root, "the tiles of the log are not those of its checkpoint")

    def read(self, path: str) -> bytes:
        try:
            if not self.place.startswith(("http://", "https://")):
                return Path(self.place, path).read_bytes()
            with urllib.request.urlopen(f"{self.place}/{path}", timeout=20) as answer:  # noqa: S310 (http, above)
                return bytes(answer.read(1_000_000))
        except OSError as error:
            raise Wrong(f"the log does not give {path} ({type(error).__name__})") from None

    def tile(self, level: str, place: int) -> bytes:
        if (level, place) not in self.kept:
            parts = [f"{part:0>3}" for part in f"{place:,}".split(",")]
            count = min(256, (self.size >> 8 * int(level.replace("entries", "0"))) - 256 * place)
            path = "/".join(["tile", level, *(f"x{part}" for part in parts[:-1]), parts[-1]])
            self.kept[level, place] = self.read(path if count == 256 else f"{path}.p/{count}")
        return self.kept[level, place]

    def root_of(self, low: int, high: int) -> bytes:
        """The root of the entries from `low` to `high`."""
        count = high - low
        level = (count.bit_length() - 1) // 8
        if count == 0:
            return sha256()
        if count == 1 << 8 * level:
            start = (low >> 8 * level) % 256 * 32
            return self.tile(str(level), low >> 8 * (level + 1))[start : start + 32]
        middle = low + (1 << ((count - 1).bit_length() - 1))
        return sha256(b"\x01", self.root_of(low, middle), self.root_of(middle, high))

    def has(self, entry: bytes, first: int) -> bool:
        """Whether an entry was added when the log had `first` entries or more."""
        for place in range(first // 256, -(-self.size // 256)):
            for at in range(place * 256, min(self.size, place * 256 + 256)):
                found = self.tile("entries", place)[at % 256 * 34 + 2 :][:32]
                need(self.root_of(at, at + 1) == sha256(b"\x00", found), f"entry {at} of the log is not in its tree")
                if found == entry:
                    return True
        return False


def parse_statement(note: str, logs: list[Key]) -> tuple[bytes, dict[str, str], tuple[int, bytes], list[datetime]]:
    """Its text, its lines, the checkpoint that it names, and from when until when it says that it was made."""
    text, signed = signers(note, logs)
    first, *lines = text.replace("\nhour ", "\nat ").split("\n")
    need(signed and first == "sixclear/statement/v1", "this is no statement that a log of the policy signed")
    values = dict(line.split(" ", 1) for line in lines)
    need(len(lines) == 7 and [*values] == LINES, "the lines of the statement are others")
    size, root = values["after"].split(" ")
    begins = datetime.fromisoformat(values["at"])
    claimed = [begins, begins + timedelta(hours="\nhour " in text)]
    return f"{text}\n".encode(), values, (int(size), from_base64(root)), claimed


def check_times(kind: str, begins: datetime, ends: datetime, before: datetime | None, after: datetime | None) -> str:
    """The claimed time lies between what witnesses saw before the statement, and when they first saw it."""
    need(not before or ends >= before - CLOCKS_DIFFER, f"it says {begins}, but was made after {before}")
    need(not after or begins <= after + CLOCKS_DIFFER, f"it says {begins}, but was there at {after}")
    # A receipt said too early harms who says it. Any other statement may be backdated to look in time.
    in_time = not after or after <= ends + PROMISED
    need(in_time or kind == "received", f"it says {begins}, but no witness saw it before {after}")
    bracket = f", and the log without it at {before:%Y-%m-%d %H:%M:%S} UTC" if before else ""
    return f"witnesses saw it by {after:%Y-%m-%d %H:%M:%S} UTC{bracket}" if after else "signed by the log alone"


def check_proof(proof: str, entry: bytes, policy: Policy, named: tuple[int, bytes]) -> list[Any]:
    """Size and root of the log in which the entry stands, then when witnesses saw what was before it, and it."""
    head, _, note = proof.partition("\n\n")
    first, *lines = head.split("\n")
    extra = from_base64(lines.pop(0)[6:]).decode() if lines[0].startswith("extra ") else ""
    size, root, seen_after = accept(note, policy)
    index, path = int(lines[0].removeprefix("index ")), [from_base64(line) for line in lines[1:]]
    found = root_by_path(sha256(b"\x00", entry), index, size, path)
    need(first == "c2sp.org/tlog-proof@v1" and found == root, "the statement, its salt or its proof was changed")
    before = accept(extra, policy) if extra else (*named, None)
    need(before[:2] == named and named[0] < size, "the checkpoint before the statement is another one than it says")
    need(extra or policy[3] == "none" or named[0] == 0, "the proof lacks the checkpoint before the statement")
    return [(size, root), before[2], seen_after]


def verify(receipt: Any, log_at: str | None = None, policy_text: str | None = None, now: datetime | None = None) -> str:
    """One line that says what is verified. Raises Wrong, or NotYet."""
    need(receipt["format"] == "sixclear-receipt/v1", "this is no receipt that is known here")
    policy = parse_policy(policy_text or receipt["policy"])
    text, values, after, claimed = parse_statement(receipt["statement"], policy[0])
    entry, proof = hmac.digest(from_base64(receipt["salt"]), text, "sha256"), receipt["proof"]
    heads, words = [after], "found in the log, by which time nobody else says"
    if proof is not None:
        head, *seen = check_proof(proof, entry, policy, after)
        heads, words = [after, head], check_times(values["kind"], *claimed, *seen)
    elif log_at is None:
        raise NotYet("the file has no proof: fetch it from the mailbox again, or name the log with --log")
    if log_at is not None:
        log = Log(log_at, policy if proof is None else (*policy[:3], "none"))  # the proof has the quorum already
        for size, root in heads:
            need(size <= log.size, f"the log has {log.size} entries, but signed {size} before: entries were dropped")
            need(log.root_of(0, size) == root, f"the log shows another history: its first {size} entries were changed")
        if proof is None and not log.has(entry, after[0]):
            late = (now or datetime.now(UTC)) > claimed[1] + PROMISED
            raise (Wrong if late else NotYet)("the statement is not in the log" + ", though that is overdue" * late)
    return f"{values['kind']} {values['at']}, due {values['due']}: {words}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("file", "--log", "--policy"):
        parser.add_argument(name)
    asked = parser.parse_args(arguments)
    try:
        policy = asked.policy and Path(asked.policy).read_text(encoding="utf-8")
        print("verified: " + verify(json.loads(Path(asked.file).read_bytes()), asked.log, policy))
    except Wrong as error:
        print(f"{error.word}: {error}")
        return error.code
    except (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError) as error:
        print(f"false: this cannot be read as a receipt ({type(error).__name__})")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
