"""How alike two texts are, by their trigrams. Pure: no database, no clock.

Folded text finds what is written without diacritics; text with its diacritics tells "Bán bàn ghế" from "Bàn về ghế",
which fold alike. So what the database finds by folded text is put in order by the text as it is written, where the
question is written with diacritics.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sixclear.common.folding import fold

Found = TypeVar("Found")

# Below it what is found has little more than its form in common: measured pairs of one need are at 0.5 and above.
LEAST = 0.3
# A title and its beginning: what comes later in a long text makes everything alike.
COMPARED = 300
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Alike(Generic[Found]):
    """Something found, and how much of its words it shares with what was asked for: from 0 to 1."""

    found: Found
    likeness: float


def subject_of(title: str | None, text: str) -> str:
    """What is compared: the title, or how the text begins."""
    return (title or text)[:COMPARED]


def trigrams(text: str) -> frozenset[str]:
    """The trigrams of the words of `text`, each with two blanks before and one after, as `pg_trgm` has them."""
    words = (f"  {word} " for word in _WORD.findall(text))
    return frozenset(word[place : place + 3] for word in words for place in range(len(word) - 2))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of trigrams that both have, of those that either has; 0 where both have none."""
    either = len(one | other)
    return len(one & other) / either if either else 0.0


def ranked(
    asked: str, found: Sequence[Found], subject: Callable[[Found], str], *, least: float = LEAST
) -> list[Alike[Found]]:
    """What of `found` is like `asked`, the most alike first; each has `subject` as its words."""
    written = unicodedata.normalize("NFC", asked).casefold()
    folded = fold(asked)
    plain = written == folded
    of_asked, of_written = trigrams(folded), trigrams(written)
    alike = []
    for one in found:
        words = subject(one)
        share = likeness(of_asked, trigrams(fold(words)))
        if share < least:
            continue
        alike.append(Alike(one, share if plain else (share + likeness(of_written, _written(words))) / 2))
    return sorted(alike, key=lambda one: one.likeness, reverse=True)


def _written(text: str) -> frozenset[str]:
    return trigrams(unicodedata.normalize("NFC", text).casefold())
