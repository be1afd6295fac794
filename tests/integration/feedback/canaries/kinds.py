"""Thirty kinds of personal data, each in the forms in which people type and paste it, and how a trace is found."""

import hashlib
import html
import re
import unicodedata
from base64 import urlsafe_b64decode
from binascii import Error
from collections.abc import Iterator
from urllib.parse import unquote_plus

# None of them is of a person; each stands in this file alone, so that whatever is found came through a door.
KINDS = {
    "name": "Đặng Trịnh Hoài Thương Thảo",
    "name-of-a-minority": "H'Bia Kpơr Siu Ksơr Y Thuần",
    "mobile": "0987 604 521",
    "mobile-from-abroad": "+84 38 765 4329",
    "landline": "(024) 3733 9876",
    "email": "hoaithuong.87@thu-rieng.example",
    "identity-card": "001187034567",
    "old-identity-card": "013 456 789",
    "passport": "C76543219",
    "tax-code": "8437261950-001",
    "health-insurance": "GD4797812345678",
    "social-insurance": "7916 0482 73",
    "bank-account": "1903 6587 4521 016",
    "bank-card": "4539 1488 0343 6467",
    "wallet": "vi-momo-thuong-604521",
    "plate-of-a-car": "biển 30F-472.81 màu trắng",
    "plate-of-a-motorbike": "xe 29X3-864.20 Dream",
    "driving-licence": "790185726394",
    "address": "số 47 ngách 82/19 phố Kim Mã Thượng",
    "address-in-a-village": "nhà cuối thôn Phú Đa Hạ, cạnh giếng làng",
    "room": "căn hộ B1709 toà Hồng Hà Xanh",
    "coordinates": "21.028511, 105.804817",
    "coordinates-in-degrees": "21°01'42.6\"N 105°48'17.3\"E",
    "birth": "sinh ngày 17/09/1987 tại Nghi Lộc",
    "health": "nhiễm HIV giai đoạn lâm sàng ba",
    "disability": "khuyết tật vận động mức độ nặng",
    "belief": "tu tại gia đạo Cao Đài Ban Chỉnh",
    "child": "cháu Bảo Châu lớp 4A2 trường Gò Mây",
    "land": "thửa 218 tờ bản đồ 46 xã Đại Nài",
    "account-of-a-network": "zalo @thuongthao.nghiloc87",
}
# A phone and a mail address must be some, in the fields that are made for them.
EMAIL, PHONE, NAME = KINDS["email"], KINDS["mobile"], KINDS["name"]
_ZERO_WIDTH = "\u200b"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_BETWEEN = re.compile(r"[\s.\-()]+")
_CODED = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_BYTES = re.compile(r"\\x((?:[0-9a-f]{2})+)")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(.)")


def forms(said: str) -> list[str]:
    """As typed; with accents apart; in full width, as an East Asian keyboard has it; with blanks of no width."""
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in said)
    apart = unicodedata.normalize("NFD", said)
    hidden = _ZERO_WIDTH.join(said[at : at + 3] for at in range(0, len(said), 3))
    return list(dict.fromkeys((said, apart, wide, hidden)))


def folded(said: str) -> str:
    """A text without case, accents, width, invisible signs, and blanks or points between: what people read in it."""
    apart = unicodedata.normalize("NFKD", _INVISIBLE.sub("", said)).replace("đ", "d").replace("Đ", "D")
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return _BETWEEN.sub("", plain.casefold())


def traces(found: str, *kinds: str) -> list[str]:
    """Which kinds of data stand in a text: as they are, escaped, quoted, in base 64 or hexadecimal, or as a bare hash.

    A bare hash of a telephone number is the number: there are too few of them.
    """
    read = folded("\n".join(_readings(found)))
    return [kind for kind in kinds if folded(KINDS[kind]) in read or any(code in found for code in _hashes(kind))]


def _readings(found: str) -> Iterator[str]:
    yield found
    yield _ESCAPED.sub(lambda code: code[3] or chr(int(code[1] or code[2], 16)), found)
    yield unquote_plus(found)
    yield html.unescape(found)
    for written in _BYTES.finditer(found):
        yield bytes.fromhex(written[1]).decode(errors="ignore")
    for word in _CODED.findall(found):
        for start in range(4):
            yield _decoded(word[start:])


def _decoded(word: str) -> str:
    plain = word.rstrip("=").translate(str.maketrans("+/", "-_"))
    plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
    try:
        return urlsafe_b64decode(plain + "=" * (-len(plain) % 4)).decode(errors="ignore")
    except Error:
        return ""


def _hashes(kind: str) -> Iterator[str]:
    said = KINDS[kind]
    for form in {said, folded(said), said.replace(" ", ""), said.casefold()}:
        for name in ("md5", "sha1", "sha256", "blake2b"):
            yield hashlib.new(name, form.encode(), usedforsecurity=False).hexdigest()
