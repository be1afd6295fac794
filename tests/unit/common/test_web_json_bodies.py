"""JSON that two readers could understand differently is refused; the rest is read as it is written."""

import pytest

from sixclear.common.errors import MalformedRequest
from sixclear.common.web.json_bodies import read_json


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"a": 1, "a": 1}', "#/a"),
        (b'{"a": 1, "\\u0061": 2}', "#/a"),
        (b'{"outer": {"b": 1, "b": null}}', "#/outer/b"),
        (b'{"list": [{"c": 1}, {"c": 1, "d": [{"c": 1, "c": 2}]}]}', "#/list/1/d/0/c"),
        (b'[{"a/b~": 1, "a/b~": 2}]', "#/0/a~1b~0"),
        (b'{"": 1, "": 2}', "#/"),
        (b'{"a\\ud800": 1, "a\\ud800": 2}', "#/a\ufffd"),
        (b'{"\\udfff": {"\\u0000": 1, "\\u0000": 2}}', "#/\ufffd/\ufffd"),
        (b"{" + b'"x": {' * 200 + b'"y": 1, "y": 2' + b"}" * 201, ("#" + "/x" * 200 + "/y")[:200]),
    ],
)
def test_a_member_that_comes_twice_is_refused_at_its_place(body: bytes, pointer: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        read_json(body)
    assert refused.value.status == 400
    assert refused.value.errors[0]["pointer"] == pointer


def test_the_same_name_in_two_objects_is_no_repetition() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": [{"b": 1}, {"b": 2}], "b": {"a": "\xc4\x90"}}') == {
        "a": [{"b": 1}, {"b": 2}],
        "b": {"a": "Đ"},
    }


# What is no JSON value, no UTF-8, or a number of too many digits.
_WHAT = "JSON value|codec|Expecting|Exceeds|Illegal"


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": NaN}',
        b"[Infinity]",
        b"-Infinity",
        b'{"a": "\xff"}',
        b'{"a": "\xed\xa0\x80"}',
        '{"a": 1}'.encode("utf-16"),
        '{"a": 1}'.encode("utf-32-be"),
        b"[" + b"9" * 5000 + b"]",
        b'{"a": 1,}',
        b"",
    ],
)
def test_what_is_not_json_in_utf_8_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=_WHAT):
        read_json(body)
