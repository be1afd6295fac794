"""What people type, in the characters of a plain keyboard."""

import pytest

from sixclear.common.typed import plain


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("7K2M\u2014Q9XW", "7K2M-Q9XW"),
        ("0912\u00a0345", "0912 345"),
        ("binh＠example．invalid", "binh@example.invalid"),
        ("\u2066a\u2069\u200b\u00ad", "a"),
        ("٠٩", "09"),
    ],
)
def test_what_looks_like_a_plain_sign_is_one(typed: str, shown: str) -> None:
    assert plain(typed) == shown


@pytest.mark.parametrize("text", ["Đường", "Nguyễn Văn A", "العربية", "a-b c", "line\nbreak"])
def test_what_is_plain_stays(text: str) -> None:
    assert plain(text) == text
