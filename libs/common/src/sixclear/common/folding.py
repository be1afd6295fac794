"""Search that ignores diacritics and case, takes đ as d, and NFC and NFD alike."""

import unicodedata


def fold(text: str) -> str:
    """`text` as it is compared: decomposed, without marks, lower case, đ as d, single spaces.

    NFD does not decompose đ, so it is mapped by hand.
    """
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(bare.replace("đ", "d").split())


def like_pattern(query: str) -> str:
    """The LIKE pattern that finds `query` anywhere in folded text, with LIKE's own signs taken literally."""
    escaped = fold(query).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
