"""A commune reports once, in its own installation; the province and the centre see it in theirs."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.integration.tasks.conftest import START, Service, _fill, _running, an_assigned_task
from tests.integration.tasks.connector.receivers import Sending, receiving, with_tokens

from sixclear.common.testing.postgres import CloneDatabase, Filled
from sixclear.tasks.organisation.seed import organisation_id

pytestmark = [pytest.mark.asyncio]

COMMUNE = "25999"
OF_COMMUNE = {
    "lead_organisation": COMMUNE,
    "responsible_position": {"title": "Chủ tịch Ủy ban nhân dân phường", "organisation": COMMUNE},
}


@pytest_asyncio.fixture
async def national(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The installation of the upper levels, with a database of its own."""
    async with _running(await clone_database("sixclear.tasks", Filled("plan", _fill)), START) as running:
        yield running


def connector(address: str, index: str, task_id: str, **changes: Any) -> dict[str, Any]:
    credential = {
        "kind": "client_credentials",
        "secret": "national",
        "token_address": f"{address}/token",
        "client_id": "org-25999",
    }
    mapping = {"items": [{"index": index, "task_ids": [task_id]}]}
    return {
        "name": "Hệ thống trung ương",
        "adapter": "sixclear",
        "address": address,
        "source": "central",
        "credential": credential,
        "mapping": mapping,
    } | changes


async def test_a_commune_reports_once_and_the_upper_levels_see_it(
    service: Service, national: Service, tmp_path: Path
) -> None:
    """The receiver is away for an hour, then loses an answer: nothing is doubled."""
    folder = tmp_path / str(organisation_id(COMMUNE))
    folder.mkdir()
    (folder / "national").write_text("the client's secret\n")
    ours = str(await an_assigned_task(service, **OF_COMMUNE))
    theirs = await an_assigned_task(national, source="central", external_id="NV-57/01", **OF_COMMUNE)
    sending = Sending(service, tmp_path)
    async with receiving(with_tokens(national, COMMUNE, "the client's secret")) as receiver:
        made = await service.post(COMMUNE, "/connectors", connector(receiver.url, "NV-57/01", ours))
        assert made.status_code == 201, made.text
        deliveries = f"/connectors/{made.json()['connector_id']}/deliveries"
        service.clock.pass_by(hours=1)
        report = {"percent": 40, "text": "Đã số hóa 40% hồ sơ", "difficulty": "Thiếu máy quét"}
        assert (await service.post(COMMUNE, f"/tasks/{ours}/progress", report)).status_code == 201
        await receiver.down()
        assert (await service.post(COMMUNE, deliveries, {})).json()["put"] == 1
        for _ in range(60):
            await sending()
            service.clock.pass_by(minutes=1)
            national.clock.pass_by(minutes=1)
        national.clock.now = service.clock.now
        (waiting,) = await listed(service, deliveries, state="waiting")
        assert waiting["problem"] == "no-connection"
        assert waiting["attempts"] <= 8
        assert (await service.post(COMMUNE, deliveries, {})).json()["unchanged"] == 1
        await receiver.up()
        for _ in range(70):
            await sending()
            service.clock.pass_by(minutes=1)
            national.clock.now = service.clock.now
        (delivered,) = await listed(service, deliveries)
        assert (delivered["state"], delivered["problem"]) == ("delivered", None)
        assert delivered["receipt"].startswith(str(theirs))
        assert (await service.post(COMMUNE, deliveries, {})).json()["put"] == 0
        assert await sending() == 0

        await service.post(COMMUNE, f"/tasks/{ours}/progress", {"percent": 55, "text": "Đã số hóa 55% hồ sơ"})
        assert (await service.post(COMMUNE, deliveries, {})).json()["put"] == 1
        await sending.ends_before_it_keeps_the_answer()
        service.clock.pass_by(minutes=3)
        national.clock.now = service.clock.now
        assert await sending() == 1
        assert (await listed(service, deliveries))[0]["attempts"] == 2

    reports = (await national.get(f"/tasks/{theirs}/reports"))["items"]
    assert [(one["percent"], one["text"], one["difficulty"]) for one in reports] == [
        (55, "Đã số hóa 55% hồ sơ", None),
        (40, "Đã số hóa 40% hồ sơ", "Thiếu máy quét"),
    ]
    assert {one["organisation"]["code"] for one in reports} == {COMMUNE}
    of_province = (await national.get("/tasks", organisation="75"))["items"]
    of_country = (await national.get("/tasks"))["items"]
    assert [one["percent"] for one in of_province] == [one["percent"] for one in of_country] == [55]


async def listed(service: Service, path: str, **params: str) -> list[dict[str, Any]]:
    response = await service.http.get(f"{service.prefix}{path}", headers=service.headers(COMMUNE), params=params)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["items"]
    return found
