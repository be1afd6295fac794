"""No spoiled request on reviews makes the service fail, and nothing of what experts say leaves its own tables."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import text
from tests.contract.feedback.reviewed_initiative import the_review_of_an_initiative
from tests.integration.feedback.conftest import SCOPES, Service

from sixclear.common.logging import configure_logging
from sixclear.common.settings import CommonSettings

OWN_TABLES = {"reviewer", "review", "review_message", "review_decision", "submission", "contact"}
WORDS = ("Chuyên gia", "university.example", "nên bắt đầu", "Nên thử", "viện nào", "Ý kiến chuyên gia", "Bình")


@pytest.mark.asyncio
async def test_no_spoiled_request_on_reviews_makes_the_service_fail(service: Service) -> None:
    tried: set[str] = set()

    async def spoiled_first(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
        form = path.rpartition("/")[2] if "review" in path else ""
        if form and form not in tried:
            tried.add(form)
            sent = dict(headers) | service.headers(client_id)
            await service.survives(path, body, sent)

    await the_review_of_an_initiative(service, spoiled_first)
    assert len(tried) == 9


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """Every line that the service logs."""
    stream = io.StringIO()
    configure_logging(CommonSettings(log_level="DEBUG"), stream=stream)
    yield stream
    configure_logging(CommonSettings())


@pytest.mark.asyncio
async def test_what_experts_say_and_who_they_are_stays_in_its_tables(service: Service, log_lines: io.StringIO) -> None:
    """Not in events, keys of retries, the log of readings, nor in lines of the log; each step has a key of a retry."""
    number = iter(range(100))

    async def with_a_key(client_id: str, path: str, body: Any, headers: Mapping[str, str]) -> None:
        if client_id in SCOPES:
            service.http.headers["Idempotency-Key"] = f"key-of-a-step-{next(number):05}"

    await the_review_of_an_initiative(service, with_a_key)
    kept = []
    async with service.database.session() as session:
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for name in sorted(set(names) - OWN_TABLES):
            kept += [str(row) for row in await session.scalars(text(f'SELECT t::text FROM "{name}" t'))]
        bodies = await session.scalars(text("SELECT body FROM idempotency_key WHERE body IS NOT NULL"))
        answers = [bytes(body).decode() for body in bodies]
    assert len(answers) > 8
    told = "\n".join([*kept, *answers, log_lines.getvalue()])
    assert not [word for word in WORDS if word in told]
    assert not [event for event in await service.events() if event.entity_type != "submission"]
