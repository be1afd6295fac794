"""The key of a case, wrapped: for a recipient by HPKE, for the sender by the receipt code inside such a wrap.

Pure: no database, no clock. HPKE is RFC 9180 in its base mode (X25519, HKDF-SHA-256, AES-256-GCM): to wrap takes
the recipient's public key alone. The context goes into `info`: a wrap opens for its case, purpose, recipient and month
only.
"""

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_NONCE_BYTES = 12


class WrapBroken(Exception):
    """A wrapped key does not open with this key or code in this context."""


@dataclass(frozen=True, slots=True)
class WrapContext:
    """What a wrap is for."""

    case_id: UUID
    purpose: str
    recipient: str
    period: str

    @property
    def info(self) -> bytes:
        """The context as HPKE binds it."""
        return "\0".join(("sixclear wrap v1", str(self.case_id), self.purpose, self.recipient, self.period)).encode()


def wrap(data: bytes, public: X25519PublicKey, context: WrapContext) -> bytes:
    """`data` for the holder of the private key."""
    return _SUITE.encrypt(data, public, context.info)


def unwrap(wrapped: bytes, private: X25519PrivateKey, context: WrapContext) -> bytes:
    """What was wrapped; raises WrapBroken."""
    try:
        return _SUITE.decrypt(wrapped, private, context.info)
    except (InvalidTag, ValueError) as error:
        raise WrapBroken("this wrap is for another key or context") from error


def lock(data: bytes, code_key: bytes, case_id: UUID) -> bytes:
    """`data` under a key that follows from the receipt code; it goes into a wrap of the month (`wrap`)."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(code_key).encrypt(nonce, data, case_id.bytes)


def unlock(locked: bytes, code_key: bytes, case_id: UUID) -> bytes:
    """What was locked; raises WrapBroken for another code or case."""
    try:
        return AESGCM(code_key).decrypt(locked[:_NONCE_BYTES], locked[_NONCE_BYTES:], case_id.bytes)
    except (InvalidTag, ValueError) as error:
        raise WrapBroken("this lock is of another code or case") from error
