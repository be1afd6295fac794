"""The same data where no words belong: in paths, queries, headers, codes, keys of JSON, and bodies that are none."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from zlib import crc32

from tests.integration.feedback.canaries.doors import Asked, Leaf, Path, Speaking
from tests.integration.feedback.canaries.kinds import folded, forms

# A caller's own name for a request is for the log, if it is one; what is none is not taken (`common.web.edge`).
_NAMES_OF_REQUESTS = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_HEADERS = ("accept-language", "user-agent", "referer", "cookie", "origin", "baggage", "tracestate", "traceparent")
# Codes of lists that everyone reads. What a desk calls a programme is published, what a sender calls one stands with
# the case in clear; the fields of an expert stand in the register (docs/threat-model.md).
_CODES_IN_CLEAR = {"programme", "fields"}
_OURS = ("authorization", "content-type", "idempotency-key")


async def everything_is_asked_wrongly(http: Speaking, said: str) -> int:
    """Each accepted request again, with `said` in each place in turn; how many were sent. None may fail by itself."""
    count = 0
    for name, asked in sorted(http.accepted.items()):
        described = next(one for one in http.doors.operations.listed if one[3]["operationId"] == name)
        for method, url, headers, content in _wrong_ones(http, described[2], described[3], asked, said):
            count += 1
            # Each from an address of its own: a limit for one address must not answer before the route does.
            origin = {b"x-forwarded-for": f"198.18.{count >> 8 & 255}.{count & 255}".encode()}
            response = await http.request(method, url, headers=list((origin | headers).items()), content=content)
            assert response.status_code < 500, f"{method} {url}: {response.text}"
    return count


def _wrong_ones(
    http: Speaking, path: str, operation: dict[str, Any], asked: Asked, said: str
) -> Iterator[tuple[str, str, dict[bytes, bytes], bytes | None]]:
    kept = {name.encode(): asked.headers[name].encode() for name in _OURS if name in asked.headers}
    if b"authorization" in kept:
        kept[b"authorization"] = f"Bearer {http.signed_again(asked.headers['authorization'])}".encode()
    content = None if asked.body is None else json.dumps(asked.body).encode()
    in_path = re.findall(r"\{(\w+)\}", path)
    for name in in_path:
        address = re.sub(rf"\{{{name}\}}", quote(said, safe=""), path)
        yield asked.method, re.sub(r"\{\w+\}", "x", address), kept, content
    queries = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
    for name in (*queries, "q", said):
        for form in _codes(said):
            yield asked.method, f"{asked.url.partition('?')[0]}?{quote(name)}={quote(form)}", kept, content
    everywhere = {name.encode(): said.encode() for name in _HEADERS}
    yield asked.method, asked.url, kept | everywhere, content
    yield asked.method, asked.url, kept | {b"authorization": b"Bearer " + said.encode()}, content
    if not _NAMES_OF_REQUESTS.fullmatch(said):
        yield asked.method, asked.url, kept | {b"x-request-id": said.encode()}, content
    if asked.body is None:
        return
    for form in _codes(said):
        # Keys are made by programs, and end in something by chance: of the whole a bare hash is kept for a day.
        keyed = f"{form}-0f5f3a52-2a1c".encode()
        yield asked.method, asked.url, kept | {b"idempotency-key": keyed, b"if-match": b'"' + keyed + b'"'}, content
    for body in _wrong_bodies(http.doors.bodies[operation["operationId"]], asked.body, said):
        # A key of its own: the former answer must not be given again.
        key = {b"idempotency-key": f"wrongly-{crc32(body):016x}".encode()}
        yield asked.method, asked.url, kept | key, body


def _wrong_bodies(leaves: list[Leaf], body: Any, said: str) -> Iterator[bytes]:
    for leaf in leaves:
        if leaf.takes_words and leaf.path[-1] not in ("email", "phone"):
            # Too long, and a kind of value that it is not: what is refused must not be repeated.
            for value in (said * 2_000, [said], {said: said}):
                yield json.dumps(_with(body, leaf.path, value)).encode()
        else:
            for form in _codes(said):
                if not _CODES_IN_CLEAR & set(leaf.path) or not re.fullmatch(leaf.schema["pattern"], form):
                    yield json.dumps(_with(body, leaf.path, form)).encode()
    yield json.dumps(body | {said: said}).encode()
    yield json.dumps(said).encode()
    yield said.encode("utf-16")
    yield b'{"text": "' + said.encode()


def _codes(said: str) -> list[str]:
    """As it is, with blanks of no width, and as a code can hold it."""
    code = re.sub(r"[^a-z0-9]+", "-", folded(said)).strip("-")
    return [said, forms(said)[-1], code]


def _with(body: Any, path: Path, value: Any) -> Any:
    """The body with a value at a path; what is not there is made."""
    made = copy.deepcopy(body)
    place = made
    for name, after in zip(path, (*path[1:], None), strict=True):
        key: Any = 0 if name == "[]" else name
        if isinstance(place, list) and not place:
            place.append({})
        if after is None:
            place[key] = value
            break
        if isinstance(place, dict) and not isinstance(place.get(key), dict | list):
            place[key] = [] if after == "[]" else {}
        place = place[key]
    return made
