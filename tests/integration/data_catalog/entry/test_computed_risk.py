"""A due date that comes near, as a reader of an entry sees it: no version of the entry says it."""

import pytest
from tests.integration.data_catalog.conftest import Service, an_entry

pytestmark = pytest.mark.asyncio


async def test_a_reader_hears_that_the_due_date_comes_near(service: Service) -> None:
    entry = await an_entry(service, deployment_due="2026-02-03", promised_period_seconds=None)
    address, known = f"{service.prefix}{entry}", {"If-None-Match": '"1.1"'}
    assert (await service.get(entry))["computed_risk"] == {"risk": "none", "rule": "R19", "rule_version": 1}
    service.clock.pass_by(days=1)
    assert (await service.http.get(address, headers=known)).status_code == 304
    service.clock.pass_by(days=1)
    near = await service.http.get(address, headers=known)
    assert (near.status_code, near.json()["computed_risk"]["risk"], near.json()["risk"]) == (200, "high", "none")
    assert (await service.get("/entries"))["items"][0]["computed_risk"]["risk"] == "high"
    again = {"If-None-Match": near.headers["ETag"]}
    assert (await service.http.get(address, headers=again)).status_code == 304
    moved = await service.post(
        "ministry", f"{entry}/stage", {"deployment_stage": "deploying_foundation"}, **{"If-Match": near.headers["ETag"]}
    )
    assert (moved.status_code, moved.json()["computed_risk"]["risk"]) == (200, "none")


async def test_without_a_due_date_nothing_is_said(service: Service) -> None:
    entry = await an_entry(service, deployment_due=None)
    assert (await service.get(entry))["computed_risk"]["risk"] is None
