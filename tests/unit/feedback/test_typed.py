"""What people type or copy is understood, or refused with words that help; the rest of a line is never guessed."""

import unicodedata
from collections.abc import Callable

import pytest

from sixclear.common.checked_code import read_code, slip_of
from sixclear.feedback.submission.receipts import Receipts
from sixclear.feedback.typed import read_email, read_phone

CODE = Receipts(b"a secret of thirty-two bytes !!!").code("public", "0123456789abcdef")
OTHER = Receipts(b"a secret of thirty-two bytes !!!").code("public", "another key of it")
_FULL_WIDTH = {sign: ord(sign) + 0xFEE0 for sign in map(chr, range(0x21, 0x7F))}


@pytest.mark.parametrize(
    ("how", "spelled"),
    [
        ("minus", lambda code: code.replace("-", "\u2212")),
        ("zero width space at the end", lambda code: code + "\u200b"),
        ("byte order mark", lambda code: "\ufeff" + code),
        ("marks of direction", lambda code: f"\u200e{code}\u200f"),
        ("isolates", lambda code: f"\u2068{code}\u2069"),
        ("soft hyphen", lambda code: f"{code[:7]}\u00ad{code[7:]}"),
        ("full width", lambda code: code.translate({ord(sign): full for sign, full in _FULL_WIDTH.items()})),
        ("long vowel of an input method", lambda code: code.replace("-", "\u30fc")),
        ("heavy minus, dash of Japanese", lambda code: code.replace("-", "\u2796", 2).replace("-", "\u301c")),
        ("word joiners", lambda code: "\u2060".join(code)),
        ("narrow blanks", lambda code: code.replace("-", "\u202f")),
        ("two lines", lambda code: f"{code[:9]}\r\n{code[9:]}\n"),
        ("quotes and a full stop", lambda code: f"“{code}”."),
        ("underscores", lambda code: code.replace("-", "_")),
        ("Arabic digits", lambda code: "".join(chr(0x660 + int(c)) if c.isdigit() else c for c in code)),
        ("mathematical letters", lambda code: "".join(chr(0x1D400 + ord(c) - 65) if c.isalpha() else c for c in code)),
        ("variation selectors", lambda code: code.replace("-", "-\ufe0f")),
        ("no-break blanks", lambda code: code.replace("-", "\u00a0")),
        ("em dashes", lambda code: code.replace("-", "\u2014")),
        ("em dashes between blanks", lambda code: code.replace("-", " \u2014 ")),
        ("a full stop behind it", lambda code: code + "."),
        ("small O and L", lambda code: code.lower().replace("0", "o").replace("1", "l")),
        ("its label", lambda code: f"Mã biên nhận: {code}"),
        ("its label in English", lambda code: f"Receipt code:\u00a0{code}."),
        ("its label in Arabic", lambda code: f"رمز الإيصال: \u2066{code}\u2069"),
        ("a label without a colon", lambda code: f"Mã biên nhận {code}"),
        ("a full-width colon and no dashes", lambda code: f"Mã biên nhận：{code.replace('-', '')}"),
        ("its label in small letters with em dashes", lambda code: f"mã: {code.lower().replace('-', chr(0x2014))}"),
        ("the sentence around it", lambda code: f"Mã biên nhận của bạn là {code}, hãy giữ kỹ mã này."),
        ("twice", lambda code: f"{code} {code}"),
        ("small letters and tags", lambda code: code.lower() + "\U000e0041"),
    ],
)
def test_a_code_opens_in_each_spelling_that_looks_like_it(how: str, spelled: Callable[[str], str]) -> None:
    assert read_code(spelled(CODE)) == read_code(CODE) is not None, how


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "length"),
        (CODE[:-1], "length"),
        (f"{CODE} {OTHER}", "length"),
        (f"Mã: {CODE[:-1]}", "length"),
        (f"{CODE}{CODE}", "length"),
        (f"Mã biên nhận: {CODE[:-1]}U", "character"),
        ("\u0421" + CODE[1:], "character"),
        ("\u0391" + CODE[1:], "character"),
        ("🙂" * 17, "length"),
        (f"U{CODE[1:]}", "character"),
        (f"Ê{CODE[1:]}", "character"),
        (CODE[:-1] + ("0" if CODE[-1] != "0" else "1"), "check"),
        (CODE, None),
    ],
)
def test_a_code_that_cannot_be_one_is_told_why(typed: str, why: str | None) -> None:
    assert slip_of(typed) == why


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("(024) 3826 1234", "(024) 3826 1234"),
        ("(+84) 24 3826 1234", "(+84) 24 3826 1234"),
        ("+(84) 24 3826 1234", "+(84) 24 3826 1234"),
        ("0912\u2013345\u2013678", "0912-345-678"),
        ("0912\u00a0345\u00a0678", "0912 345 678"),
        ("84-24-3826-1234 ext 12", "84-24-3826-1234 ext 12"),
        ("024 3826 1234, máy lẻ 12", "024 3826 1234, máy lẻ 12"),
        ("024 3826 1234 (máy lẻ 12)", "024 3826 1234 (máy lẻ 12)"),
        (unicodedata.normalize("NFD", "024 3826 1234 máy lẻ 12"), "024 3826 1234 máy lẻ 12"),
        ("024.3826.1234 x12", "024.3826.1234 x12"),
        ("0912345678 / 0987654321", "0912345678 / 0987654321"),
        ("\u202a+84 912 345 678\u202c", "+84 912 345 678"),
        ("０９１２３４５６７８", "0912345678"),
        ("٠٩١٢٣٤٥٦٧٨", "0912345678"),
        ("0912\u2011345\u2212678", "0912-345-678"),
        ("  0912  345 678 ", "0912 345 678"),
        ("1022", "1022"),
        ("Zalo: 0912345678", "Zalo: 0912345678"),
        ("ĐT/Zalo: 0912.345.678", "ĐT/Zalo: 0912.345.678"),
        (unicodedata.normalize("NFD", "SĐT 0912345678"), "0912345678"),
        ("tel:+84912345678", "+84912345678"),
        ("ĐT: 0912345678", "0912345678"),
        ("Số điện thoại: (024) 3826 1234", "(024) 3826 1234"),
        ("Fax: 024 3826 1234", "Fax: 024 3826 1234"),
        ("0912345678 - 0987654321", "0912345678 - 0987654321"),
        ("+84912345678, +84987654321", "+84912345678, +84987654321"),
        ("9" * 15, "9" * 15),
        ("9" * 16, None),
        ("9" * 22, None),
        ("++84912345678", None),
        ("((84912345678", None),
        ("+84+912345678901234567", None),
        ("0912345678 / " + "9" * 16, None),
        ("0912345678 (Zalo)", "0912345678 (Zalo)"),
        ("0912345678 hoặc 0987654321", "0912345678 hoặc 0987654321"),
        ("0912 345 678;", "0912 345 678"),
        ("0912345678.", "0912345678"),
        ("024 3826 1234 nội bộ 12", "024 3826 1234 nội bộ 12"),
        ("9" * 45, None),
        ("Zalo", None),
        ("mật khẩu: 0912345678", None),
        ("call me", None),
        ("0912345678\n", None),
        ("0912345678\r\nBcc: other@example.org", None),
        ("0912\u2028345678", None),
        ("09", None),
        ("+", None),
        ("0912345678 / / 0987654321", None),
        ("0912345678 ext", None),
    ],
)
def test_a_telephone_number(typed: str, kept: str | None) -> None:
    assert read_phone(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("binh@example.invalid", "binh@example.invalid"),
        ("binh＠example．invalid", "binh@example.invalid"),
        ("binh@example。invalid", "binh@example.invalid"),
        ("\u200bbinh@example.invalid\ufeff", "binh@example.invalid"),
        ("\u2068binh@exam\u00adple.invalid\u2069", "binh@example.invalid"),
        (" binh@example.invalid. ", "binh@example.invalid"),
        ("Trần Thị Bình <binh@example.invalid>", "binh@example.invalid"),
        ("first\u2011last@example.invalid", "first-last@example.invalid"),
        (unicodedata.normalize("NFD", "bình@example.invalid"), "bình@example.invalid"),
        ("mailto:binh@example.invalid", "binh@example.invalid"),
        ("Email: binh@example.invalid", "binh@example.invalid"),
        ("E-mail : binh@example.invalid", "binh@example.invalid"),
        ("Thư điện tử: binh@example.invalid", "binh@example.invalid"),
        ("“binh@example.invalid”", "binh@example.invalid"),
        ("'binh@example.invalid'", "binh@example.invalid"),
        ("(binh@example.invalid),", "binh@example.invalid"),
        ("o'neil@example.invalid", "o'neil@example.invalid"),
        ("binh@ví-dụ.invalid", "binh@ví-dụ.invalid"),
        ("mailto:binh@example.invalid?subject=x", None),
        ("binh@-example.invalid", None),
        ("binh@example,invalid", None),
        ("a@b.c,d@e.f", None),
        ("bcc: a@b.c, d@e.f", None),
        ("binh@example.invalid\nbcc: x@example.invalid", None),
        ("nobody", None),
        ("a@b", None),
        ("a@@b.c", None),
        ("binh@example.invalid\n", None),
        ("binh@example.invalid\x1f", None),
        ("bi\u2029nh@example.invalid", None),
        ("binh@ example.invalid", None),
        ("a@b.c, d@e.f", None),
        ("", None),
        ("<>", None),
    ],
)
def test_an_e_mail_address(typed: str, kept: str | None) -> None:
    assert read_email(typed) == kept
