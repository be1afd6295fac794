"""Endorsements of public copies, for tests."""

from typing import Any

from tests.integration.feedback.conftest import Service
from tests.integration.feedback.publication.released import Before, nothing_first

HEAD: dict[str, Any] = {
    "head": "Bộ trưởng Bộ Khoa học và Công nghệ",
    "points": [{"point": "Công bố lịch trống", "answer": "Công bố trước 31/3/2026, cập nhật hằng tuần."}],
}


def person(service: Service, name: str) -> dict[str, str]:
    """The token of a person whom the provider verified."""
    token = service.issuer.token("feedback:endorse", client_id="citizen", sub=name, position=None, auth_time=1)
    return {"Authorization": f"Bearer {token}"}


async def endorse(service: Service, publication_id: str, name: str | None = None, **body: Any) -> Any:
    """What a person, or a stranger without a name, is answered."""
    path = f"/publications/{publication_id}/endorsements"
    sent = {} if name is None else person(service, name)
    response = await service.public(path if name is None else f"{path}/verified", body, **sent)
    return response.json() | {"answered": response.status_code}


async def a_copy_that_is_endorsed(service: Service, publication_id: str, before: Before = nothing_first) -> None:
    """A stranger and a person endorse a public copy."""
    path = f"/publications/{publication_id}/endorsements"
    await before("anybody", path, {}, {})
    assert (await endorse(service, publication_id))["answered"] == 200
    await before("anybody", f"{path}/verified", {}, person(service, "an"))
    assert (await endorse(service, publication_id, "an"))["answered"] == 200
