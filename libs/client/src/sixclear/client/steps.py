"""Calls as steps, without a connection: what is sent next, how long to wait, what came of it.

Each call is a generator that yields a request or a pause; `Client` and `AsyncClient` only carry these out.
"""

import base64
import random
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote_plus
from uuid import uuid4

import httpx2
import orjson

from sixclear.client.problems import NotReached, Problem, problem_of
from sixclear.client.results import BulkAnswer, Event, Json, LogPage
from sixclear.client.rows import ndjson

PREFIXES = {"tasks": "/api/tasks/v1", "feedback": "/api/feedback/v1", "data-catalog": "/api/catalog/v1"}
MOST_TASKS, MOST_REPORTS = 100, 500
_PASSING = frozenset({429, 502, 503, 504})
_OUT_OF_TIME = frozenset({503, 504})
_ACCEPTED = 202
_RENEW_AT = 0.8  # of a token's life
_USUAL_LIFE_SECONDS = 60.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 30.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait before the next step."""

    seconds: float


Steps = Generator[httpx2.Request | Pause, httpx2.Response, T]


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client at the identity provider. Without `token_url` it is that of the embedded issuer of the installation."""

    client_id: str
    client_secret: str = field(repr=False)
    token_url: str | None = None
    scope: str | None = None


