"""Cases of another system entered here, each once: received, classified and assigned as of the time of the other one.

What became of each is a line of a file, with the receipt code for its sender. The same command goes on where it ended.
"""

import asyncio
import json
import os
import stat
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

import httpx2

from sixclear.common.runtime.cannot_start import CannotStart
from sixclear.launcher.come_over.cases import Case, Over, case_plan_in, cases_in
from sixclear.launcher.come_over.rows import Fault

_SUBMISSIONS = "/api/feedback/v1/submissions"
_TRIES, _LONGEST_WAIT_SECONDS = 6, 60.0
_PASSING = (429, 503)
Token = Callable[[], Awaitable[str]]


class _Refused(Exception):
    """What the platform said of a row: the code of its problem and the fields, never what was sent."""


async def import_cases(options: Namespace, client: httpx2.AsyncClient, token: Token, say: Callable[[str], None]) -> int:
    """Enter the running cases of the files; 1 where one could not be."""
    plan = case_plan_in(options.mapping)
    found: Iterator[Case | Over | Fault] = chain.from_iterable(
        cases_in(options.system, path, plan) for path in options.files
    )
    if options.dry_run:
        return _counted(Counter(_tried(one, say) for one in found), say)
    done = _done_in(options.results)
    sending = Sending(client, token)
    with _for_its_owner(options.results) as results:
        outcomes = Counter([await _entered(one, sending, done, results) async for one in _each(found)])
    return _counted(outcomes, say)


async def _each(found: Iterator[Case | Over | Fault]) -> Any:
    for one in found:
        yield one


def _tried(one: Case | Over | Fault, say: Callable[[str], None]) -> str:
    if isinstance(one, Fault):
        print(f"{one.where}: {one.what}", file=sys.stderr)
        return "refused"
    if isinstance(one, Over):
        return "closed there"
    say(f"{one.where}: {one.key}, received {one.entry['occurred_at']}, to {one.organisation or 'the hub'}")
    return "would be entered"


async def _entered(one: Case | Over | Fault, sending: "Sending", done: set[str], results: TextIO) -> str:
    """Enter one, and write what became of it before the next one begins."""
    if isinstance(one, Case) and one.key in done:
        return "entered before"
    line: dict[str, Any] = {"where": one.where}
    if isinstance(one, Fault):
        print(f"{one.where}: {one.what}", file=sys.stderr)
        line |= {"outcome": "refused", "detail": one.what}
    elif isinstance(one, Over):
        line |= {"key": one.key, "outcome": "closed there"}
    else:
        line["key"] = one.key
        try:
            line |= {"outcome": "entered", **await sending.enter(one)}
        except _Refused as refused:
            print(f"{one.where}: {refused}", file=sys.stderr)
            line |= {"outcome": "refused", "detail": str(refused)}
    results.write(json.dumps(line, ensure_ascii=False) + "\n")
    results.flush()
    return str(line["outcome"])


class Sending:
    """Enters cases over HTTP, as a body that may say when something became true."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        token: Token,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client, self._token, self._wait = client, token, wait

    async def enter(self, case: Case) -> dict[str, Any]:
        """Enter a case and take its first steps, as far as they are not taken; its identifier and its receipt code."""
        receipt = await self._post(f"{_SUBMISSIONS}/on-behalf", dict(case.entry), case.idempotency_key)
        path = f"{_SUBMISSIONS}/{receipt['submission_id']}"
        at = {"occurred_at": case.entry["occurred_at"]}
        if case.organisation is not None:
            status = (await self._asked("GET", path))["status"]
            if status == "received":
                await self._post(f"{path}/triage", at, f"{case.idempotency_key}-triage")
            if status in ("received", "triaged"):
                to = {"organisation_id": case.organisation}
                await self._post(f"{path}/assign", to | at, f"{case.idempotency_key}-assign")
        return {name: receipt[name] for name in ("submission_id", "receipt_code", "due_at")}

    async def _post(self, path: str, body: Any, key: str) -> Any:
        return await self._asked("POST", path, json=body, headers={"Idempotency-Key": key})

    async def _asked(self, method: str, path: str, **request: Any) -> Any:
        """The answer; what passes is waited for. Raises _Refused, and CannotStart where the token is not good."""
        headers = request.pop("headers", {})
        for tried in range(_TRIES):
            headers["Authorization"] = f"Bearer {await self._token()}"
            response = await self._client.request(method, path, headers=headers, **request)
            if response.status_code not in _PASSING:
                break
            told = response.headers.get("Retry-After", "")
            await self._wait(min(float(told) if told.isdigit() else 2.0**tried, _LONGEST_WAIT_SECONDS))
        if response.is_success:
            return response.json()
        raise _refusal(response)


def _refusal(response: httpx2.Response) -> Exception:
    told = response.json() if response.headers.get("content-type", "").endswith("json") else {}
    code = told.get("code", str(response.status_code))
    if response.status_code in (401, 403):
        return CannotStart(
            f"The platform refuses the client: {code}.", "It needs feedback:handle and facts:past, as feedback-hub has."
        )
    if code == "idempotency-key-reused":
        return _Refused("changed since it was entered, or erased here: correct the case here")
    fields = "; ".join(f"{one.get('pointer')}: {one.get('detail')}" for one in told.get("errors", []))
    return _Refused(f"{code}: {fields or told.get('detail', '')}")


def token_in(path: Path) -> str:
    """The access token of a file; raises CannotStart."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        raise CannotStart(f"{path} cannot be read.", "Name a file with an access token.") from None


def _done_in(path: Path) -> set[str]:
    """The keys that the results of an earlier run say are entered."""
    if not path.exists():
        return set()
    lines = [line for line in path.read_text(encoding="utf-8", errors="replace").split("\n") if line.strip()]
    if not all(line.startswith('{"') for line in lines):
        raise CannotStart(f"{path} holds no results.", "Name the file of the earlier run, or a new one.")
    told = [_result(line) for line in lines]
    return {one["key"] for one in told if one.get("outcome") == "entered"}


def _result(line: str) -> dict[str, Any]:
    """What a line says; nothing where its run broke off within it, so that its case is entered again, as a retry."""
    try:
        told: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return told


def _for_its_owner(path: Path) -> TextIO:
    """Receipt codes open mailboxes: only who runs the command reads them, also where the file was there before.

    A line that broke off is ended, so that the next one is whole.
    """
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        there = os.fstat(file)
        if stat.S_ISREG(there.st_mode):
            os.fchmod(file, 0o600)
            if there.st_size and os.pread(file, 1, there.st_size - 1) != b"\n":
                os.write(file, b"\n")
        return os.fdopen(file, "a", encoding="utf-8")
    except OSError:
        raise CannotStart(f"{path} cannot be written.", "Name a file in a folder of yours.") from None


def _counted(outcomes: Counter[str], say: Callable[[str], None]) -> int:
    say(", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())) or "no cases")
    return 1 if outcomes["refused"] else 0
