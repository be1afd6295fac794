"""What a body sends for itself, for tests: a letter with two points."""

from typing import Any

import httpx2
from tests.integration.feedback.conftest import MINISTRY, Service

KEY = "a-letter-of-a-ministry-1"
POINTS = ["Cho kéo dài thời hạn dùng kinh phí sang quý I.", "Ban hành định mức thuê dịch vụ điện toán đám mây."]


def a_letter(**changes: Any) -> dict[str, Any]:
    """One letter of one body to another."""
    said = {"kind": "recommendation", "title": "Kiến nghị của Bộ", "text": "Bộ gặp hai vướng mắc.", "points": POINTS}
    return said | {"organisation_id": str(MINISTRY)} | changes


def answered(*answers: str) -> list[dict[str, str]]:
    """The first points of the letter with these answers."""
    return [{"point": point, "answer": answer} for point, answer in zip(POINTS, answers, strict=False)]


async def sent(service: Service, key: str = KEY, client: str = "other-ministry", **changes: Any) -> httpx2.Response:
    """What the body is answered that sends it."""
    return await service.post(client, "/own/submissions", a_letter(**changes), **{"Idempotency-Key": key})


async def own(service: Service, path: str = "", client: str = "other-ministry", **query: Any) -> httpx2.Response:
    """What a body reads of what it sent."""
    headers = service.headers(client)
    return await service.http.get(f"{service.prefix}/own/submissions{path}", params=query, headers=headers)


async def a_letter_and_what_became_of_it(service: Service) -> None:
    """A body sends for itself and reads the list and the letter."""
    response = await sent(service)
    assert response.status_code == 201, response.text
    for path in ("", f"/{response.json()['submission_id']}"):
        read = await own(service, path)
        assert read.status_code == 200, read.text
