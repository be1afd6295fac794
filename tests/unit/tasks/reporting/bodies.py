"""Made-up bodies of progress reports: good ones, odd ones, broken ones, and what only looks like one of them."""

import json
import random

_GOOD = ["Đang làm", "x", "é", "a\nb\r\nc", "  a   b ", "\U0001f600", "back\\slash", "x" * 10_000]
_TEXTS = ["", " ", "\n", "e\u0301", "\u200b", "a\x00b", "\x07", "\ud800", 'say "so"', "\\", '\\"', "\u2028", "Ð", "ｗ"]
_TEXTS += ["x" * 10_001, "\ufeff", "\x7f", "//", "1", "null", *_GOOD]
_NUMBERS = ["0", "1", "100", "101", "-1", "-0", "50.0", "50.5", "1e1", "1E2", "1e400", "01", "+1", "1.", ".5", "NaN"]
_NUMBERS += [
    "-Infinity",
    "9" * 5000,
    "4294967296",
    "18446744073709551616",
    "0.0",
    "-0.0",
    "100.0000000000000001",
    "1e0",
]
_NUMBERS += ["1e0", "true", "false", "null", '"50"']
_OTHERS = ["null", "[]", "{}", "[1]", '{"a":1}', "true", "7", '"2025-12-04T17:00:00+07:00"', '"2025-12-04"', '""']
_NAMES = [
    "text",
    "percent",
    "difficulty",
    "cause",
    "remedy",
    "occurred_at",
    "expected_on",
    "Text",
    "more",
    "te\\u0078t",
    "",
]
_WEIGHTS = [40, 30, 10, 10, 10, 2, 2, 1, 1, 1, 1]
_BLANKS = ["", "", "", "", "", "", " ", "\n", "\t", "\r\n ", "\u00a0", "\x0b", "\x00"]


def body(rng: random.Random) -> bytes:
    """One body."""
    if rng.random() < 0.1:
        return rng.choice(
            [b"", b"{", b"}", b"[]", b"null", b'"text"', b'{"text"}', b'{"text":}', b'{"text":"a",}', b"\xff", b"{}{}"]
        )
    names = rng.choices(_NAMES, _WEIGHTS, k=rng.randrange(1, 5))
    if rng.random() < 0.9:
        names = list(dict.fromkeys(["text", *names]))
    rng.shuffle(names)
    blank = rng.choice(_BLANKS)
    members = [f'{blank}"{name}"{blank}:{blank}{_value(rng, name)}' for name in names]
    content = ("{" + ",".join(members) + "}" + blank).encode("utf-8", "surrogatepass")
    return _spoiled(rng, content) if rng.random() < 0.15 else content


def _value(rng: random.Random, name: str) -> str:
    if rng.random() < 0.05:
        return rng.choice(_OTHERS)
    if name == "percent":
        return rng.choice(_NUMBERS) if rng.random() < 0.4 else str(rng.randrange(101))
    text = rng.choice(_TEXTS if rng.random() < 0.2 else _GOOD)
    if rng.random() < 0.05:
        return f'"{text}"'  # as it stands: a control, or a quotation mark that ends it
    return json.dumps(text, ensure_ascii=rng.random() < 0.5)


def _spoiled(rng: random.Random, content: bytes) -> bytes:
    place = rng.randrange(len(content))
    how = rng.randrange(5)
    if how == 0:
        return content[:place]
    if how == 1:
        return b"\xef\xbb\xbf" + content
    if how == 2:
        return content[:place] + bytes([rng.randrange(256)]) + content[place + 1 :]
    if how == 3:
        return content.decode("utf-8", "replace").encode("utf-16")
    return content[:place] + rng.choice([b"\\", b'"', b",", b"/*a*/", b"\\u0022"]) + content[place:]
