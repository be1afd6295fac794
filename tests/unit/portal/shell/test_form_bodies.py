"""Bodies of forms in pieces of any size: texts are kept, photos are passed over, nothing grows without end."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from sixclear.portal.shell.form_bodies import FormBody, read_body

PLAIN = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"


def part(name: str, body: bytes, more: str = "") -> bytes:
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + body + b"\r\n"


async def read(content_type: str, body: bytes, piece: int = 1 << 16) -> FormBody:
    async def pieces() -> AsyncIterator[dict[str, Any]]:
        for start in range(0, len(body), piece):
            yield {"type": "http.request", "body": body[start : start + piece], "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}

    coming = pieces()
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", content_type.encode("latin-1"))]}
    return await read_body(Request(scope, coming.__anext__), 1_000)


@pytest.mark.asyncio
@pytest.mark.parametrize("piece", [1, 7, 1_000])
async def test_texts_are_read_whatever_the_pieces(piece: int) -> None:
    plain = await read(PLAIN, "title=Xin+ch%C3%A0o%21&text=a%0D%0Ab&empty=&text2=ơ".encode(), piece)
    assert plain.values == {"title": "Xin chào!", "text": "a\nb", "empty": "", "text2": "ơ"}
    assert plain.readable
    photo = part("photo", b"\xff\xd8\r\n--c\x00" * 30, '; filename="a.jpg"\r\nContent-Type: image/jpeg')
    parts = await read(PARTS, part("title", "Chào".encode()) + photo + part("text", b"a\r\nb") + b"--b--\r\n", piece)
    assert parts.values == {"title": "Chào", "text": "a\nb"}
    assert (parts.files, parts.readable, parts.cut) == (True, True, False)


@pytest.mark.asyncio
async def test_a_file_field_that_was_left_empty_is_no_file() -> None:
    empty = part("photo", b"", '; filename=""\r\nContent-Type: application/octet-stream')
    body = await read(PARTS, empty + part("text", b"a") + b"--b--\r\n")
    assert (body.values, body.files) == ({"text": "a"}, False)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"text":"a"}'),
        ("", b"text=a"),
        ("multipart/form-data", b"--b"),
        (f"multipart/form-data; boundary={'b' * 257}", b"--b"),
        (PARTS, b"no boundary at all"),
        (PARTS, b"--b\r\nbroken header\r\n\r\na\r\n--b--"),
        (PARTS, part("text", b"\xff\xfe") + b"--b--\r\n"),
        (PLAIN, b"text=%ff"),
        (PLAIN, b"text=%00"),
        (PLAIN, "&".join(f"f{n}=1" for n in range(41)).encode()),
    ],
)
async def test_what_cannot_be_read_is_no_error_of_the_page(content_type: str, body: bytes) -> None:
    assert not (await read(content_type, body)).readable


@pytest.mark.asyncio
@pytest.mark.parametrize("content_type", [PLAIN, PARTS])
async def test_a_text_without_end_is_cut_and_the_next_one_is_kept(content_type: str) -> None:
    long = "ơ".encode() * 700_000
    plain = b"text=" + long + b"&contact=a%40b"
    parts = part("text", long) + part("contact", b"a@b") + b"--b--\r\n"
    body = await read(content_type, plain if content_type == PLAIN else parts)
    assert body.values["contact"] == "a@b"
    assert len(body.values["text"]) == 262_144
    assert body.cut


@pytest.mark.asyncio
async def test_no_more_is_read_than_a_photo_may_have() -> None:
    body = await read(PARTS, part("photo", b"x" * 17_000_000, '; filename="a.jpg"'))
    assert (body.cut, body.values, body.files) == (True, {}, True)
