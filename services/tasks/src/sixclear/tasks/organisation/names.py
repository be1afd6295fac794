"""How people write the name of an organisation when they look for it, and what they find first. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sixclear.common.folding import fold

# The words before a name, as they are folded. `tp` is how many write "thành phố".
_KINDS = (("thanh", "pho"), ("dac", "khu"), ("tinh",), ("phuong",), ("xa",), ("tp",))
# The words that stand before the name of a unit of this type, where the name itself does not hold them.
_WORDS_OF_TYPE = {"province": ("tinh",), "city": ("thanhpho", "tp")}
# Stands around each name in the text that is searched, and in no name.
MARK = "|"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: `whole` as it was typed, and `bare` without the words of its kind where it has any."""

    whole: str
    bare: str | None


def wanted(query: str) -> Wanted:
    """A query as it is compared: without diacritics, blanks, full stops and hyphens. Empty when nothing is left."""
    words = _words(query)
    rest = _without_kind(words)
    return Wanted("".join(words), "".join(rest) if rest and rest != words else None)


def search_text(names: Iterable[tuple[str, str]]) -> str:
    """Every spelling under which an organisation is found, from its names with their types, each between marks."""
    spellings: set[str] = set()
    for name, kind in names:
        words = _words(name)
        rest = "".join(_without_kind(words) or words)
        spellings |= {"".join(words), rest, *(word + rest for word in _WORDS_OF_TYPE.get(kind, ()))}
    return MARK + MARK.join(sorted(spellings - {""})) + MARK


def united(*texts: str) -> str:
    """Every spelling of several such texts."""
    return MARK + MARK.join(sorted({one for text in texts for one in text.split(MARK)} - {""})) + MARK


def _words(text: str) -> Sequence[str]:
    spaced = "".join(character if character.isalnum() else " " for character in fold(text))
    return spaced.split()


def _without_kind(words: Sequence[str]) -> Sequence[str]:
    kind = next((kind for kind in _KINDS if tuple(words[: len(kind)]) == kind), ())
    return words[len(kind) :]
