"""Texts under the key of one case: AES-256-GCM, each bound to its place. Pure: no database, no clock."""

import os
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
# The first byte of a sealed value says how it was sealed, so that another way can come beside it.
_VERSION = b"\x01"


class SealBroken(Exception):
    """A sealed value does not open: it belongs to another place or case, or was changed."""


@dataclass(frozen=True, slots=True)
class CaseKey:
    """The key of one case, opened, for one purpose: `content` or `identity`.

    `data` is None where nobody can open it any more, and where a case of before has no key yet.
    """

    case_id: UUID
    purpose: str
    # Not in its `repr`: what fails may be written into a log with its values.
    data: bytes | None = field(repr=False)

    def seal(self, place: str, row: object, text: str) -> bytes:
        """`text` for one place: `table.column`, and what names the row in its case. Raises SealBroken without a key."""
        if self.data is None:
            raise SealBroken("this case has no key")
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + AESGCM(self.data).encrypt(nonce, text.encode(), self._where(place, row))

    def open(self, place: str, row: object, sealed: bytes | None, before: str = "") -> str:
        """The text that was sealed for this place; empty where the key is gone.

        `before` is what stands in clear until the row of an earlier release is sealed. Raises SealBroken.
        """
        if sealed is None:
            return before
        if self.data is None:
            return ""
        if sealed[:1] != _VERSION:
            raise SealBroken("this value was sealed in another way")
        nonce, rest = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return AESGCM(self.data).decrypt(nonce, rest, self._where(place, row)).decode()
        except InvalidTag as error:
            raise SealBroken("this value does not belong to this place") from error

    def seal_maybe(self, place: str, row: object, text: str | None) -> bytes | None:
        """As `seal`; nothing where there is no text."""
        return None if text is None else self.seal(place, row, text)

    def open_maybe(self, place: str, row: object, sealed: bytes | None, before: str | None) -> str | None:
        """As `open`, of a column that may hold nothing."""
        return before if sealed is None else self.open(place, row, sealed)

    def _where(self, place: str, row: object) -> bytes:
        return "\0".join(("sixclear feedback v1", self.purpose, place, str(self.case_id), str(row))).encode()
