"""How a file of reports is read: what spreadsheets and editors write is understood, or refused with words that help."""

import json
from typing import Any

import pytest

from sixclear.common.bulk.items import Line, read_lines
from sixclear.tasks.reporting.schemas import BulkProgressItem

GOOD = {"external_id": "CV-1", "source": "import", "text": "Tiến độ", "percent": 10}
MOST = 1000


def written(**changes: Any) -> str:
    return json.dumps(GOOD | changes, ensure_ascii=False)


def one(body: bytes) -> Line[BulkProgressItem]:
    (line,) = read_lines(body, MOST, BulkProgressItem)
    return line


def why(body: bytes) -> str:
    """Why the only line of a file was refused."""
    problem = one(body).problem
    assert problem is not None
    return problem.detail


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_file_is_read_in_the_encoding_that_its_mark_names(encoding: str, end: str) -> None:
    line = one(f"{written()}{end}".encode(encoding))
    assert (line.number, line.problem) == (1, None)
    assert line.item is not None
    assert line.item.text == "Tiến độ"


def test_utf_16_whose_bytes_are_the_other_way_round_is_read() -> None:
    assert one(b"\xfe\xff" + written().encode("utf-16-be")).item is not None


@pytest.mark.parametrize("ends", [["\n", "\n"], ["\r\n", "\r\n"], ["\r\n", ""], ["\n\n", "\n \t\n"]])
def test_one_object_on_several_lines_is_one_item(ends: list[str]) -> None:
    text = json.dumps(GOOD, indent=2).replace("\n", ends[0]) + ends[1]
    line = one(text.encode())
    assert (line.number, line.problem) == (1, None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (written().encode("utf-16-le"), "not UTF-8"),
        (written(text="é").encode("cp1252"), "not UTF-8"),
        (b"external_id;source;text;percent", "A table (CSV)"),
        (b"external_id\tsource\ttext", "A table (CSV)"),
        (b"PK\x03\x04 workbook\nof many\nlines", "This is an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old\nworkbook", "This is an Excel workbook"),
        (b"// the week's reports", "does not begin with {"),
        (written().encode() + b",", "A comma stands after the object"),
        (b'{"external_id":"CV-1","source":"import","text":"x","percent":33,0}', "A number has a comma"),
        (b'{"percent": 33,0, "text":"x"}', "A number has a comma"),
        (written().encode() + written().encode(), "more follows after the object"),
        ((written() + "\u2028" + written()).encode(), "more follows after the object"),
        (written().replace("Tiến", "Ti\x0bến").encode(), "a control that does not show"),
        (b'{"text": "cut', "at character 10"),
        (b'{"text": "x"', "it ends before the object does"),
        (b"{", "it ends before the object does"),
        ("{“text”: 1}".encode(), "at character 2, a curly quotation mark"),
        ('{"text": „x“}'.encode(), "at character 10, a curly quotation mark"),
        ('{"text": "\ud83d"}'.encode("utf-16", "surrogatepass"), "half a character"),
        (b'{"percent": NaN}', "not JSON"),
        (b"[" + written().encode() + b",]", "not one JSON array at line 1"),
        (b"[\n" + written().encode() + b",\n", "not one JSON array at line 3"),
        (b"[" + written().encode() + b"]\n[" + written().encode() + b"]", "not one JSON array at line 2"),
        (b"[" * 100_000, "not one JSON array"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_stands_in_the_way(body: bytes, words: str) -> None:
    detail = why(body)
    assert words in detail
    assert detail.endswith("Write each item as one object on one line, and save the file as UTF-8.")


@pytest.mark.parametrize("blank", ["\u00a0", "\u3000", "\u200b", " \u200b\u00a0\t", "\ufeff", "\u2060"])
def test_a_line_of_which_nothing_shows_is_blank(blank: str) -> None:
    lines = read_lines(f"{blank}\n{written()}\n{blank}\n{written()}\n{blank}".encode(), MOST, BulkProgressItem)
    assert [(line.number, line.problem) for line in lines] == [(2, None), (4, None)]


@pytest.mark.parametrize("end", ["\x1a", "\n\x1a", "\r\n\x1a\r\n", "\x1a\x1a"])
@pytest.mark.parametrize("text", [written(), f"[{written()}]", json.dumps(GOOD, indent=1)])
def test_the_mark_by_which_dos_ends_a_text_is_left_out(text: str, end: str) -> None:
    assert one(f"{text}{end}".encode()).item is not None


def test_half_a_character_spoils_its_own_line_alone() -> None:
    text = "\n".join((written(), written(text="\ud83d"), written()))
    lines = read_lines(text.encode("utf-16", "surrogatepass"), MOST, BulkProgressItem)
    assert [line.problem is None for line in lines] == [True, False, True]


def test_a_name_that_is_not_known_is_told_before_the_one_that_is_missing() -> None:
    assert "no member of this name" in why(json.dumps({"Text": "x", "source": "a", "external_id": "b"}).encode())
    assert "no member of this name" in why(json.dumps({"items": [GOOD]}).encode())
    assert "the array alone" in why(json.dumps({"items": [GOOD]}).encode())


def test_of_a_broken_array_nothing_is_taken() -> None:
    body = f"[\n{written()},\n{written()}\n".encode()
    assert [(line.number, line.item) for line in read_lines(body, MOST, BulkProgressItem)] == [(1, None)]


def test_objects_on_several_lines_are_refused_line_by_line() -> None:
    text = json.dumps(GOOD, indent=1)
    lines = read_lines(f"{text}\n{text}\n".encode(), MOST, BulkProgressItem)
    assert len(lines) == 12
    assert {line.item for line in lines} == {None}


@pytest.mark.parametrize("levels", [65, 1_000, 100_000])
def test_what_is_nested_too_deeply_is_told_so_at_any_depth(levels: int) -> None:
    line = one(b'{"text":' + b"[" * levels + b"]" * levels + b"}")
    assert line.problem is not None
    assert line.problem.code == "invalid"
    assert line.problem.detail.startswith("At most 64 levels may be nested")


def test_a_name_twice_that_cannot_be_written_stops_no_other_line() -> None:
    bad, good = read_lines(b'{"\\ud800": 1, "\\ud800": 2}\n' + json.dumps(GOOD).encode(), MOST, BulkProgressItem)
    assert bad.problem is not None
    assert (bad.problem.pointer, good.problem) == ("#/\ufffd", None)
