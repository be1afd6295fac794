"""Receipt codes: 80 bits that open a mailbox, derived from the sender's idempotency key, stored as a keyed hash.

Everything is derived with HMAC-SHA256 from one secret; each purpose has a name of its own in front of the message, so
no value of one purpose tells anything about another. A lost secret closes every mailbox for ever: back it up.
"""

import hmac
from uuid import UUID

from sixclear.common.checked_code import code_of, read_code
from sixclear.common.folding import fold
from sixclear.feedback.challenge.rules import Keys
from sixclear.feedback.typed import houses

SECRET_BYTES = 32


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
        return code_of(self._derive("receipt", client_id, idempotency_key))

    def next_code(self, typed: str, idempotency_key: str) -> str:
        """The code that takes the place of a typed one: the same for every retry with the key.

        Who has only one of both cannot find it.
        """
        return code_of(self._derive("next receipt", read_code(typed) or "", idempotency_key))

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

    def words_hash(self, title: str, text: str) -> bytes:
        """A keyed hash of the folded words: the same for those that differ only in case, diacritics and blanks."""
        return self._derive("words", fold(title), fold(text))[:16]

    def endorser_hash(self, person: str, publication_id: UUID) -> bytes:
        """A keyed hash of a person and a public copy, so that endorsements of one person cannot be put together."""
        return self._derive("endorser", person, str(publication_id))[:16]

    def endorsement_key_hash(self, key: str, publication_id: UUID) -> bytes:
        """What a request that endorses a public copy is known by when it comes again."""
        return self._derive("endorsement key", key, str(publication_id))[:16]

    def network_hash(self, network: str) -> bytes:
        """What a visitor's network is counted by: keyed, because all addresses there are can be tried in minutes."""
        return self._derive("network", network)[:16]

    def house_hashes(self, submission_id: UUID, domain: str) -> list[bytes]:
        """What tells of one case whether an address is of the house of its sender's; of two cases it is never the same.

        The address need not be read for that, nor can it be found.
        """
        return [self._derive("mail house", str(submission_id), house)[:16] for house in houses(domain)]

    def proof_keys(self) -> Keys:
        """The keys of challenges and form tokens, so that any process knows what another one gave out."""
        return Keys(self._derive("challenge"), self._derive("form token"))

    def log_seed(self) -> bytes:
        """The private key of the public log: one secret to keep, and to back up."""
        return self._derive("public log key")

    def _derive(self, purpose: str, *parts: str) -> bytes:
        message = "".join(f"{len(part)}:{part}" for part in ("sixclear feedback v1", purpose, *parts))
        return hmac.digest(self._secret, message.encode(), "sha256")
