"""Search that ignores diacritics, case and what shows nothing, takes đ as d, and NFC and NFD alike."""

import re
import unicodedata

from sixclear.common.text import ascii_digits, bare, plain_eth, plain_marks

# Letters of Arabic script that are typed for each other, as Lucene's normalizers for Arabic and Persian have them;
# alef with hamza or madda, waw and yeh with hamza are decomposed before. Tatweel only stretches a word.
_ALIKE = str.maketrans("\u0671\u0649\u06cc\u06d2\u06a9\u0629\u06c1\u06be\u06d5đ", "ايييكههههd", "\u0640")
_LATIN_MARKS = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """`text` as it is compared in a search: compatibility forms decomposed, without marks, lower case, single spaces.

    What shows nothing is left out, joiners too. đ and its kin are d, dashes are `-`, digits of every script are 0 to
    9, and letters of Arabic script that are typed for each other are one. Equal keys (`key_form`) fold alike.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", bare(text)).casefold())
    latin = plain_eth(_LATIN_MARKS.sub("", decomposed)).replace("đ", "d")
    if latin.isascii():  # as nearly all text here is: in a third of the time, for nothing below applies to it
        return " ".join(latin.split())
    unmarked = "".join([sign for sign in latin if not unicodedata.combining(sign)])
    plain = plain_marks(unmarked).translate(_ALIKE)
    return " ".join((plain if plain.isascii() else ascii_digits(plain)).split())


def like_pattern(query: str) -> str:
    """The LIKE pattern that finds `query` anywhere in folded text, with LIKE's own signs taken literally."""
    escaped = fold(query).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


# Signs and blanks of folded text that do not count where it is searched. Indexes stand on them: see `folded_columns`.
SIGNS = (
    " !\"#$%&'()*+,-./;<=>?@[\\]^_`{|}~:¡¢£¤¥¦§©«¬®°±¶·»¿×÷"
    "\u2016\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2020\u2021\u2022"
    "\u2030\u2032\u2033\u2039\u203a\u2190\u2192\u2194\u21d2\u2212\u2248\u2264\u2265\u25a0\u25aa\u25cf\u2605\u2713"
    "\u3001\u3002\u300a\u300b\u300c\u300d\u060c\u061b\u061f\u066a\u066b\u066c\u066d\u06d4"
)
_WITHOUT_SIGNS = dict.fromkeys(map(ord, SIGNS))
# The i that ends a syllable after a consonant, written y by others: kĩ thuật, kỹ thuật; qui định, quy định.
_I_OR_Y = re.compile("(?<=[bcdghklmnprstvx])[iy](?![a-z])|(?<=qu)[iy](?![a-z])")
# Each line is spellings of one thing, compact.
_SPELLINGS = (
    ("tphcm", "tphochiminh", "thanhphohochiminh"),
    ("ubnd", "uybannhandan"),
    ("hdnd", "hoidongnhandan"),
    ("cntt", "congnghethongtin"),
    ("cchc", "caicachhanhchinh"),
    ("csdl", "cosodulieu"),
)
_GROUPS = {spelling: f"({'|'.join(group)})" for group in _SPELLINGS for spelling in group}
_SPELLED = re.compile("|".join(sorted(_GROUPS, key=len, reverse=True)))


def compact(text: str) -> str:
    """`text` folded, without signs and blanks."""
    return fold(text).translate(_WITHOUT_SIGNS)


def compact_pattern(query: str) -> str:
    """The regular expression, of PostgreSQL and of Python, that finds `query` anywhere in compact text; may be empty.

    i and y are one where they end a syllable after a consonant. An abbreviation finds what it stands for, and is found
    by it.
    """
    folded = fold(query)
    either = {found.start() for found in _I_OR_Y.finditer(folded)}
    kept = [(sign, place in either) for place, sign in enumerate(folded) if ord(sign) not in _WITHOUT_SIGNS]
    plain, parts, place = "".join(sign for sign, _ in kept), [], 0
    while place < len(plain):
        if spelled := _SPELLED.match(plain, place):
            parts.append(_GROUPS[spelled[0]])
            place = spelled.end()
            continue
        parts.append("[iy]" if kept[place][1] else re.escape(plain[place]))
        place += 1
    return "".join(parts)
