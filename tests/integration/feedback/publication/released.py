"""Cases with public copies, for tests of what the public reads."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from tests.integration.feedback.conftest import KEY, SCOPES, Service, an_answer, an_assigned_submission

WORDS: dict[str, Any] = {
    "title": "Bản đồ phòng thí nghiệm dùng chung",
    "text": "Các viện công bố lịch trống để doanh nghiệp đặt dùng thiết bị.",
}
ANSWER = "Bộ sẽ công bố lịch của 12 phòng thí nghiệm trước 31/3/2026."


ABOUT = {"field": "science-technology", "place": "G06"}
MISTAKE = {"why": "mistake"}
Before = Callable[[str, str, Any, Mapping[str, str]], Awaitable[None]]


async def nothing_first(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
    """What comes before a step in the plain story."""


async def the_life_of_a_public_copy(
    service: Service, opening: dict[str, str], before: Before = nothing_first
) -> tuple[str, str]:
    """The sender of an answered case agrees, a moderator releases the public copy, somebody finds it; case and copy."""

    async def step(client_id: str, path: str, body: Any) -> None:
        await before(client_id, path, body, {})
        headers = service.headers(client_id) if client_id in SCOPES else {}
        response = await service.http.post(f"{service.prefix}{path}", json=body, headers=headers)
        assert response.status_code in (200, 201), response.text

    case: str = (await service.case(opening["receipt_code"]))["submission_id"]
    await step("anybody", "/mailbox/consent", opening | {"consent": True})
    await step("feedback-publisher", f"/submissions/{case}/publication", WORDS | ABOUT | {"answer": ANSWER})
    await step("anybody", "/similar", {"text": WORDS["title"]} | ABOUT)
    (copy,) = await listed(service)
    return case, copy["publication_id"]


async def an_answered_case(service: Service, key: str = KEY, **changes: Any) -> tuple[UUID, str]:
    """Identifier and receipt code of a case that the hub answered: drafted by one person, published by another."""
    case, code = await an_assigned_submission(service, key, **({"consent": True} | changes))
    drafted = await service.post("feedback-hub", f"/submissions/{case}/answers", an_answer())
    assert drafted.status_code == 201, drafted.text
    path = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
    published = await service.post("feedback-publisher", path, {})
    assert published.status_code == 200, published.text
    return case, code


async def released(service: Service, case: UUID, **changes: Any) -> dict[str, Any]:
    """The public copy of an answered case, released by a moderator, as everyone reads it."""
    words = WORDS | {"answer": ANSWER} | changes
    response = await service.post("feedback-publisher", f"/submissions/{case}/publication", words)
    assert response.status_code in (200, 201), response.text
    path = f"{service.prefix}/publications/{response.json()['publication_id']}"
    shown: dict[str, Any] = (await service.http.get(path)).json()
    return shown


async def listed(service: Service, **query: Any) -> list[Any]:
    """What everyone finds."""
    response = await service.http.get(f"{service.prefix}/publications", params=query)
    assert response.status_code == 200, response.text
    items: list[Any] = response.json()["items"]
    return items
