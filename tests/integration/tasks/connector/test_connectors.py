"""Connectors of a body to a system that keeps values by index: its own, tried dry, with receipts and refusals."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.tasks.conftest import Service, an_assigned_task
from tests.integration.tasks.connector.receivers import Indices, Sending, receiving
from tests.integration.tasks.filing.filings import WEEKLY, file, oblige

from sixclear.tasks.organisation.seed import organisation_id

pytestmark = [pytest.mark.asyncio]

PROVINCE, DEPARTMENT, COMMUNE = "75", "75-KH", "25999"
NOWHERE = "https://receiver.example/values/{index}"
FIELDS = [{"name": "ky", "of": "period"}, {"name": "noi_dung", "of": "text"}, {"name": "don_vi", "of": "organisation"}]


async def task_of(service: Service, code: str, text: str | None = None, **changes: Any) -> str:
    led = {"lead_organisation": code, "responsible_position": {"title": "Giám đốc", "organisation": code}}
    task_id = str(await an_assigned_task(service, source="plan", external_id=f"{code} {uuid4()}", **led | changes))
    if text:
        await report(service, code, task_id, text)
    return task_id


async def report(service: Service, code: str, task_id: str, text: str, percent: int = 50) -> None:
    service.clock.pass_by(minutes=1)
    said = await service.post(code, f"/tasks/{task_id}/progress", {"percent": percent, "text": text})
    assert said.status_code == 201, said.text


async def keep(service: Service, items: list[dict[str, Any]], address: str = NOWHERE, **changes: Any) -> str:
    entry = {
        "name": "Hệ thống 57",
        "adapter": "http",
        "address": address,
        "mapping": {"items": items, "fields": FIELDS},
        **changes,
    }
    made = await service.post(PROVINCE, "/connectors", entry)
    assert made.status_code in (200, 201), made.text
    return f"/connectors/{made.json()['connector_id']}"


async def order(service: Service, path: str, period: str = "2025-W49", *, dry_run: bool = False) -> dict[str, Any]:
    asked = f"{path}/deliveries{'?dry_run=true' if dry_run else ''}"
    response = await service.post(PROVINCE, asked, {"period": period})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def listed(service: Service, path: str, **params: Any) -> list[dict[str, Any]]:
    headers = service.headers(PROVINCE)
    response = await service.http.get(f"{service.prefix}{path}", headers=headers, params=params)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["items"]
    return found


async def test_what_several_units_say_is_joined_in_order_and_arrives_once(service: Service, tmp_path: Path) -> None:
    folder = tmp_path / str(organisation_id(PROVINCE))
    folder.mkdir()
    (folder / "system-57").write_text(Indices.token)
    first = await task_of(service, DEPARTMENT, "Sở đã xong.")
    second = await task_of(service, COMMUNE, "Phường đang làm.")
    silent = await task_of(service, COMMUNE)
    indices, sending = Indices(), Sending(service, tmp_path)
    async with receiving(indices.app) as receiver:
        path = await keep(
            service,
            [
                {"index": "CS/01", "task_ids": [first, second]},
                {
                    "index": "CS-02",
                    "task_ids": [second, first],
                    "fields": [{"name": "gia_tri", "of": "percent", "task_id": second}, {"name": "ma", "of": "index"}],
                },
                {"index": "CS-03", "task_ids": [silent]},
                {"index": "?", "task_ids": [first]},
            ],
            f"{receiver.url}/values/{{index}}",
            credential={"kind": "bearer", "secret": "system-57"},
        )
        dry = await order(service, path, dry_run=True)
        assert (dry["put"], dry["left_out"], indices.asked) == (3, 1, [])
        shown = dry["deliveries"][0]["request"]
        assert (shown["method"], shown["address"]) == ("PUT", f"{receiver.url}/values/CS%2F01")
        assert shown["headers"]["Authorization"] == "Bearer ***"
        said = {
            "ky": "2025-W49",
            "noi_dung": "Sở đã xong.\nPhường đang làm.",
            "don_vi": "Sở Khoa học và Công nghệ\nPhường Biên Hòa",
        }
        assert shown["content"] == said
        assert await listed(service, f"{path}/deliveries") == []

        put = await order(service, path)
        assert [(one["outcome"], one["reason"]) for one in put["deliveries"]] == [
            ("put", None),
            ("put", None),
            ("left_out", "no-report"),
            ("put", None),
        ]
        await sending()
        assert indices.values == {"CS/01": said, "CS-02": {"gia_tri": 50, "ma": "CS-02"}}
        (refused,) = await listed(service, f"{path}/deliveries", state="refused")
        assert (refused["index"], refused["status"], refused["problem"]) == ("?", 422, "receiver-refused")
        assert refused["told"] == "no index ?; you said Bearer ***", "the receiver must not tell us our secret"
        delivered = await listed(service, f"{path}/deliveries", state="delivered")
        assert all(one["receipt"] and one["attempts"] == 1 for one in delivered)

        asked = len(indices.asked)
        again = await order(service, path)
        assert (again["put"], again["unchanged"]) == (1, 2), "only what was refused is put again"
        await sending()
        assert len(indices.asked) == asked + 1
        await report(service, COMMUNE, second, "Phường đã xong.", 100)
        assert (await order(service, path))["put"] == 3
        await sending()
        assert indices.values["CS-02"]["gia_tri"] == 100
        assert len({key for _, key in indices.asked}) == 5
        pages = await service.http.get(
            f"{service.prefix}{path}/deliveries", headers=service.headers(PROVINCE), params={"limit": 2}
        )
        rest = await listed(service, f"{path}/deliveries", limit=2, cursor=pages.json()["next"])
        assert len({one["delivery_id"] for one in [*pages.json()["items"], *rest]}) == 4


async def test_a_body_sees_and_uses_only_its_own_connectors_and_secrets(service: Service, tmp_path: Path) -> None:
    (tmp_path / str(organisation_id(PROVINCE))).mkdir()
    (tmp_path / str(organisation_id(PROVINCE)) / "ours").write_text("the province's secret")
    task_id = await task_of(service, COMMUNE, "Đã xong")
    path = await keep(service, [{"index": "1", "task_ids": [task_id]}])
    for code in (COMMUNE, "G06", "P57"):
        headers = service.headers(code)
        for address in (path, f"{path}/deliveries"):
            response = await service.http.get(f"{service.prefix}{address}", headers=headers)
            assert (response.status_code, response.json()["code"]) == (404, "connector-not-found")
        assert (await service.post(code, f"{path}/deliveries", {})).status_code == 404
        own = await service.http.get(f"{service.prefix}/connectors", headers=headers)
        assert own.json()["items"] == []
    indices = Indices()
    async with receiving(indices.app) as receiver:
        stolen = {
            "name": "x",
            "adapter": "http",
            "address": f"{receiver.url}/values/1",
            "credential": {"kind": "bearer", "secret": "ours"},
            "mapping": {"items": [{"index": "1", "task_ids": [task_id]}], "fields": [{"name": "t", "of": "text"}]},
        }
        made = (await service.post(COMMUNE, "/connectors", stolen)).json()
        assert (await service.post(COMMUNE, f"/connectors/{made['connector_id']}/deliveries", {})).json()["put"] == 1
        await Sending(service, tmp_path)()
        assert indices.asked == []
    for secret in ("../ours", "a/b", ".hidden"):
        entry = stolen | {"credential": {"kind": "bearer", "secret": secret}}
        assert (await service.post(COMMUNE, "/connectors", entry)).status_code == 422


async def test_tasks_of_other_bodies_are_not_sent(service: Service) -> None:
    foreign = await task_of(service, "G06", "Của bộ")
    entry = {
        "name": "x",
        "adapter": "http",
        "address": NOWHERE,
        "mapping": {
            "items": [{"index": "1", "task_ids": [foreign, str(uuid4())]}],
            "fields": [{"name": "t", "of": "text"}],
        },
    }
    refused = await service.post(PROVINCE, "/connectors", entry)
    assert (refused.status_code, refused.json()["code"]) == (422, "reference-unknown")
    assert [one["pointer"] for one in refused.json()["errors"]] == [
        "#/mapping/items/0/task_ids/0",
        "#/mapping/items/0/task_ids/1",
    ]
    assert await listed(service, "/connectors") == []


async def test_a_task_that_is_restricted_is_not_sent_also_when_it_waits(service: Service) -> None:
    task_id = await task_of(service, COMMUNE, "Chưa mật")
    indices, sending = Indices(), Sending(service)
    async with receiving(indices.app) as receiver:
        path = await keep(service, [{"index": "1", "task_ids": [task_id]}], f"{receiver.url}/values/1")
        assert (await order(service, path))["put"] == 1
        headers = service.headers("P57") | {"content-type": "application/merge-patch+json"}
        patched = await service.http.patch(
            f"{service.prefix}/tasks/{task_id}", json={"classification": "restricted"}, headers=headers
        )
        assert patched.status_code == 200, patched.text
        await sending()
        assert indices.asked == []
        (one,) = await listed(service, f"{path}/deliveries")
        assert (one["state"], one["problem"]) == ("refused", "task-restricted")
        assert [one["reason"] for one in (await order(service, path))["deliveries"]] == ["task-restricted"]


async def test_a_connector_is_described_again_and_switched_off(service: Service) -> None:
    task_id = await task_of(service, COMMUNE, "Đã xong")
    items = [{"index": "1", "task_ids": [task_id]}]
    path = await keep(service, items)
    assert await keep(service, items) == path, "the same again changes nothing"
    await keep(service, items, active=False)
    (one,) = await listed(service, "/connectors")
    assert (one["version"], one["active"]) == (2, False)
    refused = await service.post(PROVINCE, f"{path}/deliveries", {"period": "2025-W49"})
    assert (refused.status_code, refused.json()["code"]) == (409, "connector-inactive")
    stale = await service.post(PROVINCE, "/connectors", one_entry(one), **{"If-Match": '"1.1"'})
    assert stale.status_code == 412
    missing = await service.post(PROVINCE, f"{path}/deliveries?dry_run=true", {})
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "#/period")
    for number in range(19):
        await keep(service, items, name=str(number))
    full = await service.post(PROVINCE, "/connectors", one_entry(one) | {"name": "one more"})
    assert (full.status_code, full.json()["code"]) == (409, "too-many-connectors")


def one_entry(view: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in view.items() if name not in ("connector_id", "version", "recorded_at")}


async def test_only_confirmed_results_are_sent_where_the_body_says_so(service: Service) -> None:
    task_id = await task_of(service, COMMUNE, "Đã làm")
    path = await keep(service, [{"index": "1", "task_ids": [task_id]}], sends="confirmed")
    assert [one["reason"] for one in (await order(service, path))["deliveries"]] == ["not-confirmed"]


async def test_a_filing_is_passed_on_by_the_connectors_that_say_so(service: Service) -> None:
    """Filing is sending: the week that a body files goes upward in the transaction of its filing, once."""
    task_id = await task_of(service, PROVINCE, "Đã xong")
    await oblige(service, WEEKLY)
    items = [{"index": "1", "task_ids": [task_id]}]
    by_hand = await keep(service, items, name="by hand")
    path = await keep(service, items, name="with filings", on_filing=True)
    for _ in range(2):
        filed = await file(service, PROVINCE, "2025-W49")
        assert filed.status_code < 300, filed.text
        assert [one["period"] for one in await listed(service, f"{path}/deliveries")] == ["2025-W49"]
    assert await listed(service, f"{by_hand}/deliveries") == []


async def test_neither_secret_nor_address_is_written_anywhere_else(service: Service) -> None:
    task_id = await task_of(service, COMMUNE, "Đã xong")
    path = await keep(service, [{"index": "1", "task_ids": [task_id]}])
    await order(service, path)
    assert "receiver.example" not in str([event.data for event in await service.events()])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"credential": {"kind": "bearer"}}, "credential-incomplete"),
        ({"adapter": "sixclear"}, "source-of-sixclear"),
        ({"address": "https://{index}.example/"}, "host-filled-in"),
        ({"address": "https://receiver.example/{Index}"}, "place-unknown"),
        ({"address": "ftp://receiver.example/"}, "string-pattern-mismatch"),
    ],
)
async def test_what_cannot_be_sent_is_refused_when_it_is_described(
    service: Service, change: dict[str, Any], code: str
) -> None:
    mapping = {"items": [{"index": "1", "task_ids": [str(uuid4())]}], "fields": [{"name": "t", "of": "text"}]}
    entry = {"name": "x", "adapter": "http", "address": NOWHERE, "mapping": mapping} | change
    refused = await service.post(PROVINCE, "/connectors", entry)
    assert refused.status_code == 422
    assert code in refused.text
    assert "receiver.example" not in refused.text
