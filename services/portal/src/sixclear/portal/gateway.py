"""The portal's only way to other services: typed calls with a time limit, and four ways to fail.

A call returns its answer, or raises `PageNotFound` (404), `Refused` (another 4xx), `FiguresRefused` (counters and
records differ, so to ask again does not help) or `ServiceAway` (no answer in time, a fault of the service, or an
answer that cannot be read).

Figures, lists of programmes and organisations are the same for every visitor and are kept for a moment (`answers.py`).

What one visitor writes or looks up is sent with the visitor's address, so that services count it for that one. What is
kept for all is asked in the portal's own name; of figures that is what every page shows, not what one visitor chooses
(`chosen`): else one who asks for day after day would hold up everybody's pages.
"""

from collections.abc import Callable, Mapping
from copy import copy
from time import perf_counter
from typing import Any, TypeVar
from uuid import UUID

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from sixclear.portal import schemas
from sixclear.portal.answers import Answers
from sixclear.portal.errors import FieldProblem, FiguresRefused, PageNotFound, Refused, ServiceAway
from sixclear.portal.metrics import UPSTREAM_SECONDS

Model = TypeVar("Model", bound=BaseModel)
Query = Mapping[str, str | int | None]

TASKS = "tasks"
FEEDBACK = "feedback"
CATALOG = "data-catalog"
MONITORING = "monitoring"

# What is true now may be a second old; an instant of the past changes only when something is learnt late.
_LIVE_SECONDS = 1.0
_PAST_SECONDS = 60.0

_ATTENTION: TypeAdapter[dict[str, schemas.AttentionList]] = TypeAdapter(dict[str, schemas.AttentionList])


