"""Requests spoiled in one place each: whatever stands there is the caller's mistake, never a server's error."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from fastapi import FastAPI

# Each has made some server fail: empty, blank, beyond a calendar, a column, a float or an encoding; another type.
WORDS = (
    *("", " ", "\x00", "\ud800", "\u202e", "%", "\n", "x" * 100_001, "9" * 400, "1e999", "http://["),
    *("0001-01-01", "9999-12-31", "2025-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *("00000000-0000-0000-0000-000000000000", "FREQ=DAILY;INTERVAL=0", "FREQ=YEARLY;COUNT=0"),
)
VALUES: tuple[Any, ...] = (*WORDS, None, True, -1, 2**63, 10**400, 1e308, float("nan"), [], {}, [None])
HEADERS: Mapping[str, tuple[str, ...]] = {
    "idempotency-key": ("", " ", "x", '"', "x" * 5_000, "\xff" * 20, '"key-000000000001"', "a" * 16 + "\t"),
    "if-match": ("", "*", '"', '"0.0"', '"1.1", "', "W/", '"99999999999999999999.1"', '"\xff"', "x" * 5_000),
    "if-none-match": ("", "*", '"', "W/", '"1.99999999999999999999"', "\xff"),
    "traceparent": ("", "x", f"00-{'0' * 32}-{'0' * 16}-00", f"ff-{'1' * 32}-{'1' * 16}-01", "\xff"),
    "tracestate": ("", "=", "a=b," * 200, "\xff"),
    "baggage": ("", "=", "a=%ZZ", "\xff"),
    "x-request-id": ("", " ", "x" * 5_000, "\xff", "a\tb"),
    "x-forwarded-for": ("", ",", "[", "[::1", "1.2.3.4:99999999", "\xff", "::ffff:1.2.3.4%eth0"),
    "accept-language": ("", ";", "vi;q=", "vi;q=1e999", "*;q=nan", "\xff"),
    "accept": ("", ";", "a/b;q=x", "\xff"),
    "content-type": ("", ";", "application/json;charset=\xff", "text/csv; header", "application/json;charset=utf-57"),
    "authorization": ("", "Bearer", "Bearer \xff", "Basic =", "Bearer a.b.c", "Bearer " + "x" * 9_000),
    "last-event-id": ("", "-1", "9" * 30, "\xff"),
}


def spoiled(body: Any) -> Iterator[tuple[str, bytes]]:
    """Every place of a JSON document spoiled in every way, one at a time: where, and the document's bytes.

    The bytes are what Python's `json` writes: also NaN and halves of a surrogate pair, which other writers refuse.
    """
    for path, kept in _places(body):
        for value in VALUES[len(WORDS) - 2 :] if isinstance(kept, dict | list) else VALUES:
            yield _pointer(path), json.dumps(_with(body, path, value)).encode()
        if path and isinstance(path[-1], str):
            yield f"no {_pointer(path)}", json.dumps(_without(body, path)).encode()
    for rubbish in (b"", b"\xff", b"\xef\xbb\xbf{}", b"{", b"[" * 5_000, b'{"a":' * 5_000, b'{"a": 1}' * 2):
        yield "all", rubbish


def spoiled_headers() -> Iterator[tuple[str, str]]:
    """A name and a value in Latin-1 that no well-behaved client sends, one at a time."""
    for name, values in HEADERS.items():
        for value in values:
            yield name, value


def raw_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as bytes: a client refuses some of these values as text."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


def described_reads(app: FastAPI) -> dict[str, list[tuple[str, str]]]:
    """Every path that answers a GET, with the place and name of its parameters; streams end by themselves only."""
    paths = app.openapi()["paths"]
    return {
        path: [(one["in"], one["name"]) for one in operations["get"].get("parameters", [])]
        for path, operations in paths.items()
        if "get" in operations and not path.endswith("/stream")
    }


async def reads_survive(
    http: httpx2.AsyncClient,
    reads: Mapping[str, Sequence[tuple[str, str]]],
    known: Mapping[str, str],
    headers: Mapping[str, str],
) -> None:
    """GET every path with every parameter spoiled, one at a time, and the first with spoiled headers: never a 5xx.

    `known` has a good value for each parameter that stands in a path.
    """
    for path, parameters in reads.items():
        for (place, name), word in product(parameters, WORDS):
            if place == "path":
                in_its_place = {**known, name: quote(word[:2_000], safe="", errors="surrogatepass")}
                await _survives(http, path.format(**in_its_place), headers)
            elif place == "query":
                query = urlencode({name: word[:2_000]}, errors="surrogatepass")
                await _survives(http, f"{path.format(**known)}?{query}", headers)
    for name, value in spoiled_headers():
        await _survives(http, next(iter(reads)), {**headers, name: value})


async def _survives(http: httpx2.AsyncClient, address: str, headers: Mapping[str, str]) -> None:
    response = await http.get(address, headers=raw_headers(headers))
    assert response.status_code < 500, f"{address} {headers}: {response.text[:2_000]}"


def _places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    yield path, body
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in inner:
        yield from _places(value, (*path, name))


def _with(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(body)
    _parent(changed, path)[path[-1]] = value
    return changed


def _without(body: Any, path: tuple[Any, ...]) -> Any:
    changed = copy.deepcopy(body)
    del _parent(changed, path)[path[-1]]
    return changed


def _parent(body: Any, path: tuple[Any, ...]) -> Any:
    for name in path[:-1]:
        body = body[name]
    return body


def _pointer(path: tuple[Any, ...]) -> str:
    return "#" + "".join(f"/{part}" for part in path)
