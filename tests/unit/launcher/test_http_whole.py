"""What is read of a request without the parser: only where the parser would read the same request and no more."""

import random

import httptools
import pytest

from sixclear.launcher.http_whole import posted_to

BODY = b'{"percent": 5}'
FIELDS = [
    b"Host: example.vn",
    b"Authorization: Bearer abc.def-_~",
    b"Content-Type: application/json",
    b"Content-Length: %d" % len(BODY),
    b"Idempotency-Key: 7-1",
    b"Connection: keep-alive",
]


def request(fields: list[bytes] = FIELDS, line: bytes = b"POST /api/toys/v1/7 HTTP/1.1", body: bytes = BODY) -> bytes:
    return b"\r\n".join([line, *fields, b"", body])


def test_a_plain_request_is_seen() -> None:
    assert posted_to(request()) == "/api/toys/v1/7"


ODD = {
    "another-method": request(line=b"GET /api/toys/v1/7 HTTP/1.1"),
    "a-query": request(line=b"POST /api?a=1 HTTP/1.1"),
    "an-escape": request(line=b"POST /api/%74oys HTTP/1.1"),
    "a-host-in-the-line": request(line=b"POST http://example.vn/api HTTP/1.1"),
    "http-1.0": request(line=b"POST /api HTTP/1.0"),
    "no-host": request(FIELDS[1:]),
    "two-hosts": request([*FIELDS, FIELDS[0]]),
    "no-length": request([FIELDS[0]]),
    "two-lengths": request([*FIELDS, FIELDS[3]]),
    "a-list-of-lengths": request([FIELDS[0], b"content-length: 14, 14"]),
    "a-signed-length": request([FIELDS[0], b"content-length: +14"]),
    "a-long-length": request([FIELDS[0], b"content-length: 00000000014"]),
    "chunks": request([*FIELDS, b"transfer-encoding: chunked"]),
    "waits-to-be-asked": request([*FIELDS, b"expect: 100-continue"]),
    "closes": request([*FIELDS[:5], b"connection: close"]),
    "upgrades": request([*FIELDS, b"upgrade: h2c"]),
    "a-strange-field": request([*FIELDS, b"x-strange: 1"]),
    "a-folded-field": request([*FIELDS, b" folded: 1"]),
    "a-space-before-the-colon": request([FIELDS[0], b"content-length : 14"]),
    "a-bare-line-feed": request([*FIELDS[:4], b"accept: a\nx-strange: 1"]),
    "a-bare-return": request([*FIELDS[:4], b"accept: a\rtransfer-encoding: chunked"]),
    "a-part": request()[:-1],
    "more-than-one": request() + request(),
    "a-byte-before": b"\r\n" + request(),
    "nothing": b"",
    "a-line": b"POST / HTTP/1.1\r\n",
}


@pytest.mark.parametrize("piece", ODD.values(), ids=ODD)
def test_anything_odd_is_for_the_parser(piece: bytes) -> None:
    assert posted_to(piece) is None


class _Seen:
    def __init__(self) -> None:
        self.urls: list[bytes] = []
        self.begun = self.ended = 0

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_url(self, url: bytes) -> None:
        self.urls.append(url)

    def on_message_complete(self) -> None:
        self.ended += 1


@pytest.mark.parametrize("seed", range(4))
def test_what_is_seen_is_one_whole_request_for_the_parser_too(seed: int) -> None:
    chance = random.Random(seed)
    pieces = [
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b":",
        b"0",
        b"content-length: 3\r\n",
        b"accept: x\r\n",
        b"\0",
        b"host: y\r\n",
    ]
    agreed = 0
    for _ in range(3_000):
        piece = bytearray(request(chance.sample(FIELDS, len(FIELDS))))
        for _ in range(chance.randrange(3)):
            place = chance.randrange(len(piece))
            piece[place : place + chance.randrange(2)] = chance.choice(pieces)
        path = posted_to(bytes(piece))
        if path is None:
            continue
        seen = _Seen()
        try:
            httptools.HttpRequestParser(seen).feed_data(bytes(piece))
        except httptools.HttpParserError:
            continue  # it would be refused, and its connection end
        assert (seen.begun, seen.ended, b"".join(seen.urls).decode()) == (1, 1, path)
        agreed += 1
    assert agreed > 500
