"""The next release renews what ships, and keeps what bodies are by decisions here."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.integration.tasks.conftest import START, Service, named

from sixclear.tasks.organisation import seed
from sixclear.tasks.organisation.seed import Predecessor, Seed, organisation_id, seed_organisations

pytestmark = pytest.mark.asyncio


def unit(code: str, name: str) -> Predecessor:
    """A commune that was merged in July 2025."""
    return Predecessor(code, name, "commune", date(2025, 7, 1), "1656/NQ-UBTVQH15")


WARDS = [
    Seed("A1", "commune", None, "75", (named("Phường Một", "ward"),), (unit("A1-1", "Xã Cũ Một"),)),
    Seed("A2", "commune", None, "75", (named("Phường Hai", "ward"),), (unit("A2-1", "Xã Cũ Hai"),)),
    Seed("A3", "commune", None, "75", (named("Phường Ba", "ward"),), (unit("A3-1", "Xã Cũ Ba"),)),
]


async def test_the_predecessors_of_a_merged_body_stay(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed, "shipped_organisations", lambda: WARDS)
    assert await seed_organisations(service.database, service.log, START) == 3
    for former, successor in (("A1", "A2"), ("A2", "A3")):
        service.clock.pass_by(hours=1)
        address = f"/organisations/{organisation_id(former)}/merge"
        merged = await service.post("75", address, {"into": successor, "reason": "Sắp xếp"})
        assert merged.is_success, merged.text
    before = await service.get("/organisations/A1")
    codes = ["A3-1", "A2-1", "A1-1", "A1", "A2"]
    assert [one["code"] for one in before["predecessors"]] == codes
    corrected = replace(WARDS[2], predecessors=(unit("A3-1", "Xã Cũ Thứ Ba"), unit("A3-2", "Xã Cũ Tư")))
    monkeypatch.setattr(seed, "shipped_organisations", lambda: [*WARDS[:2], corrected])
    for _ in range(2):
        await seed_organisations(service.database, service.log, START + timedelta(days=1))
        after = await service.get("/organisations/A1")
        assert [one["name_vi"] for one in after["predecessors"]][:2] == ["Xã Cũ Thứ Ba", "Xã Cũ Tư"]
        assert [one["code"] for one in after["predecessors"]] == ["A3-1", "A3-2", *codes[1:]]
