"""Text of people: what is kept, what is taken out, what is refused. One form for storing, for keys and for search.

The reasons are in docs/decisions/0020. Pure: no database, no clock. Python's `unicodedata` knows neither default
ignorable code points nor noncharacters, so the ranges are written out here (Unicode 16).
"""

import re
import unicodedata

_JOINERS = "\u200c\u200d"
# Default_Ignorable_Code_Point without the two joiners, the marks of interlinear annotation, the place of an object that
# was not copied, the note without a head and blank hieroglyphs: none of them shows.
_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U00013441\U00013442\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SHOWS_NOTHING = re.compile(f"[{_IGNORABLE}]")
_SHOWS_NOTHING_ALONE = re.compile(f"[{_IGNORABLE}{_JOINERS}]")
_JOINED = re.compile(f"[{_JOINERS}]+")
# Every blank of Unicode and the tab; an empty Braille cell looks like one.
_BLANKS = re.compile("[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]+")
_EMPTY_LINES = re.compile("\n{4,}")
_BREAKS = re.compile("\r\n|[\n\r\u2028\u2029]")
_WHITE = "\t\n\v\f\r \u0085\u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_NO_CHARACTERS = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_REFUSED = re.compile(f"[{_CONTROLS}{_NO_CHARACTERS}]")
_REFUSED_IN_A_LINE = re.compile(f"[{_CONTROLS}\n\r\u2028\u2029{_NO_CHARACTERS}]")
# Đ as other keyboards and converters write it: Eth, the African D, and D with a stroke or solidus laid over it.
_STROKES = re.compile("([Dd])[\u0335-\u0338]")
_ETH = re.compile("[\u00d0\u00f0\u0189\u0256]")
_CAPITAL_ETH = frozenset("\u00d0\u0189")
# What `str.isprintable` lets pass and is rewritten all the same.
_REWRITTEN = frozenset(
    "\u00d0\u00f0\u0189\u0256\u0335\u0336\u0337\u0338\ufffc\U00013441\U00013442\U0001d159\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
).union(map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0)))
_VIRAMA = 9
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_DASHES = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2796\u2e17\u2e1a\u2e3a\u2e3b\u2e40"
    "\u2e5d\ufe31\ufe32\ufe58\ufe63\uff0d\U00010ead"
)
_SLASHES = "\u2044\u2215\u2571\u29f8\uff0f"
_MARKS = dict.fromkeys(map(ord, _DASHES), "-") | dict.fromkeys(map(ord, _SLASHES), "/")
# Vietnamese lays two marks on a letter and the Quran four; scripts that stack letters, as Tibetan does, are not meant.
_STACKED = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{5,}"
)
# Yeh and kaf of a Persian keyboard, which look like the Arabic ones within a word; tatweel only stretches one.
_PERSIAN = str.maketrans("\u06cc\u06a9", "\u064a\u0643", "\u0640")
_WIDE = re.compile("[\uff01-\uffee]+")
# Latin of one code point a letter, with the signs of office texts: nothing of it is rewritten, composed or laid on
# another. One pass over it costs a tenth of asking the rules one by one.
_ORDINARY = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u00cf\u00d1-\u00ef\u00f1-\u017f\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9"
    "\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026]+"
)


class TextRefused(ValueError):
    """What no text may hold. The message names the place and what to do, and nothing else of the text."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def one_line(text: str) -> str:
    """`text` as it is stored in a field of one line: `clean`, after white space around it is left out.

    Raises TextRefused for a line break, a control, a noncharacter or half a surrogate pair, and when nothing shows.
    """
    return text if _is_plain(text) and is_visible(text) else _read(text, _REFUSED_IN_A_LINE)


def several_lines(text: str) -> str:
    r"""`text` as it is stored in a field of several lines: each line is `clean`, each break is `\n`.

    Empty lines stay, except at both ends; of more than two, one after the other, two. Raises TextRefused for a control,
    a noncharacter or half a surrogate pair, and when nothing shows.
    """
    plain = text == text.strip("\n") and all(map(_is_plain, text.split("\n")))
    kept = text if plain and is_visible(text) else _read(text, _REFUSED)
    return _EMPTY_LINES.sub("\n\n\n", kept)


def clean(text: str) -> str:
    r"""`text` in the form in which it is stored, whatever it holds; nothing is refused, and breaks become `\n`.

    NFC; what shows nothing is taken out, direction marks too; each run of blanks is one, none at either end of a line;
    Eth and its kin are Đ. Joiners stay where they change what is seen: between letters of Arabic script, after the
    virama of an Indic script, between emoji. `clean(clean(text)) == clean(text)`.
    """
    return text if _is_plain(text) else "\n".join(map(_clean_line, _BREAKS.split(text))).strip("\n")


def key_form(text: str) -> str:
    """What is compared where two texts are the same key: texts with an equal form are one key.

    Promised to be equal: composed and decomposed, upper and lower case, any kind and number of blanks, any kind of dash
    and slash, Đ and its kin wherever they stand, full width and half width, with and without what shows nothing, digits
    of any script, the yeh and kaf of Persian and Arabic, with and without tatweel. Diacritics count. It refuses
    nothing, can be empty, and is stable: `key_form(key_form(t)) == key_form(t)`. It is for comparing and never shown;
    store the text itself as `one_line` gives it.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    narrow = _WIDE.sub(lambda wide: unicodedata.normalize("NFKC", wide[0]), bare(text))
    # As Unicode's canonical caseless matching has it: what casefolds to a mark must be in order before and after.
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", narrow).casefold())
    composed = unicodedata.normalize("NFC", _STROKES.sub("\u0111", folded.translate(_PERSIAN)))
    return " ".join(ascii_digits(plain_marks(plain_eth(composed))).split())


