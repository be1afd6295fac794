"""What holds on every route of feedback: a rule, no success before the commit, nothing changed by bad input."""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.contract.feedback.after_the_answer import what_a_sender_does
from tests.contract.feedback.clocks import the_clocks_of_a_submission
from tests.contract.feedback.reviewed_initiative import the_review_of_an_initiative
from tests.contract.feedback.test_feedback_examples import an_idea_is_taken_up, the_life_of_a_submission
from tests.integration.feedback.challenge.challenged import a_held_submission
from tests.integration.feedback.conftest import (
    HUB,
    KEY,
    SCOPES,
    Service,
    a_submission,
    an_answer,
    an_assigned_submission,
    submission,
)
from tests.integration.feedback.endorsement.endorsed import a_copy_that_is_endorsed
from tests.integration.feedback.link.linked import two_cases_of_one_need
from tests.integration.feedback.publication.released import MISTAKE, the_life_of_a_public_copy
from tests.integration.feedback.sealing.escrowed import an_escrow_key_that_is_over
from tests.integration.private_answers import walk_private_answers
from tests.integration.repeated_members import refuse_repeated_members

from sixclear.common.web.access import access_rules


@pytest.mark.asyncio
async def test_every_route_declares_who_may_call_it(service: Service) -> None:
    rules = access_rules(service.app)
    assert len(rules) > 11
    assert [(method, path) for method, path, rule in rules if rule is None] == []
    public = {
        path.rpartition("/v1")[2] for method, path, rule in rules if method == "POST" and rule and not rule.scopes
    }
    mailbox = {
        "",
        "/messages",
        "/statements",
        "/code",
        "/identity",
        "/erasure",
        "/consent",
        "/rating",
        "/withdraw",
        "/reopen",
        "/appeal",
        "/copy",
        "/files",
        "/files/{attachment_id}",
        "/notice",
    }
    endorsing = "/publications/{publication_id}/endorsements"
    posting = "/api/feedback/open311/v2/requests.{format}"
    assert public == {"/submissions", "/similar", endorsing, posting} | {f"/mailbox{way}" for way in mailbox}


@pytest.mark.asyncio
async def test_no_writing_route_answers_success_before_its_commit(service: Service, tmp_path: Path) -> None:
    tried: set[str] = set()

    async def without_commit(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
        before = await service.counts()
        with service.commits_fail():
            sent = dict(headers) | (service.headers(client_id) if client_id in SCOPES else {})
            response = await service.http.post(f"/api/feedback/v1{path}", json=body, headers=sent)
        assert response.status_code >= 500, f"{path} said {response.status_code}"
        assert await service.counts() == before
        tried.add(path.rsplit("/", 1)[-1])

    opening = await the_life_of_a_submission(service, without_commit)
    await what_a_sender_does(service, without_commit)
    await the_review_of_an_initiative(service, without_commit)
    await without_commit("anybody", "/mailbox/statements", opening, {})
    case, copy = await the_life_of_a_public_copy(service, opening, without_commit)
    await a_copy_that_is_endorsed(service, copy, without_commit)
    await two_cases_of_one_need(service, without_commit)
    await without_commit("feedback-publisher", f"/submissions/{case}/publication/withdraw", MISTAKE, {})
    await the_clocks_of_a_submission(service, without_commit)
    await without_commit("anybody", "/mailbox/code", opening, {"Idempotency-Key": "a-new-code-" + KEY})
    await an_idea_is_taken_up(service, without_commit)
    held = await a_held_submission(service, "held-" + KEY)
    await without_commit("feedback-hub", f"/submissions/{held}/release", {}, {})
    destroyed = an_escrow_key_that_is_over(tmp_path / "keys")
    await without_commit("custodian", "/escrow-destructions", destroyed, {})
    assert (await service.post("custodian", "/escrow-destructions", destroyed)).status_code == 201
    # Of files: `attachment/test_attachments.py`, since they come as forms.
    posts = [path for path in service.posts() if "/mailbox/files" not in path]
    assert tried == {path.rsplit("/", 1)[-1] for path in posts}


@pytest.mark.asyncio
@pytest.mark.parametrize("token", ["", "Bearer nonsense", "Basic b3JnOnNlY3JldA=="])
async def test_nobody_handles_without_a_token(service: Service, token: str) -> None:
    for method, path, rule in access_rules(service.app):
        if rule is not None and rule.scopes:
            headers = {"Authorization": token} if token else {}
            response = await service.http.request(method, path, headers=headers)
            assert (response.status_code, "WWW-Authenticate" in response.headers) == (401, True), path


@pytest.mark.asyncio
async def test_a_token_without_the_scope_reads_and_writes_nothing(service: Service) -> None:
    for method, path, rule in access_rules(service.app):
        if rule is not None and rule.scopes:
            response = await service.http.request(method, path, headers=service.issuer.headers("tasks:report"))
            assert (response.status_code, response.json()["code"]) == (403, "insufficient-scope"), path


@pytest.mark.asyncio
async def test_an_expired_token_is_refused(service: Service) -> None:
    headers = service.headers("feedback-hub")
    service.clock.pass_by(hours=1)
    response = await service.http.get("/api/feedback/v1/submissions", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, "invalid-token")


BAD_BODIES: tuple[tuple[bytes, str], ...] = (
    (b"", "application/json"),
    (b"not json", "application/json"),
    (b"[]", "application/json"),
    (b"null", "application/json"),
    (b'{"text": "\xff\xfe"}', "application/json"),
    (b'{"text": "a\\u0000b"}', "application/json"),
    (b'{"text": NaN}', "application/json"),
    (b'{"unknown": 1}', "application/json"),
    (b"{" * 5000, "application/json"),
    (b"receipt_code=x", "application/x-www-form-urlencoded"),
    (b'{"text": "' + b"x" * 300_000 + b'"}', "application/json"),
)


def caller_of(path: str) -> str:
    """The client whose bodies are read there; another one is refused before."""
    if path.endswith("/endorsements/verified"):
        return "citizen"
    if "/own/reviews/" in path:
        return "expert-1"
    return "custodian" if "/identity-requests/{" in path or path.endswith("/escrow-destructions") else "feedback-hub"


@pytest.mark.asyncio
async def test_bad_bodies_are_refused_everywhere_and_change_nothing(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    drafted = await service.post("feedback-hub", f"/submissions/{submission_id}/answers", an_answer())
    before = await service.counts()
    known = {"submission_id": submission_id, "answer_id": drafted.json()["answer_id"]}
    for template in service.posts():
        path = template.format_map(defaultdict(uuid4, known))
        for content, media_type in BAD_BODIES:
            headers = service.headers(caller_of(template)) | {"Content-Type": media_type, "Idempotency-Key": "b" * 16}
            response = await service.http.post(path, content=content, headers=headers)
            assert 400 <= response.status_code < 500, (path, content[:40], response.text)
            assert response.headers["content-type"] == "application/problem+json"
            assert b"xxxx" not in response.content
    assert await service.counts() == before


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "query",
    [
        "status=nowhere",
        "kind=complaint",
        "overdue=perhaps",
        "organisation=" + "G" * 300,
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=made-up",
        "cursor=%00",
        "cursor=%ff",
        "cursor=" + "A" * 3000,
    ],
)
async def test_bad_queries_are_refused(service: Service, query: str) -> None:
    await a_submission(service)
    url = f"/api/feedback/v1/submissions?{query}"
    response = await service.http.get(url, headers=service.headers("feedback-hub"))
    assert response.status_code in (400, 422), response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["not-a-uuid", "%00", "%ff", "0" * 300, "00000000-0000-0000-0000-000000000000"])
