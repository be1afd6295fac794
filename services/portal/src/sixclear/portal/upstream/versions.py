"""Which version of each answer was read last: an answer that has not changed is not read again, and is the same object.

What is made of an answer (`shell/fragments.py`) is then known to be up to date by the answer alone.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from pydantic import BaseModel

# An answer also says what its tag does not stand for: the tag of a task is the same when its organisation is renamed.
# So long such a name may be of before, as in the caches of the services themselves.
TAG_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Version:
    """An answer as it was read at `read_at`; `tag` is its strong entity tag, None where the service gives none."""

    answer: BaseModel
    read_at: float
    tag: str | None
    digest: bytes
    size: int


class Versions:
    """At most `most` answers, of at most `most_bytes` as they were sent; what was not asked for longest goes first.

    An answer of here is shown only after its service has said just now that it holds: with 304, or by the same bytes.
    """

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, *, most: int = 256, most_bytes: int = 2_097_152
    ) -> None:
        self._monotonic = monotonic
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._read: OrderedDict[Hashable, Version] = OrderedDict()

    def __len__(self) -> int:
        return len(self._read)

    def find(self, question: Hashable) -> Version | None:
        """What was read last."""
        return self._read.get(question)

    def tag(self, version: Version | None) -> str | None:
        """The tag to ask with; None when the answer must be read again."""
        if version is None or self._monotonic() - version.read_at >= TAG_SECONDS:
            return None
        return version.tag

    def keep(self, question: Hashable, answer: BaseModel, tag: str | None, body: bytes) -> BaseModel:
        """`answer` was read from `body` just now; returns the one of before where that says the same.

        A weak tag is not used: it stands for figures that are the same, and not for the instant that they are of.
        """
        before = self._read.get(question)
        same = before is not None and before.answer == answer
        kept = before.answer if before is not None and same else answer
        self.forget(question)
        strong = tag if tag is not None and tag.startswith('"') else None
        self._read[question] = Version(kept, self._monotonic(), strong, digest_of(body), len(body))
        self._bytes += len(body)
        while len(self._read) > self._most or self._bytes > self._most_bytes:
            self._bytes -= self._read.popitem(last=False)[1].size
        return kept

    def holds(self, question: Hashable, version: Version) -> BaseModel:
        """The service said that `version` holds."""
        if question in self._read:
            self._read.move_to_end(question)
        return version.answer

    def forget(self, question: Hashable) -> None:
        """The service said that there is no such thing, or that it is not shown."""
        before = self._read.pop(question, None)
        self._bytes -= before.size if before is not None else 0


def digest_of(body: bytes) -> bytes:
    """What stands for the bytes of an answer."""
    return hashlib.blake2b(body, digest_size=16).digest()
