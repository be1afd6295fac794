"""The pages of experts in front of the real service: each role reads what is for it, and blind stays blind there."""

import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from tests.integration.feedback.conftest import Service
from tests.integration.feedback.review.experts import SCORES, a_reviewed_case, done, given
from tests.integration.feedback.review.test_blindness import (
    OF_SENDER,
    Case,
    hidden_from_who_has_not_reviewed,
    the_case,
)
from tests.integration.feedback.review.test_decisions import DECISION

from sixclear.portal.app import create_app
from sixclear.portal.settings import Settings
from sixclear.portal.shell.assets import Assets
from sixclear.portal.shell.rendering import Pages
from sixclear.portal.upstream.gateway import Gateway

pytestmark = pytest.mark.asyncio
LIST = "/own/reviews"
# What is another one each time a page is made.
_BY_CHANCE = re.compile(r'name="form_key" value="[^"]+"')
WORDS = "Khả thi; nên bắt đầu với thiết bị đo."


@pytest.fixture(scope="module")
def pages() -> Pages:
    """Templates and static files, read once."""
    return Pages(Assets())


class Portal:
    """A browser at the portal, which asks the real service; what services hear is kept."""

    def __init__(self, service: Service, pages: Pages) -> None:
        self.service = service
        self.heard: list[httpx2.Request] = []
        gateway = Gateway(self._client, 5.0, clock=service.clock)
        app = create_app(settings=Settings(), clock=service.clock, gateway=gateway, pages=pages)
        self.browser = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://portal")

    def _client(self, name: str) -> httpx2.AsyncClient:
        async def note(request: httpx2.Request) -> None:
            self.heard.append(request)

        inner = httpx2.ASGITransport(app=self.service.app)
        return httpx2.AsyncClient(transport=inner, base_url=f"http://{name}", event_hooks={"request": [note]})

    def token(self, client: str) -> str:
        return self.service.headers(client)["Authorization"].removeprefix("Bearer ")

    async def read(self, client: str | None, path: str, language: str = "vi") -> httpx2.Response:
        """A page as a client whom a proxy in front of the portal has signed in."""
        headers = (self.service.headers(client) if client else {}) | {"Accept-Language": language}
        return await self.browser.get(path, headers=headers)

    async def send(self, client: str | None, path: str, **fields: str) -> httpx2.Response:
        """A form; its key is that of the page."""
        page = await self.read(client, path)
        found = re.search(r'name="form_key" value="([^"]+)"', page.text)
        key = {"form_key": found[1]} if found else {}
        headers = self.service.headers(client) if client else {}
        return await self.browser.post(path, data=key | fields, headers=headers)


@asynccontextmanager
async def portal_of(service: Service, pages: Pages) -> AsyncIterator[Portal]:
    portal = Portal(service, pages)
    async with portal.browser:
        yield portal


def said(page: httpx2.Response) -> str:
    """What a page says, without what is by chance."""
    return _BY_CHANCE.sub("", page.text)


def typed(**changes: str) -> dict[str, str]:
    """A whole review, as a form sends it."""
    fields = {f"score_{code}": str(points) for code, points in SCORES.items()}
    return fields | {"advice": "accept", "words": WORDS, "step": "opinion"} | changes


async def test_an_expert_declares_reads_judges_discusses_and_reads_the_decision(service: Service, pages: Pages) -> None:
    case = await the_case(service)
    async with portal_of(service, pages) as portal:
        listed = await portal.read("expert-1", LIST)
        assert f'href="{LIST}/{case.first}"' in listed.text
        assert case.second not in listed.text
        assert listed.headers["cache-control"] == "no-store"
        path = f"{LIST}/{case.first}"
        before = await portal.read("expert-1", path)
        assert "Khai trước khi đọc" in before.text
        assert "lịch trống" not in before.text
        declared = await portal.send("expert-1", path, step="free")
        assert (declared.status_code, declared.headers["location"]) == (303, f"{path}?done=free")
        reading = await portal.read("expert-1", path)
        assert "lịch trống của thiết bị" in reading.text
        assert not [one for one in OF_SENDER if one in reading.text]
        sent = await portal.send("expert-1", path, **typed())
        assert sent.status_code == 303, sent.text
        await given(service, "expert-2", case.second, words="Ý của người kia.")
        after = await portal.read("expert-1", path)
        assert "Ý của người kia." in after.text
        assert WORDS in after.text
        assert "84 trên 100" in after.text
        discussed = await portal.send("expert-1", path, step="discussion", text="Còn chi phí?")
        assert discussed.status_code == 303
        drafted = await done(service, "feedback-hub", f"{case.path}/review-decisions", DECISION)
        undecided = await portal.read("expert-1", path)
        assert "Còn chi phí?" in undecided.text
        assert DECISION["reason"] not in undecided.text
        confirm = f"{case.path}/review-decisions/{drafted['decision_id']}/confirm"
        await done(service, "feedback-publisher", confirm, {})
        decided = await portal.read("expert-1", path)
        assert DECISION["reason"] in decided.text
        assert 'value="discussion"' not in decided.text, "it is decided"


