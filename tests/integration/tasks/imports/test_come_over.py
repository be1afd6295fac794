"""A province that used DHIS2 comes over: its tasks and reports are taken, and taken again they change nothing."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.tasks.conftest import Service
from tests.unit.launcher.test_come_over import METADATA, PLAN, VALUES

from sixclear.launcher.come_over.command import read


@pytest.mark.asyncio
async def test_what_is_read_of_dhis2_is_taken_once(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = {
        "product": "Số liệu",
        "authority": "Theo quy chế",
        "responsible_position": {"title": "Chủ tịch"},
        "assign": True,
    }
    rows = {}
    for kind, content in (("tasks", METADATA), ("reports", VALUES)):
        plan = PLAN | {"fields": fields if kind == "tasks" else {}, "percentages": ["deTyLe"]}
        for name, value in (("mapping.json", plan), (f"{kind}.json", content)):
            (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
        rows[kind] = _read(tmp_path, kind, capsys)
    programme = {"slug": "plan-75", "name_vi": "KH", "name_en": "P", "resolution": "57", "owner": "75"}
    assert (await service.post("75", "/programmes", programme)).status_code == 201
    tasks = rows["tasks"].replace('"programme": "plan"', '"programme": "plan-75"')
    assert await _send(service, "75", "/imports/tasks", tasks) == ["created", "created"]
    service.clock.pass_by(days=16)
    assert await _send(service, "25999", "/imports/reports", rows["reports"]) == ["updated", "updated"]
    assert await _send(service, "25999", "/imports/reports", rows["reports"]) == ["unchanged", "unchanged"]
    assert await _send(service, "75", "/imports/tasks", tasks) == ["unchanged", "unchanged"]
    found = {one["title"]: one["percent"] for one in (await service.get("/tasks", organisation="25999"))["items"]}
    assert found == {"Hồ sơ số hóa": 0, "Tỷ lệ số hóa": 45}


def _read(folder: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> str:
    asked = {"system": "dhis2", "kind": kind, "metadata": folder / "tasks.json" if kind == "reports" else None}
    read(Namespace(files=[folder / f"{kind}.json"], mapping=folder / "mapping.json", **asked))
    return capsys.readouterr().out


async def _send(service: Service, code: str, path: str, lines: str) -> list[Any]:
    scopes = ("tasks:write", "tasks:assign", "tasks:report", "facts:past")
    headers = service.headers(code, *scopes) | {"content-type": "application/x-ndjson"}
    response = await service.http.post(f"{service.prefix}{path}", content=lines.encode(), headers=headers)
    assert response.status_code == 200, response.text
    return [one["outcome"] if one["outcome"] != "rejected" else one for one in response.json()["items"]]