class Calls:
    """The calls of one client: where to, as whom, how often a failed one is repeated."""

    def __init__(
        self,
        url: str,
        credentials: Credentials | None,
        token: str | None,
        repetitions: int,
        timeout_seconds: float,
    ) -> None:
        self._url = url.rstrip("/")
        self._credentials = credentials
        self._given = token
        self._repetitions = repetitions
        # A request that is not built by an HTTP client has no time limit of its own.
        self._extensions = {"timeout": httpx2.Timeout(timeout_seconds).as_dict()}
        self._token: str | None = None
        self._due_at = 0.0

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        repetitions: int | None = None,
    ) -> Steps[httpx2.Response]:
        """One call, repeated while the way or the server fails for a time; raises Problem and NotReached.

        A change carries an `Idempotency-Key`, the same in all repetitions: it is made once. `key` names one that is
        kept over the end of the program.
        """
        sent = {"User-Agent": "sixclear-client"} | dict(headers or {})
        if method not in ("GET", "HEAD"):
            sent["Idempotency-Key"] = key or str(uuid4())
        narrowed = {name: value for name, value in (params or {}).items() if value is not None}
        if json is not None:
            content = orjson.dumps(json)
            sent["Content-Type"] = "application/json"
        renewed = False
        most = self._repetitions if repetitions is None else min(repetitions, self._repetitions)
        for attempt in range(most + 1):
            last = attempt == most
            try:
                access = yield from self._access()
                response = yield self._request(
                    method, self._address(path), sent | access, params=narrowed, content=content
                )
            except (httpx2.TransportError, NotReached) as error:
                if last:
                    raise NotReached(f"{method} {path}: {type(error).__name__}") from error
                yield Pause(_pause(attempt, None))
                continue
            if response.status_code == 401 and self._credentials is not None and not renewed and not last:
                renewed, self._token = True, None
            elif response.status_code in _PASSING and not last:
                yield Pause(_pause(attempt, response.headers.get("Retry-After")))
            elif response.status_code >= 400:
                raise problem_of(response)
            else:
                return response
        raise NotReached(f"{method} {path}")

    def _request(self, method: str, address: str, headers: dict[str, str], **parts: Any) -> httpx2.Request:
        given = {name: part for name, part in parts.items() if part}
        return httpx2.Request(method, address, headers=headers, extensions=self._extensions, **given)

    def _address(self, path: str) -> str:
        return path if path.startswith(("http://", "https://")) else self._url + path

    def _access(self) -> Steps[dict[str, str]]:
        """The header with a token that still holds; none for a client without one."""
        token = self._given
        if self._credentials is not None:
            if self._token is None or time.monotonic() >= self._due_at:
                yield from self._renew(self._credentials)
            token = self._token
        return {"Authorization": f"Bearer {token}"} if token else {}

    def _renew(self, own: Credentials) -> Steps[None]:
        # RFC 6749 §2.3.1: each part is form-encoded before they are joined.
        pair = f"{quote_plus(own.client_id)}:{quote_plus(own.client_secret)}"
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        form = {"grant_type": "client_credentials"} | ({"scope": own.scope} if own.scope else {})
        address = own.token_url or f"{self._url}/oauth2/token"
        began = time.monotonic()
        response = yield self._request("POST", address, headers, data=form)
        if response.status_code in _PASSING:
            raise NotReached("the token endpoint")
        if response.status_code != 200:
            raise Problem(response.status_code, {"code": "no-token", "detail": "The provider gave no token."})
        told = response.json()
        self._token = told["access_token"]
        self._due_at = began + float(told.get("expires_in") or _USUAL_LIFE_SECONDS) * _RENEW_AT

    def page(self, path: str, params: Mapping[str, Any]) -> Steps[tuple[list[Json], str | None]]:
        """The items of one page of a list, and the cursor of the next one."""
        told = (yield from self.call("GET", path, params=params)).json()
        return told["items"], told["next"]

    def bulk(self, path: str, rows: list[Json], begin: int, *, dry_run: bool) -> Steps[BulkAnswer]:
        """What became of rows that fit into one request; `begin` is the index of the first.

        Rows that a slow server has no time for (503) are sent again in halves, down to the single one. A file that it
        works through beside requests (202) is followed to its end.
        """
        headers = {"Content-Type": "application/x-ndjson"}
        params = {"dry_run": "true"} if dry_run else None
        tries = 1 if len(rows) > 1 else self._repetitions
        try:
            response = yield from self.call(
                "POST", path, params=params, content=ndjson(rows), headers=headers, repetitions=tries
            )
        except Problem as problem:
            if problem.status not in _OUT_OF_TIME or len(rows) == 1:
                raise
            half = len(rows) // 2
            first = yield from self.bulk(path, rows[:half], begin, dry_run=dry_run)
            rest = yield from self.bulk(path, rows[half:], begin + half, dry_run=dry_run)
            return BulkAnswer([*first.items, *rest.items])
        if response.status_code == _ACCEPTED:
            items = yield from self._of_job(response.headers["Location"])
        else:
            items = response.json()["items"]
        return BulkAnswer([item | {"index": begin + item["index"], "line": None} for item in items])

    def _of_job(self, address: str) -> Steps[list[Json]]:
        """The results of a job, once it has ended; raises Problem when it was stopped."""
        while True:
            response = yield from self.call("GET", address)
            state = response.json()["state"]
            if state == "finished":
                break
            if state == "stopped":
                raise Problem(503, {"code": "job-stopped", "detail": "The job was stopped. Send the rows again."})
            yield Pause(_pause(0, response.headers.get("Retry-After")))
        response = yield from self.call("GET", f"{address}/results")
        return [orjson.loads(line) for line in response.content.splitlines()]

    def log_page(self, service: str, *, own: bool, after: str | None, begin: str, limit: int) -> Steps[LogPage]:
        """A page of a service's log; raises PositionGone."""
        path = PREFIXES[service] + ("/own/log" if own else "/log")
        start = {"after": after} if after else {"begin": begin}
        response = yield from self.call("GET", path, params=start | {"limit": limit})
        events = [Event.of(event) for event in response.json()]
        return LogPage(events, response.headers["Log-After"], "Retry-After" in response.headers)


def _pause(attempt: int, retry_after: str | None) -> float:
    """What the server asks for, else longer each time; spread, so that many clients do not come together."""
    if retry_after and retry_after.isdigit():
        return min(float(retry_after), _LONGEST_PAUSE_SECONDS)
    longest = min(_FIRST_PAUSE_SECONDS * 2.0**attempt, _LONGEST_PAUSE_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 (spreads retries)
