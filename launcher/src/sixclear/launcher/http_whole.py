"""A request that came whole in one piece, seen without the parser: what is refused anyway need not be parsed.

It is taken only where nothing about its end can be doubted: fields with names from a list, each as clients write them,
and a length that fits to the byte. Any other piece is for the parser.
"""

import re

_LINE = re.compile(rb"POST (/[A-Za-z0-9/_-]+) HTTP/1\.1")
# Fields that say nothing of where a request ends or of what becomes of its connection.
_HARMLESS = frozenset(
    {
        *(b"authorization", b"content-type", b"idempotency-key", b"if-match", b"accept", b"accept-encoding"),
        *(b"accept-language", b"user-agent", b"x-request-id", b"traceparent", b"tracestate"),
        *(b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port", b"x-real-ip"),
    }
)
_DIGITS = 5


def posted_to(piece: bytes) -> str | None:
    """The path of the one POST of HTTP/1.1 that `piece` holds from its first byte to its last; None for all else."""
    head, _, body = piece.partition(b"\r\n\r\n")
    first, *fields = head.split(b"\r\n")
    line = _LINE.fullmatch(first)
    if line is None or head.count(b"\n") != len(fields) or head.count(b"\r") != len(fields):
        return None
    length = host = None
    for field in fields:
        name, _, value = field.partition(b": ")
        name = name.lower()
        if name == b"content-length" and length is None and len(value) <= _DIGITS and value.isdigit():
            length = int(value)
        elif name == b"host" and host is None:
            host = value
        elif name not in _HARMLESS and (name, value) != (b"connection", b"keep-alive"):
            return None
    return line[1].decode() if host is not None and length == len(body) else None
