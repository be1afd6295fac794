"""The holder of the escrow keys records that one was destroyed: which, on which day, and by whom."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from tests.integration.feedback.conftest import Service, a_submission
from tests.integration.feedback.sealing.escrowed import an_escrow_key_that_is_over

from sixclear.feedback.sealing.metrics import ESCROW_KEYS_UNRECORDED
from sixclear.feedback.sealing.renewing import renew

pytestmark = pytest.mark.asyncio
PATH = "/escrow-destructions"


async def test_the_record_ends_the_public_key_and_is_never_changed(service: Service, tmp_path: Path) -> None:
    record = an_escrow_key_that_is_over(tmp_path / "keys")
    public = tmp_path / "keys" / "public" / "escrow" / "2025-09.pub"
    await renew(service.database, service.log, service.clock)
    assert (public.exists(), ESCROW_KEYS_UNRECORDED._value.get()) == (True, 1)

    for day in ("2025-08-31", "2025-11-04"):
        refused = await service.post("custodian", PATH, record | {"destroyed_on": day})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/destroyed_on")
    done = await service.post("custodian", PATH, record)
    assert done.status_code == 201, done.text
    assert done.json() == record | {"recorded_at": "2025-11-03T03:00:00Z", "recorded_by": "custodian"}
    await renew(service.database, service.log, service.clock)
    assert (public.exists(), ESCROW_KEYS_UNRECORDED._value.get()) == (False, 0)

    assert (await service.post("custodian", PATH, record)).json() == done.json()
    other = await service.post("custodian", PATH, record | {"destroyed_on": "2025-10-07"})
    assert (other.status_code, other.json()["code"]) == (409, "escrow-key-recorded")
    listed = await service.http.get(f"{service.prefix}{PATH}", headers=service.headers("custodian"))
    assert listed.json()["items"] == [done.json()]


async def test_a_key_that_is_needed_or_not_known_is_not_recorded(service: Service, tmp_path: Path) -> None:
    await a_submission(service)
    public = tmp_path / "keys" / "public" / "escrow" / "2025-11.pub"
    record = {"period": "2025-11", "fingerprint": sha256(public.read_bytes()).hexdigest(), "destroyed_on": "2025-11-03"}
    early = await service.post("custodian", PATH, record)
    assert (early.status_code, early.json()["code"]) == (409, "escrow-key-needed")
    service.clock.now = datetime(2025, 12, 6, 1, 0, tzinfo=UTC)  # its days are over, and it still wraps the case
    wraps = await service.post("custodian", PATH, record)
    assert (wraps.status_code, wraps.json()["code"]) == (409, "escrow-key-needed")
    for wrong in ({"fingerprint": "0" * 64}, {"period": "2025-10"}):
        unknown = await service.post("custodian", PATH, record | wrong)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "escrow-key-unknown")
    assert await service.rows("escrow_destruction") == []
