"""C2SP signed notes: a text with signature lines, by Ed25519 or as a witness's cosignature with its time."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519, COSIGNATURE = 1, 4
_DASH = "— "
_MOST_SIGNATURES = 100
_ID_BYTES, _KEY_BYTES, _TIME_BYTES = 4, 32, 8
_NAME = re.compile(r"[^\s+]+")
_LATEST = 253_402_300_799  # 9999-12-31, past which Python has no instants


class NoteInvalid(Exception):
    """A text is no signed note, or a key that is known did not sign it so."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key as others name it (a *vkey*): `name+id+key`."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Raises NoteInvalid for a text that is no key, or one of a kind that is not known here."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = decode(encoded)
        if not _NAME.fullmatch(name) or len(material) != 1 + _KEY_BYTES or material[0] not in (ED25519, COSIGNATURE):
            raise NoteInvalid("This is no verifier key of Ed25519 (name+id+key).")
        key = cls(name, material[0], material[1:])
        if key.key_id.hex() != key_id:
            raise NoteInvalid("The id of the verifier key belongs to another key.")
        return key

    def verify(self, text: str, signature: bytes) -> datetime | None:
        """When a cosignature was made; None for a plain signature. Raises NoteInvalid for one that does not hold."""
        message, made_at = text.encode(), None
        if self.kind == COSIGNATURE:
            seconds = int.from_bytes(signature[:_TIME_BYTES], "big")
            if seconds > _LATEST:
                raise NoteInvalid(f"The cosignature of {self.name} has a time that cannot be.")
            message, made_at = _cosigned(text, seconds), datetime.fromtimestamp(seconds, UTC)
            signature = signature[_TIME_BYTES:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature as error:
            raise NoteInvalid(f"The signature of {self.name} does not hold.") from error
        return made_at


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the name and kind under which it signs; shown, it says its public half only."""

    name: str
    kind: int
    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def new(cls, name: str, kind: int = ED25519) -> "SigningKey":
        """A key of which no other exists."""
        return cls(name, kind, Ed25519PrivateKey.generate())

    @classmethod
    def of_seed(cls, name: str, seed: bytes, kind: int = ED25519) -> "SigningKey":
        """The key that 32 secret bytes make."""
        return cls(name, kind, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier(self) -> VerifierKey:
        """Its public half."""
        return VerifierKey(self.name, self.kind, self.private.public_key().public_bytes_raw())

    def sign(self, text: str, now: datetime) -> str:
        """A signature line for a text; `now` is written into a cosignature only."""
        if self.kind == COSIGNATURE:
            seconds = int(now.timestamp())
            signature = seconds.to_bytes(_TIME_BYTES, "big") + self.private.sign(_cosigned(text, seconds))
        else:
            signature = self.private.sign(text.encode())
        return f"{_DASH}{self.name} {encode(self.verifier.key_id + signature)}\n"

    def signed(self, text: str, now: datetime) -> str:
        """A note with this signature alone."""
        return f"{text}\n{self.sign(text, now)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, of which none is verified yet: name, id of the key, signature."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def parse(cls, note: str) -> "Note":
        """Raises NoteInvalid for what is no signed note."""
        text, separator, lines = note.rpartition("\n\n")
        if not separator or not text or not lines.endswith("\n") or any(ord(c) < ord(" ") and c != "\n" for c in note):
            raise NoteInvalid("This is no signed note: a text, an empty line, signature lines.")
        signatures = lines[:-1].split("\n")
        if len(signatures) > _MOST_SIGNATURES:
            raise NoteInvalid(f"The note has more than {_MOST_SIGNATURES} signatures.")
        return cls(text + "\n", tuple(_parsed_line(line) for line in signatures))

    def verified(self, keys: Iterable[VerifierKey]) -> dict[VerifierKey, datetime | None]:
        """The known keys that signed the text, with the time of each cosignature; others are passed over.

        A name and id that are known with a signature that does not hold spoil the note: NoteInvalid.
        """
        known = {(key.name, key.key_id): key for key in keys}
        return {
            known[name, key_id]: known[name, key_id].verify(self.text, signature)
            for name, key_id, signature in self.signatures
            if (name, key_id) in known
        }


def encode(content: bytes) -> str:
    """Base 64 as notes have it."""
    return base64.b64encode(content).decode()


def decode(text: str) -> bytes:
    """What base 64 says; raises NoteInvalid for another spelling of the same bytes too."""
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteInvalid("This is no base 64.") from error
    if encode(content) != text:
        raise NoteInvalid("This base 64 has bits that say nothing.")
    return content


def _parsed_line(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not _NAME.fullmatch(name):
        raise NoteInvalid("A signature line begins with a dash, a blank and the name of a key.")
    content = decode(encoded)
    if len(content) <= _ID_BYTES:
        raise NoteInvalid(f"The signature of {name} is empty.")
    return name, content[:_ID_BYTES], content[_ID_BYTES:]


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
