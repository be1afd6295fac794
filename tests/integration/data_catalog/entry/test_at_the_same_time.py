"""Senders that do not know of each other describe the same entry for the first time."""

import asyncio
from collections import Counter

import pytest
from tests.integration.data_catalog.conftest import Service, description


@pytest.mark.asyncio
async def test_the_same_entry_is_created_once_and_found_by_all_others(service: Service) -> None:
    answers = await asyncio.gather(*(service.post("ministry", "/entries", description()) for _ in range(12)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 11}
    assert len({answer.headers["etag"] for answer in answers}) == 1
    assert len(await service.events()) == 1
