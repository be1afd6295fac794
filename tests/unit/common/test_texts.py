"""Text that the requests of more than one service carry."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sixclear.common.web.texts import Code, Link, Sha256, Slug, Text


def test_texts_as_organisations_send_them_are_taken() -> None:
    assert TypeAdapter(Slug).validate_python("nq57-central") == "nq57-central"
    assert TypeAdapter(Code).validate_python("NQ57-1.02") == "NQ57-1.02"
    assert TypeAdapter(Link).validate_python("https://example.vn/bao-cao") == "https://example.vn/bao-cao"
    assert TypeAdapter(Text).validate_python(" Đã hoàn thành \n") == "Đã hoàn thành"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("HTTPS://X.vn", "https://X.vn"),
        ("Http://example.vn/A?b=c@d", "http://example.vn/A?b=c@d"),
        ("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
        ("https://bộ.vn/đề-án", "https://bộ.vn/đề-án"),
        ("https://example.vn:65535", "https://example.vn:65535"),
    ],
)
def test_links_that_a_browser_opens_are_taken(written: str, kept: str) -> None:
    assert TypeAdapter(Link).validate_python(written) == kept


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("https://bocongan.gov.vn@evil.example/", "link_misleads"),
        ("https://a:b@example.vn/", "link_misleads"),
        ("https://example.vn\\@evil.example/", "link_misleads"),
        ("https://[abc", "link_unusable"),
        ("https://[abc]/", "link_unusable"),
        ("https://example.vn:99999/", "link_unusable"),
        ("https://example.vn:0/", "link_unusable"),
        ("https://example.vn:٨٠/", "link_unusable"),
        ("https://:443/a", "link_unusable"),
        ("https:///path", "link_unusable"),
        ("https://???", "link_unusable"),
    ],
)
def test_links_that_open_nothing_or_mislead_are_refused_in_words(written: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Link).validate_python(written)
    assert [error["type"] for error in refused.value.errors()] == [code]


def test_a_hash_in_capitals_is_kept_in_small_letters() -> None:
    assert TypeAdapter(Sha256).validate_python("AB" * 32) == "ab" * 32


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
