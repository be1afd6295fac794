"""A code that opens nothing tells nothing: the same answer, headers and work, whatever kind of code it is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from tests.integration.feedback.conftest import Service, a_submission

from sixclear.common.checked_code import code_of

pytestmark = pytest.mark.asyncio
NEVER_GIVEN = code_of(b"never given")
MALFORMED = ("nonsense", "-", NEVER_GIVEN[:-2], f"U{NEVER_GIVEN[1:]}", NEVER_GIVEN[:-1] + "*", "0" * 200)
CONTRACT = Path(__file__).parents[4] / "services/feedback/contracts/openapi.json"
# Of one request alone, whatever it asks.
OF_THE_REQUEST = {"date", "x-request-id", "content-length"}


@contextmanager
def statements(service: Service) -> Iterator[list[str]]:
    """Every statement that the database gets meanwhile, without its values."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    engine = service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def exchanged_code(service: Service) -> str:
    """A code that its sender ended."""
    _, code = await a_submission(service, "e" * 16)
    changed = await service.public("/mailbox/code", {"receipt_code": code}, **{"Idempotency-Key": "c" * 16})
    assert changed.status_code == 200, changed.text
    return code


async def erased_code(service: Service) -> str:
    """A code whose case is no longer there."""
    case, code = await a_submission(service, "g" * 16)
    async with service.database.transaction() as session:
        await session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        for table in ("statement", "contact", "case_key", "hour_step", "submission"):
            await session.execute(text(f"DELETE FROM {table} WHERE submission_id = :case"), {"case": case})
    return code


def addresses() -> dict[str, Any]:
    """Each address that takes a receipt code, with a body as the contract shows it."""
    paths = json.loads(CONTRACT.read_text(encoding="utf-8"))["paths"]
    return {
        path.rpartition("/v1")[2]: operations["post"]["requestBody"]["content"]["application/json"]["example"]
        for path, operations in paths.items()
        if "/mailbox" in path and "/mailbox/files" not in path  # a form: `attachment/test_attachments.py`
    }


WHAT = addresses()


@pytest.mark.parametrize("with_key", [False, True])
@pytest.mark.parametrize("path", WHAT)
async def test_whatever_code_opens_nothing_it_is_answered_alike(service: Service, path: str, with_key: bool) -> None:
    codes = [NEVER_GIVEN, await exchanged_code(service), await erased_code(service), *MALFORMED]
    seen = []
    for place, code in enumerate([NEVER_GIVEN, *codes]):
        headers = {"X-Forwarded-For": f"203.0.113.{place}"}  # each with an allowance of its own
        if with_key or path == "/mailbox/code":  # which asks for one
            headers["Idempotency-Key"] = f"a-key-of-its-own-{place:03}"
        with statements(service) as asked:
            answer = await service.public(path, WHAT[path] | {"receipt_code": code}, **headers)
        told = {name: value for name, value in answer.headers.items() if name not in OF_THE_REQUEST}
        said = {name: value for name, value in answer.json().items() if name != "request_id"}
        seen.append((answer.status_code, said, told, asked))
    assert seen[0][0] == 404
    assert seen[0][1]["code"] == "mailbox-not-found"
    assert all(one == seen[1] for one in seen[1:])  # the first one also connects