class Gateway:
    """Calls to `tasks`, `feedback`, `data-catalog` and `monitoring`; one client each, made at the first call."""

    def __init__(
        self, http: Callable[[str], httpx2.AsyncClient], timeout_seconds: float, answers: Answers | None = None
    ) -> None:
        self._http = http
        self._timeout = timeout_seconds
        self._clients: dict[str, httpx2.AsyncClient] = {}
        self._answers = answers or Answers()
        self._visitor: str | None = None
        self._for_all = True

    def asking_for(self, visitor: str | None) -> "Gateway":
        """The same gateway for one visitor, whose address services count by; for none, in the portal's own name."""
        bound = copy(self)
        bound._visitor = visitor
        return bound

    def chosen(self) -> "Gateway":
        """The same gateway for figures that the visitor chose: asked and kept for that visitor alone."""
        bound = copy(self)
        bound._for_all = False
        return bound

    async def close(self) -> None:
        """Closes every client that was made."""
        await self._answers.close()
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()

    async def status(
        self, *, as_of: str | None = None, programme: str | None = None, organisation: str | None = None
    ) -> schemas.Status:
        """The live status, or that of `as_of`, an instant of the past."""
        query = {"as_of": as_of, "programme": programme, "organisation": organisation}
        seconds = _PAST_SECONDS if as_of else _LIVE_SECONDS
        return await self._kept(MONITORING, "/api/monitoring/v1/status", schemas.Status, query, seconds)

    async def timeline(
        self, *, programme: str | None, start: str, end: str, step: str, organisation: str | None = None
    ) -> schemas.Timeline:
        """The four states at the end of each day or week."""
        query = {"programme": programme, "organisation": organisation, "from": start, "to": end, "step": step}
        return await self._kept(MONITORING, "/api/monitoring/v1/timeline", schemas.Timeline, query)

    async def provinces(self, *, as_of: str | None, programme: str | None) -> schemas.Provinces:
        """The four states of each of the 34 units."""
        query = {"as_of": as_of, "programme": programme}
        seconds = _PAST_SECONDS if as_of else _LIVE_SECONDS
        return await self._kept(MONITORING, "/api/monitoring/v1/provinces", schemas.Provinces, query, seconds)

    async def changes(self, *, limit: int) -> schemas.Listing[schemas.Change]:
        """The last changes, newest first."""
        path = "/api/monitoring/v1/changes"
        return await self._kept(MONITORING, path, schemas.Listing[schemas.Change], {"limit": limit})

    async def attention(self, *, programme: str | None) -> dict[str, schemas.AttentionList]:
        """The lists of what needs attention, by name."""
        path, query = "/api/monitoring/v1/attention", {"programme": programme}

        async def ask() -> dict[str, schemas.AttentionList]:
            return _attention(await self.asking_for(None)._request(MONITORING, "GET", path, query=query))

        return await self._answers.get((path, programme), _LIVE_SECONDS, ask)

    async def programmes(self) -> schemas.Listing[schemas.Programme]:
        """All programmes that are public."""
        path = "/api/tasks/v1/programmes"
        return await self._kept(TASKS, path, schemas.Listing[schemas.Programme], {"limit": 200})

    async def tasks(self, query: Query) -> schemas.Listing[schemas.TaskSummary]:
        """One page of tasks."""
        return await self._get(TASKS, "/api/tasks/v1/tasks", schemas.Listing[schemas.TaskSummary], query)

    async def task(self, task_id: UUID) -> schemas.Task:
        """One task."""
        return await self._get(TASKS, f"/api/tasks/v1/tasks/{task_id}", schemas.Task)

    async def history(self, task_id: UUID) -> schemas.Listing[schemas.HistoryEntry]:
        """The changes of a task."""
        path = f"/api/tasks/v1/tasks/{task_id}/history"
        return await self._get(TASKS, path, schemas.Listing[schemas.HistoryEntry], {"limit": 100})

    async def reports(self, task_id: UUID) -> schemas.Listing[schemas.Report]:
        """The progress reports of a task."""
        path = f"/api/tasks/v1/tasks/{task_id}/reports"
        return await self._get(TASKS, path, schemas.Listing[schemas.Report], {"limit": 100})

    async def evidence(self, task_id: UUID) -> schemas.Listing[schemas.Evidence]:
        """What proves the result of a task."""
        path = f"/api/tasks/v1/tasks/{task_id}/evidence"
        return await self._get(TASKS, path, schemas.Listing[schemas.Evidence], {"limit": 100})

    async def organisation(self, reference: str) -> schemas.Organisation:
        """One organisation, by id."""
        return await self._get(TASKS, f"/api/tasks/v1/organisations/{reference}", schemas.Organisation)

    async def organisations(self, query: Query) -> schemas.Listing[schemas.Organisation]:
        """One page of organisations."""
        path = "/api/tasks/v1/organisations"
        return await self._kept(TASKS, path, schemas.Listing[schemas.Organisation], query)

    async def entries(self, query: Query) -> schemas.Listing[schemas.Entry]:
        """One page of the catalogue."""
        return await self._get(CATALOG, "/api/catalog/v1/entries", schemas.Listing[schemas.Entry], query)

    async def programme_lists(self) -> schemas.Listing[schemas.ProgrammeList]:
        """Every programme list of the catalogue, with its names."""
        return await self._kept(CATALOG, "/api/catalog/v1/lists", schemas.Listing[schemas.ProgrammeList], {})

    async def submit(self, body: Mapping[str, Any], key: str) -> schemas.Receipt:
        """Sends a submission; the same key and body give the same receipt."""
        return _read(FEEDBACK, schemas.Receipt, await self._post(FEEDBACK, "/api/feedback/v1/submissions", body, key))

    async def mailbox(self, code: str) -> schemas.Case:
        """The case that a receipt code opens; wrong codes are counted for the visitor."""
        return _read(
            FEEDBACK, schemas.Case, await self._post(FEEDBACK, "/api/feedback/v1/mailbox", {"receipt_code": code})
        )

    async def reply(self, code: str, text: str, key: str) -> None:
        """Adds the sender's message to a case."""
        body = {"receipt_code": code, "text": text}
        await self._post(FEEDBACK, "/api/feedback/v1/mailbox/messages", body, key)

    async def _post(self, service: str, path: str, body: Mapping[str, Any], key: str | None = None) -> Any:
        if self._visitor is None:
            raise RuntimeError("What a visitor writes is sent for that visitor: use asking_for().")
        return await self._request(service, "POST", path, body=body, headers={"Idempotency-Key": key} if key else {})

    async def _kept(
        self, service: str, path: str, model: type[Model], query: Query, seconds: float = _LIVE_SECONDS
    ) -> Model:
        asker = self.asking_for(None) if self._for_all else self
        named = sorted((name, value) for name, value in query.items() if value is not None)
        key = (asker._visitor, service, path, *named)
        return await self._answers.get(key, seconds, lambda: asker._get(service, path, model, query))

    async def _get(self, service: str, path: str, model: type[Model], query: Query | None = None) -> Model:
        return _read(service, model, await self._request(service, "GET", path, query=query))

    async def _request(
        self,
        service: str,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        started = perf_counter()
        outcome = "away"
        asked_for = {"X-Forwarded-For": self._visitor} if self._visitor is not None else {}
        params = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        try:
            response = await self._client(service).request(
                method, path, params=params, json=body, headers={**(headers or {}), **asked_for}, timeout=self._timeout
            )
            answer = _answer(service, response)
            outcome = "ok"
            return answer
        except (PageNotFound, Refused, FiguresRefused):
            outcome = "refused"
            raise
        except (httpx2.HTTPError, OSError) as error:
            raise ServiceAway(service) from error
        finally:
            UPSTREAM_SECONDS.labels(service, outcome).observe(perf_counter() - started)

    def _client(self, service: str) -> httpx2.AsyncClient:
        if service not in self._clients:
            self._clients[service] = self._http(service)
        return self._clients[service]


def _attention(answer: Any) -> dict[str, schemas.AttentionList]:
    try:
        return _ATTENTION.validate_python(
            {name: value for name, value in answer.items() if isinstance(value, dict) and "items" in value}
        )
    except (AttributeError, ValidationError) as error:
        raise ServiceAway(MONITORING) from error


def _answer(service: str, response: httpx2.Response) -> Any:
    if response.status_code == 404:
        raise PageNotFound
    if 400 <= response.status_code < 500:
        raise _refusal(response)
    if not response.is_success:
        raise FiguresRefused if _problem(response).get("code") == FiguresRefused.code else ServiceAway(service)
    try:
        return response.json()
    except ValueError as error:
        raise ServiceAway(service) from error


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
    problems = [
        FieldProblem(str(error.get("pointer", "")).removeprefix("#/"), str(error.get("code", ""))) for error in errors
    ]
    return Refused(response.status_code, str(problem.get("code", "refused")), problems)


def _read(service: str, model: type[Model], answer: Any) -> Model:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise ServiceAway(service) from error
