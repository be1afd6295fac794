"""A new receipt code: it opens the mailbox from now on, and the one before opens nothing, as one that never was."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import event
from tests.integration.feedback.conftest import KEY, Service, a_submission, submission

pytestmark = pytest.mark.asyncio
FIRST, SECOND = "first-change-of-the-code", "second-change-of-the-code"
NEVER = "0000-0000-0000-0000-0"


async def changed(service: Service, code: str, key: str = FIRST, **headers: str) -> httpx2.Response:
    """Ask for a new code with the one there is."""
    return await service.public("/mailbox/code", {"receipt_code": code}, **({"Idempotency-Key": key} | headers))


async def test_the_new_code_opens_the_mailbox_and_the_old_one_nothing(service: Service) -> None:
    _, code = await a_submission(service)
    assert (await service.case(code))["code_changed_at"] is None
    service.clock.pass_by(hours=1)
    answer = await changed(service, code)
    assert answer.status_code == 200, answer.text
    assert (answer.headers["Cache-Control"], answer.json()["code_changed_at"]) == ("no-store", "2025-11-03T04:00:00Z")
    new = answer.json()["receipt_code"]
    assert (len(new), new == code) == (21, False)
    assert (await service.case(new))["code_changed_at"] == "2025-11-03T04:00:00Z"
    for path, more in (("", {}), ("/statements", {}), ("/messages", {"text": "x"})):
        ended = await service.public(f"/mailbox{path}", {"receipt_code": code} | more)
        never = await service.public(f"/mailbox{path}", {"receipt_code": NEVER} | more)
        assert _told(ended) == _told(never)
        assert ended.json()["errors"][0]["code"] == "receipt-code-unknown"
    again = await changed(service, new, SECOND)
    assert again.json()["receipt_code"] not in (code, new)
    assert (await service.public("/mailbox", {"receipt_code": new})).status_code == 404


async def test_a_retry_gets_the_same_code_and_a_stranger_with_the_old_one_none(service: Service) -> None:
    _, code = await a_submission(service)
    first, second = await asyncio.gather(changed(service, code), changed(service, code))
    assert first.json() == second.json()
    assert {first.headers.get("Idempotency-Replayed"), second.headers.get("Idempotency-Replayed")} == {None, "true"}
    service.clock.pass_by(days=2)
    assert (await changed(service, code)).json() == first.json()
    ended, never = await changed(service, code, SECOND), await changed(service, NEVER, SECOND)
    assert (ended.status_code, _told(ended)) == (404, _told(never))
    assert (await service.case(first.json()["receipt_code"]))["status"] == "received"


async def test_of_two_who_have_the_code_one_gets_the_new_one(service: Service) -> None:
    _, code = await a_submission(service)
    answers = await asyncio.gather(changed(service, code), changed(service, code, SECOND))
    assert sorted(answer.status_code for answer in answers) == [200, 404]


async def test_an_ended_code_costs_the_work_of_one_that_never_was(service: Service) -> None:
    _, code = await a_submission(service)
    await changed(service, code)
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    engine = service.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await changed(service, code, SECOND)
        ended = statements.copy()
        await changed(service, NEVER, SECOND)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert statements[len(ended) :] == ended
    assert sum("receipt_hash" in statement for statement in ended) == 2


async def test_what_was_sent_with_the_old_code_is_not_told_again(service: Service) -> None:
    _, code = await a_submission(service)
    said = {"receipt_code": code, "text": "Xin bổ sung"}
    weak = {"Idempotency-Key": "1"}
    assert (await service.public("/mailbox/messages", said, **weak)).status_code == 201
    await changed(service, code)
    for body in (said, said | {"text": "Khác"}):
        assert (await service.public("/mailbox/messages", body, **weak)).status_code == 404


async def test_a_desk_that_entered_the_case_learns_no_new_code(service: Service) -> None:
    headers = service.headers("desk") | {"Idempotency-Key": KEY}
    path = f"{service.prefix}/submissions/on-behalf"
    entered = await service.http.post(path, json=submission(), headers=headers)
    code = entered.json()["receipt_code"]
    new = (await changed(service, code)).json()["receipt_code"]
    retried = await service.http.post(path, json=submission(), headers=headers)
    assert (retried.status_code, retried.json()["code"]) == (409, "receipt-code-changed")
    assert new not in retried.text
    assert (await service.public("/mailbox", {"receipt_code": code})).status_code == 404


@pytest.mark.parametrize("key", [None, "short", "x" * 201])
async def test_a_key_that_could_be_guessed_is_refused(service: Service, key: str | None) -> None:
    _, code = await a_submission(service)
    headers = {} if key is None else {"Idempotency-Key": key}
    refused = await service.public("/mailbox/code", {"receipt_code": code}, **headers)
    assert refused.status_code == 400
    assert (await service.case(code))["status"] == "received"


async def test_nothing_of_it_leaves_the_service(service: Service) -> None:
    submission_id, code = await a_submission(service)
    before = await service.get(f"/submissions/{submission_id}")
    new = (await changed(service, code)).json()["receipt_code"]
    assert [told.change for told in await service.events()] == ["received"]
    assert await service.get(f"/submissions/{submission_id}") == before
    for table in service.tables:
        kept = str(await service.rows(table))
        assert not any(form in kept for form in (code, new, code.replace("-", ""), new.replace("-", ""), FIRST))


async def test_who_guesses_is_stopped_here_too(service: Service) -> None:
    answers = [await changed(service, NEVER) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429]


def _told(response: httpx2.Response) -> tuple[int, Any, Any]:
    """All that an answer says, but for what names the request."""
    body = response.json()
    body.pop("request_id", None)
    headers = {name: value for name, value in response.headers.items() if name not in ("date", "x-request-id")}
    headers.pop("content-length", None)
    body.pop("instance", None)
    return response.status_code, body, headers
