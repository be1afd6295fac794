"""Search that ignores diacritics, case and what shows nothing, takes đ as d, and NFC and NFD alike."""

import unicodedata

from sixclear.common.text import ascii_digits, bare, plain_eth, plain_marks

# Letters of Arabic script that are typed for each other, as Lucene's normalizers for Arabic and Persian have them;
# alef with hamza or madda, waw and yeh with hamza are decomposed before. Tatweel only stretches a word.
_ALIKE = str.maketrans("\u0671\u0649\u06cc\u06d2\u06a9\u0629\u06c1\u06be\u06d5đ", "ايييكههههd", "\u0640")


def fold(text: str) -> str:
    """`text` as it is compared in a search: compatibility forms decomposed, without marks, lower case, single spaces.

    What shows nothing is left out, joiners too. đ and its kin are d, dashes are `-`, digits of every script are 0 to
    9, and letters of Arabic script that are typed for each other are one. Equal keys (`key_form`) fold alike.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", bare(text)).casefold())
    unmarked = "".join([sign for sign in decomposed if not unicodedata.combining(sign)])
    plain = plain_marks(plain_eth(unmarked)).translate(_ALIKE)
    return " ".join((plain if plain.isascii() else ascii_digits(plain)).split())


def like_pattern(query: str) -> str:
    """The LIKE pattern that finds `query` anywhere in folded text, with LIKE's own signs taken literally."""
    escaped = fold(query).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