def code_form(text: str) -> str:
    """A code of a register as registers write it: narrow, in capitals, without blanks around it and what shows nothing.

    `g06`, a wide `Ｇ06` and ` G06` are G06. Nothing is added: 1 is not 01.
    """
    if text.isascii():
        return text.strip().upper()
    return unicodedata.normalize("NFKC", bare(text)).strip().upper()


def ascii_digits(text: str) -> str:
    """`text` with each decimal digit of any script as one of 0 to 9."""
    return "".join([str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text])


def plain_marks(text: str) -> str:
    """`text` with each hyphen, dash and minus as `-`, each slash as `/`, and the empty Braille cell as a blank."""
    return text.translate(_MARKS).replace("\u2800", " ")


def plain_eth(text: str) -> str:
    """`text`, which is folded, with every kin of đ as đ."""
    return _ETH.sub("\u0111", text)


def bare(text: str) -> str:
    """`text` without what shows nothing, joiners included."""
    return _SHOWS_NOTHING_ALONE.sub("", text)


def is_visible(text: str) -> bool:
    """Whether one of the characters shows: a letter, a digit, punctuation, a sign, or what Unicode added later."""
    return any(unicodedata.category(sign)[0] in "LNPS" or unicodedata.category(sign) == "Cn" for sign in text)


def _is_plain(text: str) -> bool:
    """Whether `text` is in its form already. Nearly all is: this is what the gate costs each of 10,000 reports."""
    if not text.isprintable() or "  " in text or text[:1] == " " or text[-1:] == " ":
        return False
    if text.isascii() or _ORDINARY.fullmatch(text):
        return True
    return _REWRITTEN.isdisjoint(text) and unicodedata.is_normalized("NFC", text) and _STACKED.search(text) is None


def _read(text: str, refused: re.Pattern[str]) -> str:
    stripped = text.strip(_WHITE)
    found = refused.search(stripped)
    if found is not None:
        raise _refusal(found[0], text.index(stripped) + found.start() + 1)
    cleaned = clean(stripped)
    if stacked := _STACKED.search(cleaned):
        raise TextRefused(
            "stacked_marks", f"Character {stacked.start()} carries more than 4 marks, one on the other; take some out"
        )
    if not is_visible(cleaned):
        raise TextRefused("nothing_visible", "Nothing in the text shows; write at least one letter, digit or sign")
    return cleaned


def _refusal(sign: str, place: int) -> TextRefused:
    if _BREAKS.match(sign):
        return TextRefused(
            "line_break", f"Character {place} breaks the line, and the text must be one line; put a blank there"
        )
    code_point = f"U+{ord(sign):04X}"
    if unicodedata.category(sign) == "Cc":
        return TextRefused(
            "control_character", f"Character {place} is {code_point}, a control that does not show; take it out"
        )
    return TextRefused("not_a_character", f"Character {place} is {code_point}, which is no character; take it out")


def _clean_line(line: str) -> str:
    if _is_plain(line):
        return line
    composed = unicodedata.normalize("NFC", _SHOWS_NOTHING.sub("", line))
    joined = unicodedata.normalize("NFC", _JOINED.sub(_needed_joiner, composed))
    stroked = _STROKES.sub(lambda found: "\u0110" if found[1] == "D" else "\u0111", joined)
    return _BLANKS.sub(" ", _ETH.sub(_vietnamese, stroked)).strip(" ")


def _needed_joiner(run: re.Match[str]) -> str:
    """The first joiner of a run where it changes what is seen, by the rules of RFC 5892, appendix A."""
    text, end = run.string, run.end()
    if not run.start() or end == len(text):
        return ""
    before, after, joiner = text[run.start() - 1], text[end], run[0][0]
    if unicodedata.combining(before) == _VIRAMA:
        return joiner
    if joiner == "\u200d":
        emoji = unicodedata.category(before) == "So" or ord(before) in _SKIN_TONES
        return joiner if emoji and unicodedata.category(after) == "So" else ""
    base = next((sign for sign in reversed(text[: run.start()]) if not unicodedata.combining(sign)), "")
    arabic = base != "" and unicodedata.bidirectional(base) == unicodedata.bidirectional(after) == "AL"
    return joiner if arabic else ""


def _vietnamese(found: re.Match[str]) -> str:
    """Đ for a capital, which looks the same. đ for a small one, unless it ends or divides a word of small letters.

    Vietnamese begins a syllable with đ; Icelandic and Faroese never begin a word with ð, so that their names stay.
    """
    if found[0] in _CAPITAL_ETH:
        return "\u0110"
    before = found.string[found.start() - 1] if found.start() else ""
    return found[0] if before.islower() or unicodedata.category(before or " ") == "Mn" else "\u0111"
