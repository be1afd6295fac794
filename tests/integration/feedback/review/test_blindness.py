"""Blind until review: what a role may not know changes nothing of what that role is answered, anywhere.

Each role asks every address that it knows of, with every identifier of the case, before and after each hidden step:
status, body, length and entity tag must stay the same. Lists, counts, order, times and refusals are in that.
"""

import random
import re
from collections.abc import Awaitable, Callable, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from tests.integration.feedback.conftest import MINISTRY, Service, an_answer, an_assigned_submission
from tests.integration.feedback.review.experts import (
    a_reviewed_case,
    an_asked_expert,
    an_expert,
    an_opinion,
    asked,
    done,
    given,
    own,
    registered,
)

from sixclear.common.web.access import access_rules
from sixclear.feedback.review.rules import LABELS

pytestmark = pytest.mark.asyncio
Seen = dict[str, tuple[int, bytes, str | None]]
SENDER = {"kind": "scientist", "name": "Trần Thị Bình", "email": "binh@example.invalid", "phone": "+84 912 345 678"}
# Nothing of these is for who does not handle the case.
OF_SENDER = ("Bình", "binh@", "912 345", "scientist", "Tôi ở Huế", "Bà ở đâu")
_UNTOLD = (
    "/mailbox",
    "/challenge",
    "/log/",
    "/access-log",
    "/docs",
    "/openapi",
    "/no-answers",
    "/submissions/on-behalf",
)


class Case(NamedTuple):
    """A case with two experts who were asked; `client` asks for a role."""

    service: Service
    submission_id: UUID
    code: str
    first: str
    second: str

    @property
    def path(self) -> str:
        return f"/submissions/{self.submission_id}"

    async def seen_by(self, client: str | None) -> Seen:
        """All that a client is answered, wherever it asks; POST with what cannot succeed for this client."""
        service, seen = self.service, {}
        headers = service.headers(client) if client else {}
        for method, address in self._addresses():
            body = {"reviewer_id": self.first} if method == "POST" else None
            response = await service.http.request(method, address, headers=headers, json=body)
            told = re.sub(rb'"request_id":"[^"]+"', b"", response.content)
            seen[f"{method} {address}"] = (response.status_code, told, response.headers.get("etag"))
        return seen

    def _addresses(self) -> list[tuple[str, str]]:
        known = {"submission_id": [str(self.submission_id)], "review_id": [self.first, self.second]}
        found = [("GET", f"{self.service.prefix}/own/reviews?status={status}") for status in ("assigned", "given")]
        found += [("GET", f"{self.service.prefix}/submissions?limit=1&status=assigned&kind=initiative")]
        for method, path, _ in access_rules(self.service.app):
            if method not in ("GET", "POST") or any(part in path for part in _UNTOLD):
                continue
            names = re.findall(r"{(\w+)}", path)
            if method == "POST" and "{review_id}" not in path:
                continue
            for review_id in known["review_id"] if "review_id" in names else ("",):
                values = {name: known.get(name, [self.first])[0] for name in names} | {"review_id": review_id}
                found.append((method, path.format_map(values)))
        return found


async def the_case(service: Service) -> Case:
    """An initiative from a sender who can be reached, and who signed the text."""
    text = "Các viện công bố lịch trống của thiết bị.\nTôi tên là Trần Thị Bình, 0912 345 678, binh@example.invalid"
    return Case(service, *await a_reviewed_case(service, sender=SENDER, text=text))


def hidden_from_who_has_not_reviewed(case: Case) -> dict[str, Callable[[], Awaitable[Any]]]:
    """What happens on a case that an expert must not notice before the own review is given."""
    service = case.service

    async def another_is_asked() -> None:
        await an_asked_expert(service, case.submission_id, "expert-3")

    async def another_case() -> None:
        await service.send({"kind": "initiative", "title": "Khác", "text": "Khác", "sender": SENDER}, "k" * 20)

    async def sender_writes() -> None:
        said = {"receipt_code": case.code, "text": "Tôi ở Huế"}
        assert (await service.public("/mailbox/messages", said)).status_code == 201

    steps: dict[str, Callable[[], Awaitable[Any]]] = {
        "another expert is asked": another_is_asked,
        "another case comes": another_case,
        "the sender writes": sender_writes,
        "a handler asks": lambda: done(service, "ministry", f"{case.path}/messages", {"text": "Bà ở đâu?"}),
        "a desk asks who it is": lambda: done(service, "desk", f"{case.path}/identity-requests", {"reason": "Gọi lại"}),
        "an answer is drafted": lambda: done(service, "ministry", f"{case.path}/answers", an_answer()),
        "the other one gives the review": lambda: given(service, "expert-2", case.second),
        "handlers discuss": lambda: done(service, "ministry", f"{case.path}/review-discussion", {"text": "Hay."}),
    }
    return steps