@pytest.mark.parametrize("seed", [1, 2])
async def test_pages_of_who_has_not_reviewed_show_nothing_of_what_happens(
    service: Service, pages: Pages, seed: int
) -> None:
    """List, own review and that of another are the same, byte by byte, after each hidden step in any order."""
    case = await the_case(service)
    await done(service, "expert-1", f"/own/reviews/{case.first}/declaration", {"conflict": False})
    steps = hidden_from_who_has_not_reviewed(case)
    addresses = [LIST, f"{LIST}?status=given", f"{LIST}/{case.first}", f"{LIST}/{case.second}"]
    async with portal_of(service, pages) as portal:

        async def seen(client: str) -> list[tuple[int, str]]:
            answers = [await portal.read(client, address) for address in addresses]
            return [(answer.status_code, _without_request(said(answer))) for answer in answers]

        before = {client: await seen(client) for client in ("expert-1", "expert-3")}
        for name in random.Random(seed).sample(sorted(steps), len(steps)):
            if name == "another expert is asked":  # who is not asked is in this story the third one
                continue
            await steps[name]()
            service.clock.pass_by(minutes=1)
            for client, shown in before.items():
                assert await seen(client) == shown, (client, name)
        assert [status for status, _ in before["expert-1"]] == [200, 200, 200, 404]
        assert [status for status, _ in before["expert-3"]] == [200, 200, 404, 404]
        everything = "".join(text for shown in before.values() for _, text in shown)
        assert not [one for one in OF_SENDER if one in everything]


def _without_request(text: str) -> str:
    return re.sub(r'<span class="code" dir="ltr">[0-9a-f-]{36}</span>', "", text)


@pytest.mark.parametrize("client", ["feedback-hub", "ministry", "feedback-publisher", "auditor"])
async def test_who_is_no_expert_is_led_to_sign_in_and_shown_nothing(
    service: Service, pages: Pages, client: str
) -> None:
    case = await the_case(service)
    async with portal_of(service, pages) as portal:
        for path in (LIST, f"{LIST}/{case.first}"):
            for who in (client, None):
                answer = await portal.read(who, path)
                assert answer.status_code == 303
                assert answer.headers["location"].startswith("/own/sign-in?next=%2Fown%2Freviews")
                assert answer.headers["cache-control"] == "no-store"


async def test_a_sealed_initiative_is_read_only_after_the_declaration(service: Service, pages: Pages) -> None:
    sealed = {"abstract": "Một loại pin rẻ hơn.", "visibility": "sealed"}
    case = Case(service, *await a_reviewed_case(service, **sealed))
    path = f"{LIST}/{case.first}"
    async with portal_of(service, pages) as portal:
        before = await portal.read("expert-1", path)
        assert "Một loại pin rẻ hơn." in before.text
        assert "Bản đồ phòng thí nghiệm" not in before.text
        assert (await service.case(case.code))["accesses"] == []
        await portal.send("expert-1", path, step="free")
        assert "Bản đồ phòng thí nghiệm" in (await portal.read("expert-1", path)).text
        assert [one["what"] for one in (await service.case(case.code))["accesses"]] == ["sealed_text"]


