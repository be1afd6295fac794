"""Receipt codes: 80 bits that open a mailbox, derived from the sender's idempotency key, stored as a keyed hash.

Everything is derived with HMAC-SHA256 from one secret; each purpose has a name of its own in front of the message, so
no value of one purpose tells anything about another. A lost secret closes every mailbox for ever: back it up.
"""

import hmac
from uuid import UUID

from sixclear.feedback.typed import signs_of

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
SECRET_BYTES = 32
_CODE_BYTES = 10
_DIGITS = 16
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}


class SecretUnusable(ValueError):
    """The receipt secret is too short to protect anything."""


class Receipts:
    """Derives and recognises receipt codes with one secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_BYTES:
            raise SecretUnusable(f"The receipt secret needs at least {SECRET_BYTES} bytes.")
        self._secret = secret

    def code(self, client_id: str, idempotency_key: str) -> str:
        """The receipt code of the submission that this client sent with this key: the same for every retry."""
        return _code_of(self._derive("receipt", client_id, idempotency_key))

    def next_code(self, typed: str, idempotency_key: str) -> str:
        """The code that takes the place of a typed one: the same for every retry with the key.

        Who has only one of both cannot find it.
        """
        return _code_of(self._derive("next receipt", read_code(typed) or "", idempotency_key))

    def submission_id(self, client_id: str, idempotency_key: str) -> UUID:
        """The identifier of that submission (UUID version 8); it tells nothing about the receipt code."""
        value = int.from_bytes(self._derive("submission", client_id, idempotency_key)[:16], "big")
        value = value & ~(0xF << 76) | 0x8 << 76
        return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)

    def lookup_hash(self, typed: str) -> bytes:
        """What a typed code is looked up by; a code that cannot be one gets a hash that no mailbox has.

        The work is the same for a right, a wrong and an unreadable code, and what reaches the index is a keyed hash, so
        the time that a lookup takes tells nothing about the codes that exist.
        """
        canonical = read_code(typed)
        return self._derive("lookup", canonical or "unreadable") if canonical else self._derive("unreadable", "")

    def owner_hash(self, typed: str) -> bytes:
        """Who owns the keys that are sent with a code: no row of a case leads to it, for it stands beside instants."""
        return self._derive("key owner", read_code(typed) or "")

    def content_key(self, typed: str) -> bytes:
        """The key under which the text of a case opens to its sender; it is stored nowhere."""
        return self._derive("content key", read_code(typed) or "")

    def fingerprint(self, body: str) -> bytes:
        """A keyed hash of what was sent, to tell a retry from another submission under the same key."""
        return self._derive("body", body)

    def network_hash(self, network: str) -> bytes:
        """What a visitor's network is counted by: keyed, because all addresses there are can be tried in minutes."""
        return self._derive("network", network)[:16]

    def log_seed(self) -> bytes:
        """The private key of the public log: one secret to keep, and to back up."""
        return self._derive("public log key")

    def _derive(self, purpose: str, *parts: str) -> bytes:
        message = "".join(f"{len(part)}:{part}" for part in ("sixclear feedback v1", purpose, *parts))
        return hmac.digest(self._secret, message.encode(), "sha256")


def _code_of(derived: bytes) -> str:
    """A receipt code as it is shown, of the first 80 bits of a derived value."""
    bits = int.from_bytes(derived[:_CODE_BYTES], "big")
    digits = [bits >> 5 * place & 31 for place in reversed(range(_DIGITS))]
    signs = "".join(ALPHABET[digit] for digit in digits)
    groups = [signs[start : start + 4] for start in range(0, _DIGITS, 4)]
    return "-".join([*groups, ALPHABET[_check(digits)]])


def read_code(typed: str) -> str | None:
    """The code as it was given out, from what a person typed or copied: small or full-width letters, O for 0, I and L
    for 1, any blanks, dashes and marks that show nothing, the words of the receipt around it.

    None when a character is missing, unknown or wrong: the check character finds every single wrong character and every
    two that changed places.
    """
    signs = signs_of(typed)
    if len(signs) != _DIGITS + 1 or any(sign not in _VALUES for sign in signs):
        return None
    *digits, check = (_VALUES[sign] for sign in signs)
    return "".join(ALPHABET[digit] for digit in digits) if _check(digits) == check else None


def misread(typed: str) -> tuple[str, str]:
    """Why a typed code opens nothing, as a code and words that help. They never repeat what was typed."""
    signs = signs_of(typed)
    if len(signs) != _DIGITS + 1:
        remedy = " Copy the code alone." if len(signs) > _DIGITS + 1 else ""
        return (
            "receipt-code-length",
            f"A receipt code has {_DIGITS + 1} letters and digits; here are {len(signs)}.{remedy}",
        )
    if any(sign not in _VALUES for sign in signs):
        return (
            "receipt-code-character",
            "A receipt code has digits and the letters A to Z without U. A letter of another alphabet can look the "
            "same: type the code on the keyboard.",
        )
    if read_code(typed) is None:
        return (
            "receipt-code-check",
            "One character is wrong, or two have changed places: compare each with the receipt.",
        )
    return "receipt-code-unknown", "The code can be one, and no case has it: compare it with the receipt once more."


def _check(digits: list[int]) -> int:
    """Reed-Solomon's one check digit over GF(32): sum of digit i times α to the power of its place."""
    check = 0
    for digit in digits:
        check ^= digit
        check = check << 1 ^ (0b100101 if check & 16 else 0)
    return check
