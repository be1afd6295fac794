"""What people type or copy into a field, in the characters of a plain keyboard: for codes and addresses, not for texts.

A code that was copied from a chat, a page from right to left or an input method looks the same and has other
characters: full-width letters, minus signs, marks of direction, soft hyphens. Pure: no database, no clock.
"""

import unicodedata

from sixclear.common.text import bare

# What looks like a hyphen, is typed for one, and is not of Unicode's category of dashes.
_MORE_DASHES = frozenset("\u02d7\u2043\u2212\u2796\u30fc")


def plain(typed: str) -> str:
    """`typed` in the characters of a plain keyboard: what shows nothing is left out, each dash is `-`, each blank a
    space, each decimal digit one of 0 to 9; full-width and composed forms are unified (NFKC). Line breaks stay.
    """
    return "".join(map(_plain_sign, bare(unicodedata.normalize("NFKC", bare(typed)))))


def _plain_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    category = unicodedata.category(sign)
    if category == "Pd" or sign in _MORE_DASHES:
        return "-"
    if category == "Zs":
        return " "
    return str(unicodedata.decimal(sign)) if category == "Nd" else sign