async def unmoved(case: Case, client: str | None, steps: Mapping[str, Callable[[], Awaitable[Any]]], seed: int) -> Seen:
    """Take the steps in an order by chance; what the client sees is the same after each. Answers what it is."""
    before = await case.seen_by(client)
    for name in random.Random(seed).sample(sorted(steps), len(steps)):
        await steps[name]()
        case.service.clock.pass_by(minutes=1)
        after = await case.seen_by(client)
        assert after == before, name
    return before


@pytest.mark.parametrize("seed", [1, 2])
async def test_an_expert_who_has_not_reviewed_notices_nothing(service: Service, seed: int) -> None:
    case = await the_case(service)
    await done(service, "expert-1", f"/own/reviews/{case.first}/declaration", {"conflict": False})
    seen = await unmoved(case, "expert-1", hidden_from_who_has_not_reviewed(case), seed)
    address = f"{service.prefix}/own/reviews/"
    assert seen[f"GET {address}{case.first}"][0] == 200
    assert (seen[f"GET {address}{case.second}"][0], seen[f"POST {address}{case.second}/discussion"][0]) == (404, 422)
    everything = b"".join(body for _, body, _ in seen.values()).decode()
    assert "thiết bị" in everything, "the text is read"
    assert not [one for one in OF_SENDER if one in everything]


async def test_before_the_declaration_there_is_no_text(service: Service) -> None:
    case = await the_case(service)
    shown = (await own(service, "expert-1", f"/{case.first}")).json()
    assert (shown["text"], shown["others"], shown["discussion"], shown["label"]) == (None, None, None, None)
    refused = await service.post("expert-1", f"/own/reviews/{case.first}/opinion", an_opinion())
    assert refused.json()["code"] == "transition-not-allowed"
    assert (await service.rows("access_log")) == []


@pytest.mark.parametrize("client", [None, "expert-3", "other-ministry"])
async def test_strangers_to_the_case_notice_nothing_at_all(service: Service, client: str | None) -> None:
    """The public, an expert who is registered and not asked, and another body."""
    case = await the_case(service)
    await registered(service, position="expert-3")
    await done(service, "expert-1", f"/own/reviews/{case.first}/declaration", {"conflict": False})
    steps = hidden_from_who_has_not_reviewed(case) | {
        "another expert is asked": lambda: an_asked_expert(service, case.submission_id, "expert-4"),
        "the first one gives the review": lambda: done(
            service, "expert-1", f"/own/reviews/{case.first}/opinion", an_opinion()
        ),
    }
    seen = await unmoved(case, client, steps, 3)
    assert not [where for where, (status, body, _) in seen.items() if status == 200 and b"initiative" in body][1:], (
        "only the sets of criteria, which are public, have the word"
    )


async def test_the_sender_notices_no_review(service: Service) -> None:
    case = await the_case(service)
    before = await service.case(case.code)
    for client, review in (("expert-1", case.first), ("expert-2", case.second)):
        await given(service, client, review)
        await own(service, client, f"/{review}")
        await done(service, client, f"/own/reviews/{review}/discussion", {"text": "Tôi ủng hộ."})
        assert await service.case(case.code) == before
    assert "review" not in str(before)


async def test_after_the_own_review_the_others_are_read_and_the_sender_is_not(service: Service) -> None:
    case = await the_case(service)
    await given(service, "expert-2", case.second, words="Ý của người kia.")
    await done(service, "expert-1", f"/own/reviews/{case.first}/declaration", {"conflict": False})
    await done(service, "expert-1", f"/own/reviews/{case.first}/opinion", an_opinion())
    await done(service, "expert-2", f"/own/reviews/{case.second}/discussion", {"text": "Còn chi phí?"})
    shown = (await own(service, "expert-1", f"/{case.first}")).json()
    [other] = shown["others"]
    assert (other["words"], other["total"]) == ("Ý của người kia.", 84)
    assert set(other) == {"label", "scores", "total", "advice", "words"}, "no time, no identifier, no name"
    assert shown["discussion"] == [{"author": other["label"], "text": "Còn chi phí?"}]
    assert shown["label"] != other["label"]
    steps = hidden_from_who_has_not_reviewed(case)
    steps = {name: steps[name] for name in steps if name not in ("the other one gives the review", "handlers discuss")}
    seen = await unmoved(case, "expert-1", steps, 5)
    everything = b"".join(body for _, body, _ in seen.values()).decode()
    assert not [one for one in (*OF_SENDER, "expert-2") if one in everything]


async def test_who_handles_the_case_reads_the_reviews_and_the_hub_alone_who_wrote_them(service: Service) -> None:
    case = await the_case(service)
    await given(service, "expert-1", case.first)
    for client, told in (("ministry", False), ("feedback-hub", True), ("desk", True)):
        answer = await service.http.get(f"{service.prefix}{case.path}/reviews", headers=service.headers(client))
        shown = {one["review_id"]: one for one in answer.json()["reviews"]}
        assert (shown[case.first]["words"], shown[case.second]["words"]) == (an_opinion()["words"], None)
        assert ("Chuyên gia" in answer.text, shown[case.first]["reviewer_id"] is not None) == (told, told)
    seen = await case.seen_by("ministry")
    assert "Chuyên gia" not in b"".join(body for _, body, _ in seen.values()).decode()


