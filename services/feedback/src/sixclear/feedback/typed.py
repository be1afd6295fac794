"""What people type or copy, made plain: the one place where receipt codes and contacts are read.

A code that was copied from a chat, a page from right to left or an input method looks the same and has other
characters: full-width letters, minus signs, marks of direction, soft hyphens. Pure: no database, no clock.
"""

import re
import unicodedata

# Unicode's Default_Ignorable_Code_Point: what shows nothing. Python's `unicodedata` does not tell the property.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# What looks like a hyphen, is typed for one, and is not of Unicode's category of dashes.
_MORE_DASHES = frozenset("\u02d7\u2043\u2212\u2796\u30fc")
_NUMBER = r"[+(]{0,2}[0-9][0-9 ().+-]*"
_EXTENSION = r"(?:[ ,;(]*(?:ext|extension|x|#|máy lẻ|nhánh)[ .:]*[0-9]{1,6}\)?)?"
_PHONE = re.compile(rf"{_NUMBER}{_EXTENSION}(?:[ ]*[/,;][ ]*{_NUMBER}{_EXTENSION})?", re.IGNORECASE)
_FEWEST_DIGITS = 3
_EMAIL = re.compile(r"[^@\s<>]{1,64}@[^@\s.<>]+(?:\.[^@\s.<>]+){1,8}")


def plain(typed: str) -> str:
    """`typed` in the characters of a plain keyboard: what shows nothing is left out, each dash is `-`, each blank a
    space, each decimal digit one of 0 to 9; full-width and composed forms are unified (NFKC). Line breaks stay.
    """
    unified = unicodedata.normalize("NFKC", _INVISIBLE.sub("", typed))
    return "".join(map(_plain_sign, _INVISIBLE.sub("", unified)))


def _plain_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    category = unicodedata.category(sign)
    if category == "Pd" or sign in _MORE_DASHES:
        return "-"
    if category == "Zs":
        return " "
    return str(unicodedata.decimal(sign)) if category == "Nd" else sign


def signs_of(typed: str) -> str:
    """The letters and digits of a code, in capitals. Blanks, line breaks, dashes and punctuation are left out."""
    return "".join(sign for sign in plain(typed).upper() if unicodedata.category(sign)[0] not in "CPSZ")


def read_phone(typed: str) -> str | None:
    """The telephone number to call, or two of them, each with its extension; None for what is none.

    Its groups stay as they were written. What is in one line only is a number.
    """
    number = _one_line(typed)
    digits = sum(sign.isdigit() for sign in number)
    return number if digits >= _FEWEST_DIGITS and _PHONE.fullmatch(number) else None


def read_email(typed: str) -> str | None:
    """The e-mail address, also from `Name <name@example.org>`; None for what is none.

    What stands in the header of an e-mail must not begin another one, so that a line break is never left out.
    """
    line = _one_line(typed).replace("\u3002", ".")
    if line.endswith(">"):
        line = line[line.rfind("<") + 1 : -1]
    address = line.strip(" .,;")
    return address if _EMAIL.fullmatch(address) and not _has_control(address) else None


def _one_line(typed: str) -> str:
    """`typed` made plain, with single blanks; with its line breaks and other controls, which no contact has."""
    return re.sub(" +", " ", plain(typed)).strip(" ")


def _has_control(text: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cn", "Co") for sign in text)
