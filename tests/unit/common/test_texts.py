"""Text that the requests of more than one service carry."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sixclear.common.web.texts import Code, Link, Slug, Text


def test_texts_as_organisations_send_them_are_taken() -> None:
    assert TypeAdapter(Slug).validate_python("nq57-central") == "nq57-central"
    assert TypeAdapter(Code).validate_python("NQ57-1.02") == "NQ57-1.02"
    assert TypeAdapter(Link).validate_python("https://example.vn/bao-cao") == "https://example.vn/bao-cao"
    assert TypeAdapter(Text).validate_python(" Đã hoàn thành \n") == "Đã hoàn thành"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Slug, "nq57-central\n"),
        (Slug, "-nq57"),
        (Code, "NQ57\n"),
        (Link, "https://example.vn/bao-cao\n"),
        (Link, "javascript:alert(1)"),
        (Link, "https://example.vn/" + "a" * 1980),
        (Text, " \n "),
        (Text, "\u200b"),
        (Link, "https://example.vn/\x85bao-cao"),
    ],
)
def test_what_would_break_a_line_a_header_or_a_page_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(text)
