"""A file is cut into its items while it arrives, however it is parted, and is never held as a whole."""

import json
import tracemalloc
from collections.abc import Iterable, Iterator

import pytest

from sixclear.common.bulk.split import LONGEST_ITEM, Splitter
from sixclear.common.errors import MalformedRequest

ITEMS = [{"text": 'a "b" \\ [c], {d}\n'}, {"text": "Tiến độ", "of": [1, [2, {"three": "]"}]]}, {}, {"n": -1.5}]


def cut(parts: Iterable[bytes]) -> list[tuple[int | None, bytes | None]]:
    splitter, found = Splitter(), []
    for part in parts:
        found += [(piece.line, piece.raw) for piece in splitter.feed(part)]
    return found + [(piece.line, piece.raw) for piece in splitter.end()]


def said(found: list[tuple[int | None, bytes | None]]) -> list[object]:
    return [None if raw is None else json.loads(raw) for _, raw in found]


def parted(body: bytes, size: int) -> Iterator[bytes]:
    return (body[begin : begin + size] for begin in range(0, len(body), size))


def padded(item: object, length: int) -> bytes:
    return json.dumps(item).encode() + b" " * length


# Pads make a file longer than what is looked at together, so that each end of a piece falls somewhere else.
@pytest.mark.parametrize("pad", [0, 21_800, 65_530, 70_001])
@pytest.mark.parametrize("size", [1_000, 65_537])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_are_items_wherever_the_file_is_parted(pad: int, size: int, end: bytes) -> None:
    lines = [padded(item, pad) for item in ITEMS]
    found = cut(parted(b"\xef\xbb\xbf" + end + end.join([*lines[:2], b" ", *lines[2:], b"", b"\x1a"]), size))
    assert (said(found), [line for line, _ in found]) == (ITEMS, [2, 3, 5, 6])


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_sign_by_which_dos_ends_a_text_belongs_to_no_item(end: bytes) -> None:
    assert said(cut([b'{"n": 1}\r\n{"n": 2}', end, b"\x1a"])) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize("pad", [0, 21_800, 65_530, 70_001])
@pytest.mark.parametrize("size", [1_000, 65_537])
@pytest.mark.parametrize("indent", [None, 2])
def test_the_elements_of_an_array_are_items(pad: int, size: int, indent: int | None) -> None:
    items = [*ITEMS, 7, "x" * pad, [*ITEMS]]
    body = b"\n " + json.dumps(items, indent=indent, ensure_ascii=False).encode() + b"\n"
    found = cut(parted(body, size))
    assert (said(found), {line for line, _ in found}) == (items, {None})


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_file_is_cut_in_the_encoding_that_its_mark_names(encoding: str) -> None:
    body = "\n".join(json.dumps(item, ensure_ascii=False) for item in ITEMS * 5_000).encode(encoding)
    assert said(cut(parted(body, 4_099))) == ITEMS * 5_000


@pytest.mark.parametrize(
    "body", [b"[1, 2", b"[1] 2", b"[1] x", b"[1, 2]]", b"[,1]", b"[1,]", b"[1][2]", b'["x]', b"[] []", b"PK\x03\x04x"]
)
def test_what_begins_as_an_array_and_is_none_is_refused_whole(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        cut([body])


@pytest.mark.parametrize("body", [b"", b"\n \r\n", b"[]", b" [ ] \n", b"\xef\xbb\xbf"])
def test_an_empty_file_has_no_items(body: bytes) -> None:
    assert cut([body]) == []


@pytest.mark.parametrize("array", [True, False])
@pytest.mark.parametrize("inside", [b"x", b'\\"', b"\\\\"])
def test_an_item_that_is_too_long_is_left_out_and_the_next_ones_are_read(inside: bytes, array: bool) -> None:
    long = b'{"text": "' + inside * (3 * LONGEST_ITEM // len(inside)) + b'"}'
    parts = [b'{"a": 1}', long, b'{"b": 2}', b'["' + b"y" * LONGEST_ITEM + b'", 5]', b"3"]
    body = b"[" + b",".join(parts) + b"]" if array else b"\n".join(parts)
    assert said(cut(parted(body, 50_000))) == [{"a": 1}, None, {"b": 2}, None, 3]


@pytest.mark.parametrize("array", [True, False])
def test_two_hundred_megabytes_are_cut_in_the_memory_of_a_few(array: bool) -> None:
    item = json.dumps({"source": "import", "external_id": "CV-1", "text": "Tiến độ " * 400}).encode()
    times = 200 * 1024 * 1024 // len(item)
    part = (item + (b"," if array else b"\n")) * 10
    splitter, found = Splitter(), 0
    tracemalloc.start()
    try:
        found += sum(1 for _ in splitter.feed(b"[" if array else b"\n"))
        for _ in range(times // 10):
            found += sum(1 for _ in splitter.feed(part))
        found += sum(1 for _ in splitter.feed(item + (b"]" if array else b"")))
        found += sum(1 for _ in splitter.end())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found == times // 10 * 10 + 1
    assert peak < 4 * 1024 * 1024, f"{peak:,} bytes"
