"""What `tasks` publishes of an organisation fills the table, also of one that is no more."""

from datetime import UTC, date, datetime
from unittest.mock import Mock

import pytest
from sqlalchemy import text
from tests.integration.data_catalog.conftest import MINISTRY, Service

from sixclear.common.bus.envelope import Envelope
from sixclear.common.bus.memory import MemoryBus
from sixclear.data_catalog.organisation import consumers

AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.asyncio
async def test_a_merged_body_is_kept_with_the_day_on_which_it_ended(service: Service) -> None:
    event = Envelope(
        service="tasks",
        entity_type="organisation",
        entity_id=MINISTRY,
        type="vn.sixclear.tasks.organisation.merged.v1",
        change="merged",
        version=99,
        previous_version=98,
        position=1,
        epoch=9,
        occurred_at=AT,
        recorded_at=AT,
        data={"code": "G06", "codes": ["G06"], "name_vi": "Bộ", "name_en": None, "valid_to": "2026-11-23"},
        traceparent=None,
    )
    mirror = consumers.mirror(Mock(spec=MemoryBus), service.database, lambda: AT)
    async with service.database.transaction() as session:
        await mirror._fill(session, [event])
    async with service.database.session() as session:
        ended = await session.scalar(text("SELECT valid_to FROM organisation WHERE code = 'G06'"))
    assert ended == date(2026, 11, 23)
