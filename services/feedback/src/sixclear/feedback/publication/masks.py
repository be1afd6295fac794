"""What looks like personal data in a text, and the text without it: a suggestion, which a moderator corrects.

Numbers, e-mail addresses, addresses of homes and names after words that introduce one are found by their form. What has
no form, such as a name in the middle of a sentence, is the moderator's to see. It rather masks too much: a number of
eight digits is masked unless it is a day, or is followed by a unit of money.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

EMAIL, IDENTITY, PLATE, ADDRESS, PHONE, NUMBER, NAME = (
    *("email", "identity_number", "number_plate", "address"),
    *("phone", "number", "name"),
)
_LABELS = {
    EMAIL: "[thư điện tử]",
    IDENTITY: "[số giấy tờ]",
    PLATE: "[biển số xe]",
    ADDRESS: "[địa chỉ]",
    PHONE: "[số điện thoại]",
    NUMBER: "[dãy số]",
    NAME: "[họ tên]",
}
_BETWEEN = r"[ \u00a0.\-]{0,2}"
_DIGITS = rf"\d(?:{_BETWEEN}\d)"
# A number begins where no digit stands before, also before a blank or a full stop.
_BEGINS = r"(?<![\w+/])(?<!\d[ \u00a0.\-])"
_DAY = r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[.\-]\d{1,2}[.\-]\d{4})(?!\d)"
_MONEY = r"\s*(?:đồng|vnd|vnđ|đ\b|₫|nghìn|ngàn|triệu|tỷ|tỉ|usd)"
_WAY = r"(?:đường|phố|ngõ|ngách|hẻm|kiệt|tổ|thôn|ấp|xóm|khu phố|khóm|chung cư|tòa nhà|toà nhà)"
_REST = rf"(?:,?\s+(?:{_WAY}|phường|xã|đặc khu|tỉnh|thành phố)\s+[^,.;:()\[\]\n]{{1,40}})"
_EMAIL = re.compile(r"[^\s@<>()\[\]:;,\"]{1,64}@[^\W_][^\s@<>()\[\]:;,\"]{0,250}[^\W_]")
_PLATE = re.compile(r"(?<!\w)\d{2}[ -]?[A-ZĐ]{1,2}\d?[ -]\d{3}[. ]?\d{2}(?!\d)|(?<!\w)\d{2}[A-ZĐ]\d? ?-? ?\d{4}(?!\d)")
_ADDRESS = re.compile(
    rf"(?<!\w)(?:(?:số nhà|nhà số|địa chỉ)\s*:?\s*(?:số\s+)?\d[\w/.\-]*{_REST}{{0,5}}"
    rf"|số\s+\d[\w/\-]*(?={_REST}){_REST}{{1,5}}"
    rf"|(?:ngõ|ngách|hẻm|kiệt)\s+\d[\w/\-]*{_REST}{{0,5}}"
    r"|(?:căn hộ|phòng trọ)\s+(?:số\s+)?[A-Z]?\d[\w.\-]*)",
    re.IGNORECASE,
)
_PASSPORT = r"(?<!\w)[A-Z]\d{7,8}(?!\w)"
_INSURED = r"(?<!\w)[A-Z]{2}\d{13}(?!\w)"
_IDENTITY = re.compile(
    rf"{_PASSPORT}|{_INSURED}|{_BEGINS}(?!{_DAY})(?:{_DIGITS}{{11}}|{_DIGITS}{{8}})(?!{_BETWEEN}\d)(?!{_MONEY})",
    re.IGNORECASE,
)
_PHONE = re.compile(
    rf"(?<!\w)(?:\+|\(\+?)?(?:84\)?|\(?[0０])(?:[ \u00a0.()\-]{{0,3}}\d){{8,10}}(?!{_BETWEEN}\d)(?!{_MONEY})",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"{_BEGINS}(?!{_DAY}){_DIGITS}{{7,29}}(?!{_BETWEEN}\d)(?!{_MONEY})", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"(?<!\w)(?:tôi tên là|tên tôi là|tôi tên|tên tôi|tôi là|em là|cháu là|họ và tên|họ tên|người gửi|người viết"
    r"|kính đơn|ký tên|ông|bà|anh|chị|my name is)\s*[:,]?\s+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_FEWEST_WORDS, _MOST_WORDS = 2, 6


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without what looks like personal data, and how much of each kind was found."""

    text: str
    found: dict[str, int]


def mask(text: str) -> Masked:
    """`text` with what looks like personal data replaced by what it is; masking it again changes nothing."""
    found: Counter[str] = Counter()
    for kind, pattern in _PATTERNS:
        text, times = pattern.subn(_LABELS[kind], text)
        found[kind] += times
    text, times = _without_names(text)
    found[NAME] += times
    return Masked(text, {kind: times for kind, times in sorted(found.items()) if times})


_PATTERNS = (
    (EMAIL, _EMAIL),
    (ADDRESS, _ADDRESS),
    (PLATE, _PLATE),
    (IDENTITY, _IDENTITY),
    (PHONE, _PHONE),
    (NUMBER, _NUMBER),
)


def _without_names(text: str) -> tuple[str, int]:
    """`text` without the names that a word introduces: two to six words with a capital each."""
    parts, place, times = [], 0, 0
    for introduced in _INTRODUCED.finditer(text):
        if introduced.start() < place:
            continue
        end = _end_of_name(text, introduced.end())
        if end is None:
            continue
        parts += [text[place : introduced.end()], _LABELS[NAME]]
        place, times = end, times + 1
    return "".join([*parts, text[place:]]), times


def _end_of_name(text: str, start: int) -> int | None:
    words = list(_words_at(text, start))
    return words[-1] if len(words) >= _FEWEST_WORDS else None


def _words_at(text: str, start: int) -> Iterator[int]:
    """Where each word with a capital ends that follows the one before after one blank."""
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, start)
        if word is None or not word[0][0].isupper():
            return
        yield word.end()
        if text[word.end() : word.end() + 1] != " ":
            return
        start = word.end() + 1