async def test_who_declares_a_conflict_reads_nothing_and_the_hub_why(service: Service, pages: Pages) -> None:
    case = await the_case(service)
    path = f"{LIST}/{case.first}"
    async with portal_of(service, pages) as portal:
        ended = await portal.send("expert-1", path, step="conflict", reason="Bạn cũ của tôi")
        assert ended.status_code == 303
        shown = await portal.read("expert-1", path)
        assert "từ chối lời mời này" in shown.text
        assert "Bản đồ" not in shown.text
        assert "Bạn cũ của tôi" not in shown.text
    reviews = (await service.get(f"{case.path}/reviews"))["reviews"]
    assert {one["conflict"] for one in reviews} == {"Bạn cũ của tôi", None}


async def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(service: Service, pages: Pages) -> None:
    case = await the_case(service)
    path = f"{LIST}/{case.first}"
    await done(service, "expert-1", f"/own/reviews/{case.first}/declaration", {"conflict": False})
    async with portal_of(service, pages) as portal:
        wrong = await portal.send("expert-1", path, **typed(score_novelty="31", score_scale="", advice="maybe"))
        assert wrong.status_code == 422
        for name in ("score_novelty", "score_scale", "advice"):
            assert f'id="{name}-problem"' in wrong.text
        assert WORDS in wrong.text
        assert 'value="31"' in wrong.text
        other = await portal.send("expert-1", f"{path}?lang=en", **typed(keep="1"))
        assert (other.status_code, other.headers["content-language"]) == (200, "en")
        assert WORDS in other.text
        expired = await portal.browser.post(path, data=typed(), headers={"Authorization": "Bearer not.a.token"})
        nobody = await portal.browser.post(path, data=typed())
        for answer in (expired, nobody):
            assert answer.status_code == 401
            assert WORDS in answer.text
            assert 'value="opinion"' in answer.text, "one button sends it again"
        foreign = await portal.browser.post(
            path, data=typed(), headers=service.headers("expert-1") | {"Origin": "https://elsewhere.example"}
        )
        assert foreign.status_code == 403
        assert [row["status"] for row in await service.rows("review")].count("given") == 0
        sent = await portal.send("expert-1", path, **typed())
        again = await portal.send("expert-1", path, **typed(words="Nói khác"))
        assert (sent.status_code, again.status_code) == (303, 422)
        assert "This step can no longer be taken" in again.text


async def test_a_token_is_kept_by_the_browser_for_these_pages_and_goes_to_the_one_service(
    service: Service, pages: Pages
) -> None:
    await the_case(service)
    async with portal_of(service, pages) as portal:
        token = portal.token("expert-1")
        refused = await portal.browser.post("/own/sign-in", data={"token": "no token\r\nX: y"})
        assert (refused.status_code, "token-problem" in refused.text) == (422, True)
        signed = await portal.browser.post("/own/sign-in", data={"token": token, "next": "//elsewhere.example/own/"})
        assert (signed.status_code, signed.headers["location"]) == (303, LIST), "never to an address elsewhere"
        cookie = signed.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "path=/own" in cookie
        portal.heard.clear()
        listed = await portal.browser.get(LIST)
        assert listed.status_code == 200
        assert token not in listed.text
        assert "Sáng kiến" in listed.text
        await portal.browser.get("/feedback/public")
        bearers = {request.url.path for request in portal.heard if "authorization" in request.headers}
        assert bearers == {"/api/feedback/v1/own/reviews"}
        out = await portal.browser.post("/own/sign-out", data={"out": "1"})
        assert out.headers["location"] == "/own/sign-in"
        assert (await portal.browser.get(LIST)).status_code == 303


@pytest.mark.parametrize("language", ["vi", "en", "ar"])
async def test_each_page_is_whole_in_each_language(service: Service, pages: Pages, language: str) -> None:
    case = await the_case(service)
    path = f"{LIST}/{case.first}"
    async with portal_of(service, pages) as portal:

        async def whole(path: str, client: str | None = "expert-1") -> None:
            page = await portal.read(client, path, language)
            assert (page.status_code, page.headers["content-language"]) == (200, language)
            assert "<script" not in page.text, "without script"
            assert "style=" not in page.text

        for address in (LIST, path):
            await whole(address)
        await whole("/own/sign-in?why=scope", None)
        await portal.send("expert-1", path, step="free")
        await whole(f"{path}?done=free")
        await portal.send("expert-1", path, **typed())
        await given(service, "expert-2", case.second)
        await done(service, "feedback-hub", f"{case.path}/review-discussion", {"text": "Cảm ơn."})
        await whole(f"{path}?done=opinion")