async def test_bad_identifiers_are_refused(service: Service, path: str) -> None:
    headers = service.headers("feedback-hub")
    for suffix in ("", "/answers/x"):
        response = await service.http.get(f"/api/feedback/v1/submissions/{path}{suffix}", headers=headers)
        assert 400 <= response.status_code < 500, response.text
    response = await service.http.post(f"/api/feedback/v1/submissions/{path}/triage", json={}, headers=headers)
    assert 400 <= response.status_code < 500, response.text


@pytest.mark.asyncio
async def test_text_that_looks_like_something_else_is_only_text(service: Service) -> None:
    title = "'; DROP TABLE submission; -- <script>alert(1)</script> %s {0} ${x}"
    text = "a\u0301 e\u0302\u0301 🙂 \u202e \n\t '\"\\"
    _, code = await a_submission(service, title=title, text=text)
    case = await service.case(code)
    assert (case["title"], case["text"]) == (title, "\u00e1 \u1ebf 🙂\n'\"\\")


@pytest.mark.asyncio
async def test_a_key_twice_in_one_request_is_refused(service: Service) -> None:
    headers = [("Idempotency-Key", "a" * 16), ("Idempotency-Key", "b" * 16)]
    response = await service.http.post("/api/feedback/v1/submissions", json=submission(), headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "invalid-idempotency-key")


@pytest.mark.asyncio
async def test_no_cache_keeps_what_is_not_for_everybody(service: Service) -> None:
    statuses = await walk_private_answers(service.app, service.http, service.headers("feedback-hub"))
    assert statuses >= {200, 401, 404, 422}


@pytest.mark.asyncio
async def test_a_member_that_comes_twice_is_refused_everywhere(service: Service) -> None:
    scopes = {scope for held in SCOPES.values() for scope in held}
    headers = partial(service.issuer.headers, *scopes, client_id="feedback-hub", organisation_id=HUB)
    forms = ("/mailbox/files", "/open311/v2/requests.{format}")
    await refuse_repeated_members(service.app, service.http, headers, *forms)


@pytest.mark.asyncio
async def test_no_spoiled_request_makes_the_service_fail(service: Service) -> None:
    tried: set[str] = set()

    async def spoiled_first(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
        route = re.sub(r"[0-9a-f-]{36}", "{}", path)
        if route not in tried:
            tried.add(route)
            sent = dict(headers) | (service.headers(client_id) if client_id in SCOPES else {})
            await service.survives(path, body, sent)

    await the_life_of_a_submission(service, spoiled_first)
    await an_idea_is_taken_up(service, spoiled_first)
    assert len(tried) > 9
    submission_id, _ = await a_submission(service, "another-key-000001")
    await service.reads_survive("feedback-hub", {"submission_id": str(submission_id), "attachment_id": str(uuid4())})
    await service.survives_headers("/submissions", submission(), {"idempotency-key": "a-third-key-0000001"})


@pytest.mark.asyncio
async def test_no_spoiled_step_of_a_sender_makes_the_service_fail(service: Service) -> None:
    tried: set[str] = set()

    async def spoiled_first(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
        route = re.sub(r"[0-9a-f-]{36}", "{}", path)
        if body is not None and route not in tried and re.search("templates|promises|mailbox/", route):
            tried.add(route)
            sent = dict(headers) | (service.headers(client_id) if client_id in SCOPES else {})
            await service.survives(path, body, sent)

    await what_a_sender_does(service, spoiled_first)
    assert len(tried) > 4
