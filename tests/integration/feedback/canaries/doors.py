"""The doors of a service that take words, read off its own description; and a client that speaks through them.

A new route is a door by itself: as soon as the story of the examples asks for it, it is spoken through; until then the
test fails by its name.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx2
import orjson
from fastapi import FastAPI
from tests.integration.feedback.canaries.kinds import EMAIL, NAME, PHONE, forms
from tests.integration.feedback.conftest import Service

from sixclear.common.testing.operations import Operations
from sixclear.common.visitor import trusted_networks
from sixclear.common.web.visitor import VisitorEdge

Path = tuple[str, ...]
Door = tuple[str, Path]
_WORDS = ("line", "lines")
# Fields that take what they are made for alone.
_MADE_FOR = {"email": EMAIL, "phone": PHONE}
# What shows which body's own public words stand where; it looks like nobody's data.
PUBLIC_WORD = "lờicôngkhai"
REGISTER_WORD = "lờitrongsổ"
# Words that a body writes to be read by all, and a register of experts: they stand in clear, each in its tables.
IN_CLEAR: Mapping[str, str] = {
    "releasePublication": PUBLIC_WORD,
    "wordProposal": PUBLIC_WORD,
    "writeAnswerTemplate": REGISTER_WORD,
    "registerReviewer": REGISTER_WORD,
    "describeReviewer": REGISTER_WORD,
}
# Why an answer is corrected; answers to campaigns correct none, and inherit the field.
_REFUSED = {("draftCampaignAnswer", ("correction_reason",))}
# By these an expert is recognised, and a house of mail compared: another word would be another expert.
_RECOGNISED = {"person", "position", "email_domain"}


@dataclass(frozen=True)
class Leaf:
    """A text in a request: where it stands, and what its description says of it."""

    path: Path
    schema: Mapping[str, Any]

    @property
    def takes_words(self) -> bool:
        """Whether people write here what they like; else a code, a name of a list, an instant."""
        return self.schema.get("format") in _WORDS or self.path[-1] in _MADE_FOR


class Doors:
    """Every text of every request that a description has."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.operations = Operations(document)
        self._schemas = document["components"]["schemas"]
        self.bodies = {
            operation["operationId"]: list(self._leaves_of_body(operation)) for *_, operation in self.operations.listed
        }

    def taking_words(self) -> set[Door]:
        """Each operation and field of its body in which people write what they like."""
        return {
            (name, leaf.path)
            for name, leaves in self.bodies.items()
            for leaf in leaves
            if leaf.takes_words and leaf.path[-1] not in _RECOGNISED and (name, leaf.path) not in _REFUSED
        }

    def _leaves_of_body(self, operation: Mapping[str, Any]) -> Iterator[Leaf]:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield from self._leaves(content["schema"], ())

    def _leaves(self, schema: Mapping[str, Any], path: Path) -> Iterator[Leaf]:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        for way in ("anyOf", "oneOf", "allOf"):
            for part in schema.get(way, ()):
                yield from self._leaves(part, path)
        for name, part in schema.get("properties", {}).items():
            yield from self._leaves(part, (*path, name))
        if "items" in schema:
            yield from self._leaves(schema["items"], (*path, "[]"))
        if schema.get("type") == "string":
            yield Leaf(path, schema)


@dataclass
class Asked:
    """A request that was accepted, so that it can be sent again with something else in it."""

    method: str
    url: str
    headers: dict[str, str]
    body: Any


class Speaking(httpx2.AsyncClient):
    """Puts data of some kinds, in all their forms, into every field that takes words; remembers through which doors."""

    def __init__(self, service: Service, *said: str) -> None:
        app = VisitorEdge(service.app, trusted_networks("127.0.0.1"))
        super().__init__(
            transport=httpx2.ASGITransport(app=app),
            base_url="http://sixclear.test",
            event_hooks={"response": [*service.http.event_hooks["response"], self._note]},
        )
        self.doors = Doors(cast(FastAPI, service.app).openapi())
        self.spoken: set[Door] = set()
        self.accepted: dict[str, Asked] = {}
        self.answers: list[httpx2.Response] = []
        self._said = said
        self._issuer = service.issuer
        self._speaks: dict[int, set[Path]] = {}

    def build_request(self, method: str, url: Any, *, json: Any = None, **options: Any) -> httpx2.Request:
        """The request, with the words in it."""
        if json is None:
            return super().build_request(method, url, **options)
        request = super().build_request(method, url, json=json, **options)
        operation = self.doors.operations.asked(request)
        if operation is None:
            return request
        name, spoken = operation["operationId"], set[Path]()
        leaves = {leaf.path: leaf for leaf in self.doors.bodies[name] if leaf.takes_words}
        filled = _filled(json, (), lambda path, said: self._put(name, leaves.get(path), said, spoken))
        request = super().build_request(method, url, json=filled, **options)
        self._speaks[id(request)] = spoken
        return request

    def in_a_form(self, operation: str, field: str, said: str) -> str:
        """What a form says in a field, with the words in it; the form must be accepted."""
        spoken = set[Path]()
        leaf = next(leaf for leaf in self.doors.bodies[operation] if leaf.path == (field,))
        filled = self._put(operation, leaf, said, spoken)
        self.spoken |= {(operation, path) for path in spoken}
        return filled

    def signed_again(self, authorization: str) -> str:
        """A token like that of a header, for now: the clock went on since."""
        claims = orjson.loads(urlsafe_b64decode(authorization.split(".")[1] + "=="))
        kept = {name: value for name, value in claims.items() if name not in ("iat", "exp", "jti", "iss", "aud")}
        kept["client_id"] = kept["sub"] if "client_id" not in kept else kept["client_id"]
        return self._issuer.token(*kept.pop("scope").split(), **kept)

    def _put(self, operation: str, leaf: Leaf | None, said: str, spoken: set[Path]) -> str:
        if leaf is None or leaf.path[-1] in _RECOGNISED:
            return said
        spoken.add(leaf.path)
        if leaf.path[-1] in _MADE_FOR:
            return _MADE_FOR[leaf.path[-1]]
        words = [IN_CLEAR[operation]] if operation in IN_CLEAR else [form for one in self._said for form in forms(one)]
        if leaf.path[-1] == "name" and operation not in IN_CLEAR:
            words = [NAME]
        for word in words:
            if len(said) + 1 + len(word) <= leaf.schema["maxLength"]:
                said = f"{said} {word}"
        return said

    async def _note(self, response: httpx2.Response) -> None:
        await response.aread()
        self.answers.append(response)
        request = response.request
        operation = self.doors.operations.asked(request)
        if operation is None or not response.is_success:
            return
        name = operation["operationId"]
        self.spoken |= {(name, path) for path in self._speaks.pop(id(request), ())}
        body = _json_of(request)
        self.accepted.setdefault(name, Asked(request.method, str(request.url), dict(request.headers), body))


def _json_of(request: httpx2.Request) -> Any:
    """The body; a form with a file has none that could be filled again, and is tried by tests of its own."""
    is_json = request.content and request.headers["Content-Type"].startswith("application/json")
    return orjson.loads(request.content) if is_json else None


def _filled(body: Any, path: Path, put: Callable[[Path, str], str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, (*path, name), put) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, (*path, "[]"), put) for value in body]
    return put(path, body) if isinstance(body, str) else body
