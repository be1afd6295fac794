"""The blocking client."""

import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import httpx2

from sixclear.client.results import BulkAnswer, Json, LogPage
from sixclear.client.rows import chunks, keyed
from sixclear.client.steps import MOST_REPORTS, MOST_TASKS, PREFIXES, Calls, Credentials, Pause, Steps

T = TypeVar("T")
_TASKS = PREFIXES["tasks"]


class Client:
    """Calls one installation; to be used in a `with` block, by one thread.

    `url` is its public address. With `credentials` it gets its tokens itself, with `token` it uses that one, without
    either it reads what is public. A call that fails on the way is repeated `repetitions` times.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials | None = None,
        *,
        token: str | None = None,
        repetitions: int = 4,
        timeout_seconds: float = 30.0,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._calls = Calls(url, credentials, token, repetitions, timeout_seconds)
        self._http = httpx2.Client(timeout=timeout_seconds, transport=transport)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _run(self, steps: Steps[T]) -> T:
        """Carry out the steps of a call."""
        try:
            step = next(steps)
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = next(steps)
                    continue
                try:
                    response = self._http.send(step)
                except httpx2.TransportError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(response)
        except StopIteration as done:
            result: T = done.value
            return result

    def get(self, path: str, **params: Any) -> Json:
        """The entity at a path, such as `/api/tasks/v1/tasks/…`."""
        told: Json = (self._run(self._calls.call("GET", path, params=params))).json()
        return told

    def post(self, path: str, body: Any = None, *, key: str | None = None, if_match: str | None = None) -> Json:
        """Take a step, once however often it is repeated; `key` is an `Idempotency-Key` of your own."""
        headers = {"If-Match": if_match} if if_match else None
        response = self._run(self._calls.call("POST", path, json=body or {}, headers=headers, key=key))
        told: Json = response.json() if response.content else {}
        return told

    def pages(self, path: str, **narrow: Any) -> Iterator[Json]:
        """Every item of a list, page by page."""
        cursor: str | None = None
        while True:
            items, cursor = self._run(self._calls.page(path, narrow | {"cursor": cursor}))
            yield from items
            if cursor is None:
                return

    def tasks(self, *, own: bool = False, **narrow: Any) -> Iterator[Json]:
        """Tasks as `GET /tasks` narrows them, or `GET /own/tasks`: `source="hrm"`, `updated_since="…"`."""
        return self.pages(f"{_TASKS}/own/tasks" if own else f"{_TASKS}/tasks", **narrow)

    def put_tasks(self, rows: Iterable[Json], *, dry_run: bool = False) -> BulkAnswer:
        """Propose tasks, describe them again and assign them (`assign`), in requests of a hundred rows at most."""
        return self._bulk(f"{_TASKS}/tasks/bulk", rows, MOST_TASKS, dry_run=dry_run)

    def report(self, rows: Iterable[Json], *, dry_run: bool = False) -> BulkAnswer:
        """Report progress on tasks, in requests of five hundred rows at most.

        The same rows may be sent again: several rows of one task get keys for that (`rows.keyed`).
        """
        return self._bulk(f"{_TASKS}/progress/bulk", keyed(rows), MOST_REPORTS, dry_run=dry_run)

    def _bulk(self, path: str, rows: Iterable[Json], most: int, *, dry_run: bool) -> BulkAnswer:
        items: list[Json] = []
        for chunk in chunks(rows, most):
            answer = self._run(self._calls.bulk(path, chunk, len(items), dry_run=dry_run))
            items += answer.items
        return BulkAnswer(items)

    def changes(
        self,
        service: str = "tasks",
        *,
        after: str | None = None,
        own: bool = False,
        begin: str = "oldest",
        limit: int = 500,
    ) -> Iterator[LogPage]:
        """What happened since a position, page by page up to the end of the log; store `after` of each page.

        Raises PositionGone when the log does not go on from there. `begin="newest"` gives the position of now.
        """
        while True:
            steps = self._calls.log_page(service, own=own, after=after, begin=begin, limit=limit)
            page = self._run(steps)
            yield page
            after = page.after
            if page.at_end:
                return
