"""The key pairs of recipients, one for each month, in a folder of their own. Private keys are nowhere else.

`private/<recipient>/<month>.key` and `public/<recipient>/<month>.pub`, 32 bytes each (RFC 7748). A process that has
only `public` takes in and seals; it opens nothing. Where a folder `private` is there, a missing pair is made at its
first use, so several processes share one folder. `erased` names what was erased while a dump can bring it back.
"""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from sixclear.common.secret_files import SECRET_BYTES, secret_at, write_once


class KeyMissing(Exception):
    """A recipient has no public key for a month, and this process cannot make one; the text names both."""


def period_of(instant: datetime) -> str:
    """The month whose keys wrap at this instant, in UTC: `2026-11`."""
    return f"{instant.astimezone(UTC):%Y-%m}"


def start_of(period: str) -> datetime:
    """The first instant of a month."""
    return datetime.strptime(period, "%Y-%m").replace(tzinfo=UTC)


class PeriodKeys(Protocol):
    """Key pairs by recipient and month."""

    def public(self, recipient: str, period: str) -> X25519PublicKey:
        """The public key; raises KeyMissing."""

    def private(self, recipient: str, period: str) -> X25519PrivateKey | None:
        """The private key; None where this process does not have it, or where it was destroyed."""

    def privates(self) -> Sequence[tuple[str, str]]:
        """Recipient and month of each private key that is there."""

    def publics(self, recipient: str) -> Sequence[str]:
        """The months of which a public key of a recipient is there."""

    def destroy(self, recipient: str, period: str) -> None:
        """Take a pair away for good, so that nothing is wrapped for a key that is gone; nothing where it is gone."""

    def erased(self) -> Mapping[tuple[UUID, str], datetime]:
        """What was erased, by case and purpose, and until when a dump can bring it back."""

    def remember_erased(self, case_id: UUID, purpose: str, until: datetime) -> None:
        """Remember that a case was erased, apart from the database."""

    def forget_erased(self, case_id: UUID, purpose: str) -> None:
        """Forget it again: no dump can bring it back any more."""


class KeyFolder:
    """Key pairs in files. What was read is kept in memory as long as its file is there."""

    def __init__(self, folder: Path) -> None:
        self._private, self._public, self._erased = folder / "private", folder / "public", folder / "erased"
        if not self._public.exists():
            self._private.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._kept: dict[Path, X25519PrivateKey] = {}
        self._known: dict[Path, X25519PublicKey] = {}

    def public(self, recipient: str, period: str) -> X25519PublicKey:
        """The public key of a month, made with its private one where it is missing; raises KeyMissing."""
        path = self._public / recipient / f"{period}.pub"
        if not path.exists():
            self._known.pop(path, None)  # another process destroyed the pair, and this one's clock was set back
        if path not in self._known:
            with suppress(FileNotFoundError):
                self._known[path] = X25519PublicKey.from_public_bytes(path.read_bytes())
                return self._known[path]
            if not self._private.is_dir():
                raise KeyMissing(f"no public key of {recipient} for {period}, and no folder for private ones")
            secret = secret_at(self._private / recipient / f"{period}.key")
            public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
            self._known[path] = X25519PublicKey.from_public_bytes(write_once(path, public))
        return self._known[path]

    def private(self, recipient: str, period: str) -> X25519PrivateKey | None:
        """The private key, while its file is there."""
        path = self._private / recipient / f"{period}.key"
        if not path.exists():
            self._kept.pop(path, None)
            return None
        if path not in self._kept:
            self._kept[path] = X25519PrivateKey.from_private_bytes(path.read_bytes())
        return self._kept[path]

    def privates(self) -> Sequence[tuple[str, str]]:
        """Recipient and month of each private key that is there."""
        return sorted((path.parent.name, path.stem) for path in self._private.glob("*/*.key"))

    def publics(self, recipient: str) -> Sequence[str]:
        """The months of which a public key of a recipient is there."""
        return sorted(path.stem for path in (self._public / recipient).glob("*.pub"))

    def destroy(self, recipient: str, period: str) -> None:
        """Delete a pair, its private key overwritten. A copy of the file, or a disk that writes elsewhere, keeps it.

        The public key goes first: a clock that is set back into that month makes a new pair then.
        """
        public = self._public / recipient / f"{period}.pub"
        public.unlink(missing_ok=True)
        self._known.pop(public, None)
        path = self._private / recipient / f"{period}.key"
        with suppress(FileNotFoundError):
            path.write_bytes(os.urandom(SECRET_BYTES))
            path.unlink()
        self._kept.pop(path, None)

    def erased(self) -> Mapping[tuple[UUID, str], datetime]:
        """What was erased, and until when a dump can bring it back; drafts of files begin with a full stop."""
        named = ((path, path.stem, path.suffix.removeprefix(".")) for path in self._erased.glob("[!.]*.*"))
        return {(UUID(stem), purpose): datetime.fromisoformat(path.read_text()) for path, stem, purpose in named}

    def remember_erased(self, case_id: UUID, purpose: str, until: datetime) -> None:
        """A file that names the case, and nothing of it."""
        write_once(self._erased / f"{case_id}.{purpose}", until.isoformat().encode())

    def forget_erased(self, case_id: UUID, purpose: str) -> None:
        """Delete that file."""
        (self._erased / f"{case_id}.{purpose}").unlink(missing_ok=True)
