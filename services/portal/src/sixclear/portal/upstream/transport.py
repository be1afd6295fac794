"""Sends the portal's calls: within a page's patience, for one visitor or for all, and with four ways to fail.

A call returns its answer, or raises `PageNotFound` (404), `Refused` (another 4xx), `FiguresRefused` (counters and
records differ, so asking again does not help) or `ServiceAway` (no answer in time, a fault of the service, or an
answer that cannot be read). `ServiceAway` carries the last known answer where it outlasts its service. A service that
let a page wait in vain is not asked for a moment (`waiting.py`), so that the next reader does not wait; what a visitor
sends always is.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from time import monotonic, perf_counter
from typing import Any, cast
from urllib.parse import quote

import httpx2

from sixclear.portal.errors import FieldProblem, FiguresRefused, PageNotFound, Refused, ServiceAway
from sixclear.portal.upstream.answer import Model, Operation
from sixclear.portal.upstream.cache import AnswerCache
from sixclear.portal.upstream.last_known import LastKnown
from sixclear.portal.upstream.metrics import UPSTREAM_SECONDS
from sixclear.portal.upstream.versions import Version, Versions, digest_of
from sixclear.portal.upstream.waiting import Circuit, Patience

Query = Mapping[str, str | int | None]

# What is true now may be a second old.
LIVE_SECONDS = 1.0
# For each piece of a file, and for what is made of it when it is whole.
_FILE_SECONDS = 200.0


@dataclass(frozen=True, slots=True)
class Connections:
    """What all visitors share: one client per service, made at its first call, and what is kept of answers.

    What visitors chose has a place of its own, `known_to_visitors`, so that it never pushes out what every page shows.
    """

    http: Callable[[str], httpx2.AsyncClient]
    timeout_seconds: float
    cache: AnswerCache
    known: LastKnown
    known_to_visitors: LastKnown
    versions: Versions
    monotonic: Callable[[], float] = monotonic
    clients: dict[str, httpx2.AsyncClient] = field(default_factory=dict)
    circuits: dict[str, Circuit] = field(default_factory=dict)

    def client(self, service: str) -> httpx2.AsyncClient:
        """The client of `service`."""
        if service not in self.clients:
            self.clients[service] = self.http(service)
        return self.clients[service]

    def circuit(self, service: str) -> Circuit:
        """Whether `service` is asked just now."""
        return self.circuits.setdefault(service, Circuit(self.monotonic))

    async def close(self) -> None:
        """Gives up the calls that are on their way and closes every client."""
        await self.cache.close()
        clients = list(self.clients.values())
        self.clients.clear()
        for client in clients:
            await client.aclose()


@dataclass(frozen=True, slots=True)
class Transport:
    """Calls for `visitor`, whose address services count by; without one, in the portal's own name.

    `shared` answers are asked in the portal's own name and given to every visitor. `patience` is the page's.
    """

    connections: Connections
    visitor: str | None = None
    shared: bool = True
    patience: Patience | None = None
    # Of who is signed in, for `signed` alone; not in its `repr`, which may be written into a log.
    token: str | None = field(default=None, repr=False)

    async def signed(
        self,
        operation: Operation[Model],
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        **path: object,
    ) -> Model:
        """An answer for the person who is signed in: asked for each time, kept nowhere, given to no one else."""
        self._require_visitor()
        if self.token is None:
            raise RuntimeError("What a person reads or does is asked by that person's token: use signed_in().")
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Idempotency-Key": key} if key else {})
        return _read(operation, await self._request(operation, path, query=query, body=body, headers=headers))

    async def get(self, operation: Operation[Model], query: Query | None = None, **path: object) -> Model:
        """An answer that is asked for each time. `path` fills the places in the operation's path."""
        question = _question(operation, path, query)
        return await self._within(question, operation, self._answer(question, operation, path, query))

    async def kept(self, operation: Operation[Model], query: Query, seconds: float = LIVE_SECONDS) -> Model:
        """An answer that is at most `seconds` old; callers that come while it is on its way wait for the same one."""
        asker = Transport(self.connections) if self.shared else self
        question = _question(operation, {}, query)
        key = (asker.visitor, question)
        answer = self.connections.cache.get(key, seconds, lambda: asker._answer(question, operation, {}, query))
        return await self._within(question, operation, answer)

    async def post(
        self,
        operation: Operation[Model],
        body: Mapping[str, Any],
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        **path: object,
    ) -> Model:
        """Sends `body` for the visitor; the same key and body are one request, however often they are sent."""
        self._require_visitor()
        headers = {**(headers or {}), **({"Idempotency-Key": key} if key else {})}
        return _read(operation, await self._request(operation, path, body=body, headers=headers))

    async def send_file(
        self, operation: Operation[Model], texts: Mapping[str, str], name: str, content: AsyncIterator[bytes]
    ) -> None:
        """Sends a form with a file for the visitor, while it comes. A file may take minutes, which no figure counts."""
        self._require_visitor()
        boundary = token_hex(16)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"} | self._asked_for
        try:
            response = await self.connections.client(operation.service).request(
                operation.method,
                operation.path,
                content=_form(boundary, texts, name, content),
                headers=headers,
                timeout=_FILE_SECONDS,
            )
        except (httpx2.HTTPError, OSError) as error:
            raise ServiceAway(operation.service) from error
        _check(operation.service, response)

    async def read_file(self, operation: Operation[Model], body: Mapping[str, Any], **path: object) -> httpx2.Response:
        """A file for the visitor, to be read and closed by the caller."""
        self._require_visitor()
        client = self.connections.client(operation.service)
        request = client.build_request(
            operation.method, _filled(operation, path), json=body, headers=self._asked_for, timeout=_FILE_SECONDS
        )
        try:
            response = await client.send(request, stream=True)
            if not response.is_success:
                await response.aread()
        except (httpx2.HTTPError, OSError) as error:
            raise ServiceAway(operation.service) from error
        _check(operation.service, response)
        return response

    def _require_visitor(self) -> None:
        if self.visitor is None:
            raise RuntimeError("What a visitor writes is sent for that visitor: use asking_for().")

    @property
    def _asked_for(self) -> dict[str, str]:
        return {"X-Forwarded-For": self.visitor} if self.visitor is not None else {}

    async def _answer(
        self, question: Hashable, operation: Operation[Model], path: Mapping[str, object], query: Query | None
    ) -> Model:
        """A new answer; one that outlasts its service is the last known one from now on."""
        if not self.connections.circuit(operation.service).passes():
            raise ServiceAway(operation.service)
        versions = self.connections.versions
        before = versions.find(question)
        try:
            tag = versions.tag(before)
            headers = {"If-None-Match": tag} if tag else {}
            response = await self._request(operation, path, query=query, headers=headers)
            answer = self._newest(question, operation, response, before)
        except (PageNotFound, Refused, FiguresRefused):
            versions.forget(question)
            self.connections.known.forget(question)
            self.connections.known_to_visitors.forget(question)
            raise
        if operation.outlasts:
            self._known.keep(question, answer)
        return answer

    async def _within(self, question: Hashable, operation: Operation[Model], answer: Awaitable[Model]) -> Model:
        """`answer` if it comes within the page's patience; what is asked for all goes on for those who come later."""
        service = operation.service
        circuit = self.connections.circuit(service)
        since = self.connections.monotonic()
        seconds = self.patience.left(service) if self.patience else None
        try:
            async with asyncio.timeout(0.0 if circuit.paused else seconds):
                return await answer
        except TimeoutError:
            if not circuit.paused:
                circuit.did_not_answer(since)
        except ServiceAway:
            pass
        if self.patience:
            self.patience.gave_up(service)
        known = self._known.find(question)
        if known is None:
            raise ServiceAway(service)
        raise ServiceAway(service, known.answer, known.known_at)

    def _newest(
        self, question: Hashable, operation: Operation[Model], response: httpx2.Response, before: Version | None
    ) -> Model:
        """What `response` says; the object of before where it says the same, as 304 does."""
        versions = self.connections.versions
        body = response.content
        if before is not None and response.status_code == 304:
            return cast(Model, versions.holds(question, before))
        same = before is not None and digest_of(body) == before.digest
        answer = before.answer if before is not None and same else _read(operation, response)
        return cast(Model, versions.keep(question, answer, response.headers.get("etag"), body))

    @property
    def _known(self) -> LastKnown:
        own = self.shared or self.visitor is None
        return self.connections.known if own else self.connections.known_to_visitors

    async def _request(
        self,
        operation: Operation[Model],
        path: Mapping[str, object],
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        started = perf_counter()
        service, outcome = operation.service, "away"
        circuit, since = self.connections.circuit(service), self.connections.monotonic()
        try:
            # The client's own limit is for each read: a service that sends byte by byte would never reach it.
            async with asyncio.timeout(self.connections.timeout_seconds):
                response = await self.connections.client(service).request(
                    operation.method,
                    _filled(operation, path),
                    params={name: value for name, value in (query or {}).items() if value not in (None, "")},
                    json=body,
                    headers={**(headers or {}), **self._asked_for},
                    timeout=self.connections.timeout_seconds,
                )
            circuit.answered()
            _check(service, response)
            outcome = "ok"
            return response
        except (PageNotFound, Refused, FiguresRefused):
            outcome = "refused"
            raise
        except (httpx2.TimeoutException, TimeoutError) as error:
            circuit.did_not_answer(since)
            raise ServiceAway(service) from error
        except (httpx2.HTTPError, OSError) as error:
            raise ServiceAway(service) from error
        finally:
            UPSTREAM_SECONDS.labels(service, outcome).observe(perf_counter() - started)


async def _form(
    boundary: str, texts: Mapping[str, str], name: str, content: AsyncIterator[bytes]
) -> AsyncGenerator[bytes]:
    """A form as browsers write it, its file last."""
    for field_name, text in texts.items():
        yield f'--{boundary}\r\nContent-Disposition: form-data; name="{field_name}"\r\n\r\n{text}\r\n'.encode()
    plain = name.translate({ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"})
    yield f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n\r\n'.encode()
    async for piece in content:
        yield piece
    yield f"\r\n--{boundary}--\r\n".encode()


def _filled(operation: Operation[Model], path: Mapping[str, object]) -> str:
    return operation.path.format_map({name: quote(str(value), safe="") for name, value in path.items()})


def _question(operation: Operation[Model], path: Mapping[str, object], query: Query | None) -> Hashable:
    """All that an answer depends on beside the visitor who asks, and how it is read."""
    named = sorted((name, value) for name, value in (query or {}).items() if value not in (None, ""))
    return (operation.answer, operation.service, _filled(operation, path), *named)


def _check(service: str, response: httpx2.Response) -> None:
    if response.status_code == 304:
        return
    if response.status_code == 404:
        missing = _refusal(response)
        raise PageNotFound(missing.code, missing.problems)
    if 400 <= response.status_code < 500:
        raise _refusal(response)
    if not response.is_success:
        raise FiguresRefused if _problem(response).get("code") == FiguresRefused.code else ServiceAway(service)


def _problem(response: httpx2.Response) -> dict[str, Any]:
    """What the body says of the error; nothing where it is not a problem that can be read."""
    try:
        problem = response.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _refusal(response: httpx2.Response) -> Refused:
    problem = _problem(response)
    errors = [error for error in problem.get("errors") or [] if isinstance(error, dict)]
    problems = [FieldProblem(_place(error), str(error.get("code", ""))) for error in errors]
    return Refused(response.status_code, str(problem.get("code", "refused")), problems)


def _place(error: dict[str, Any]) -> str:
    """The field of the body, or the parameter of the address, that an error is of."""
    return str(error.get("pointer") or error.get("parameter", "")).removeprefix("#/")


def _read(operation: Operation[Model], response: httpx2.Response) -> Model:
    try:
        return operation.answer.model_validate(response.json())
    except ValueError as error:
        raise ServiceAway(operation.service) from error
