"""Contacts as people type and copy them: the one place where they are read.

Pure: no database, no clock.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

import orjson

from sixclear.common.typed import plain

_KIND = r"(?:tel|phone|mobile|hotline|fax|đt|sđt|sdt|(?:số )?điện thoại|di động|zalo|viber|whatsapp|nhà riêng|cơ quan)"
_LABEL = rf"(?:{_KIND}(?: ?[/,&+] ?{_KIND}){{0,3}} ?[.:]? ?)?"
# E.164: at most 15 digits; the fewest are those of the short numbers of offices.
_NUMBER = r"(?:\(?\+?|\+\()[0-9](?:[ ().-]{0,4}[0-9]){2,14}[ ().-]{0,4}"
_EXTENSION = r"(?:[ ,;(]*(?:ext|extension|x|#|máy lẻ|nhánh|nội bộ)[ .:]*[0-9]{1,6}\)?)?"
_ONE = rf"{_LABEL}{_NUMBER}{_EXTENSION}(?: ?\({_KIND}\))?"
_PHONE = re.compile(rf"{_ONE}(?:[ ]*(?:[/,;&+-]|hoặc|và|or|and)[ ]*{_ONE})?", re.IGNORECASE)
# A label that says no more than that a number follows.
_PLAIN_LABEL = re.compile(r"(?:tel|phone|đt|sđt|sdt|(?:số )?điện thoại) ?[.:]? ?(?=[+(0-9])", re.IGNORECASE)
_EMAIL_LABEL = re.compile(r"[^\W\d_][^\W\d_ -]*(?:[ -][^\W\d_]+){0,3} ?: ?")
# RFC 5321 allows more in quotes; no sender writes that.
_EMAIL = re.compile(
    r"[^@\s<>()\[\]:;,\\\"“”]{1,64}@(?:[^\W_]|[^\x00-\x7f])[^@\s.<>?#/\\:;,'\"()\[\]&=“”]*"
    r"(?:\.[^@\s.<>?#/\\:;,'\"()\[\]&=“”]+){1,8}"
)
_AROUND = " .,;'\"‘’“”«»()"


def read_phone(typed: str) -> str | None:
    """The telephone number to call, or two of them, each with its extension and kind; None for what is none.

    It stays as it was written, without a label that only says that it is one. What is in one line only is a number.
    """
    typed = _one_line(typed).rstrip(" .,;")
    label = _PLAIN_LABEL.match(typed)
    number = typed[label.end() :] if label else typed
    return number if _PHONE.fullmatch(number) else None


def read_email(typed: str) -> str | None:
    """The e-mail address, also from `Name <name@example.org>`, `mailto:` and behind a label; None for what is none.

    What stands in the header of an e-mail must not begin another one, so that a line break is never left out.
    """
    line = _one_line(typed).replace("\u3002", ".")
    if line.endswith(">"):
        line = line[line.rfind("<") + 1 : -1]
    if label := _EMAIL_LABEL.match(line):
        line = line[label.end() :]
    address = line.strip(_AROUND)
    return address if _EMAIL.fullmatch(address) and not _has_control(address) else None


def _one_line(typed: str) -> str:
    """`typed` made plain, with single blanks; with its line breaks and other controls, which no contact has."""
    return re.sub(" +", " ", plain(typed)).strip(" ")


def _has_control(text: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Zl", "Zp", "Cn", "Co") for sign in text)


@cache
def _lists() -> tuple[frozenset[str], frozenset[str]]:
    read = orjson.loads((files("sixclear.feedback") / "data" / "mail-domains.json").read_bytes())
    return frozenset(read["everyone"]), frozenset(read["shared"])


def houses(domain: str) -> list[str]:
    """Which house a mail address is of: of `mail.hust.edu.vn` itself and `hust.edu.vn`.

    None of a provider where everyone has an address, and none that many houses share, such as `edu.vn`.
    """
    everyone, shared = _lists()
    labels = _ascii(domain).split(".")
    found = [".".join(labels[start:]) for start in range(len(labels) - 1)]
    if not everyone.isdisjoint(found):
        return []
    return [one for one in found if one not in shared]


def domain_of(address: str) -> str:
    """The domain of a mail address."""
    return address.rpartition("@")[2]


def _ascii(domain: str) -> str:
    lowered = domain.strip(" .").lower()
    try:
        return lowered.encode("idna").decode()
    except UnicodeError:
        return lowered