async def test_an_expert_who_is_a_handler_by_another_client_sees_no_case_under_the_own_review(service: Service) -> None:
    """In no list, in no count, not in the log, and not there by its identifier: the same as a case of another body."""
    submission_id, _ = await an_assigned_submission(service)
    expert = an_expert(person="lan")
    del expert["position"]
    reviewer = await done(service, "feedback-hub", "/reviewers", expert)
    assert (await asked(service, submission_id, reviewer["reviewer_id"])).status_code == 201

    async def seen_by(person: str) -> list[Any]:
        claims: dict[str, Any] = {
            "client_id": "portal",
            "sub": person,
            "azp": "portal",
            "auth_time": 1_700_000_000,
            "position": None,
        }
        token = service.issuer.token("feedback:handle", "feedback:publish", organisation_id=MINISTRY, **claims)
        headers = {"Authorization": f"Bearer {token}"}
        answers = []
        for path in ("/submissions", f"/submissions/{submission_id}", f"/submissions/{submission_id}/reviews"):
            answers.append(await service.http.get(f"{service.prefix}{path}", headers=headers))
        said = {"text": "Tôi trả lời."}
        answers.append(
            await service.http.post(
                f"{service.prefix}/submissions/{submission_id}/messages", json=said, headers=headers
            )
        )
        log = await service.http.get(f"{service.prefix}/own/log", headers=headers)
        return [answers[0].json()["total"], len(log.json()), *(answer.status_code for answer in answers)]

    assert await seen_by("lan") == [0, 0, 200, 404, 404, 404]
    assert await seen_by("hung") == [1, 4, 200, 200, 200, 201]


async def test_an_expert_of_another_body_than_the_register_says_is_none(service: Service) -> None:
    """The register's body is what conflicts are computed by."""
    case = await the_case(service)
    token = service.issuer.token("feedback:review", client_id="expert-1", organisation_id=MINISTRY)
    headers = {"Authorization": f"Bearer {token}"}
    listed = await service.http.get(f"{service.prefix}/own/reviews", headers=headers)
    assert (listed.status_code, listed.json()["items"], listed.json()["total"]) == (200, [], 0)
    answer = await service.http.get(f"{service.prefix}/own/reviews/{case.first}", headers=headers)
    assert answer.json()["code"] == "review-not-found"


async def test_what_was_taken_back_is_not_there(service: Service) -> None:
    case = await the_case(service)
    await done(service, "expert-1", f"/own/reviews/{case.first}/declaration", {"conflict": False})
    await done(service, "feedback-hub", f"{case.path}/reviews/{case.first}/withdraw", {})
    unknown = await own(service, "expert-1", f"/{case.submission_id}")
    withdrawn = await own(service, "expert-1", f"/{case.first}")
    answers = [(one.status_code, one.json()["code"], one.json()["detail"]) for one in (withdrawn, unknown)]
    assert answers[0] == answers[1] == (404, "review-not-found", "You have no review with this identifier.")
    assert (await own(service, "expert-1")).json()["total"] == 0
    again = await asked(service, case.submission_id, str(await _reviewer_of(service, case.first)))
    assert (again.status_code, again.json()["status"]) == (201, "assigned")


async def _reviewer_of(service: Service, review_id: str) -> UUID:
    [found] = [row["reviewer_id"] for row in await service.rows("review") if str(row["review_id"]) == review_id]
    return UUID(str(found))


async def test_a_sealed_initiative_is_read_by_experts_in_the_log_that_its_author_sees(service: Service) -> None:
    case = Case(service, *await a_reviewed_case(service, visibility="sealed"))
    before = (await own(service, "expert-1", f"/{case.first}")).json()
    assert (before["title"], before["text"]) == (None, None)
    assert (await service.case(case.code))["accesses"] == []
    await done(service, "expert-1", f"/own/reviews/{case.first}/declaration", {"conflict": False})
    assert (await own(service, "expert-1", f"/{case.first}")).json()["text"]
    [access] = (await service.case(case.code))["accesses"]
    assert (access["what"], access["read_at"]) == ("sealed_text", "2025-11-03T03:00:00Z")
    kept = {row[name] for row in await service.rows("review") for name in ("assigned_at", "declared_at")}
    assert all(at is None or (at.minute, at.second, at.microsecond) == (0, 0, 0) for at in kept), "only the hour"


async def test_a_label_follows_from_nothing_that_others_know(service: Service) -> None:
    """Who knows the register and the case cannot work out which letter is whose."""
    submission_id, _ = await an_assigned_submission(service)
    for number in range(6):
        await an_asked_expert(service, submission_id, f"expert-{number}")
    rows = await service.rows("review")
    worked_out = []
    for row in rows:
        known = blake2b(submission_id.bytes + row["reviewer_id"].bytes).digest()
        worked_out.append(LABELS[int.from_bytes(known[:4], "big") % len(LABELS)])
    assert len({row["label"] for row in rows}) == 6
    assert [row["label"] for row in rows] != worked_out
