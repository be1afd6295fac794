"""The data catalogue emits exactly the events that its examples show; they are written for consumers to read."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.integration.data_catalog.conftest import SEXES, Service, description, element, service

from sixclear.common.census import Census
from sixclear.common.testing.examples import declared_examples, emitted_examples, written_examples
from sixclear.data_catalog.census.service import count
from sixclear.data_catalog.events import EVENTS

__all__ = ["service"]

Before = Callable[[str, str, Any], Awaitable[None]]
EXAMPLES = Path(__file__).parents[3] / "services" / "data-catalog" / "contracts" / "examples"
BOTH_LISTS = [{"list": "resolution-71", "edition": "2025"}, {"list": "plan-02", "edition": "2025"}]
DECISION = {"document": "Quyết định số 2439/QĐ-TTg", "decided_on": "2025-11-04", "url": "https://example.invalid/qd"}
PROOF = {"decision": DECISION, "evidence": [{"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb"}]}
MISSING = {"missing_documents": [{"title": "Phê duyệt cấp độ"}], "reason": "Hồ sơ chưa đủ tài liệu"}


async def nothing_first(client_id: str, path: str, body: Any) -> None:
    """What comes before a step in the plain story."""


async def who_answers(step: Callable[..., Awaitable[Any]], entry: str) -> None:
    """A position of the owner, and another body that takes the entry over once it has declined; no time passes."""
    assignments = f"{entry}/assignments"
    own = {"role": "technical", "position": {"title": "Giám đốc Trung tâm Công nghệ thông tin", "organisation": "G06"}}
    answers = await step("ministry", assignments, own, hours=0)
    gone = {"reason": "Chuyển giao nhiệm vụ vận hành"}
    await step("ministry", f"{assignments}/{answers['assignment_id']}/end", gone, hours=0)
    asked = {"role": "owner", "position": {"title": "Cục trưởng Cục Chuyển đổi số", "organisation": "G01"}}
    first = await step("ministry", assignments, asked, hours=0)
    no = {"reason": "Chưa có quyết định bàn giao"}
    await step("other-ministry", f"{assignments}/{first['assignment_id']}/decline", no, hours=0)
    second = await step("ministry", assignments, asked | {"decision": DECISION}, hours=0)
    await step("other-ministry", f"{assignments}/{second['assignment_id']}/accept", {}, hours=0)


async def the_life_of_an_entry(service: Service, before: Before = nothing_first) -> None:
    """Every change that an entry can go through, once; `before` is called with each step."""
    entry = ""

    async def step(client_id: str, path: str, body: Any, hours: int = 1) -> Any:
        nonlocal entry
        service.clock.pass_by(hours=hours)
        await before(client_id, path, body)
        answer = await service.done(client_id, path, body)
        entry = f"/entries/{answer['entry_id']}"
        return answer

    await step("ministry", "/entries", description())
    await step("steward", "/entries", description(lists=BOTH_LISTS))
    await step("ministry", f"{entry}/stage", {"deployment_stage": "deploying_foundation", "risk": "high"} | PROOF)
    await step("ministry", f"{entry}/documents", {"title": "Thuyết minh", "url": "https://example.invalid/tm"})
    await step("ministry", f"{entry}/registration/submit", {})
    await step("steward", f"{entry}/registration/return", MISSING)
    await step("ministry", f"{entry}/documents", {"title": "Phê duyệt cấp độ", "url": "https://example.invalid/cd"})
    await step("ministry", f"{entry}/registration/submit", {})
    await step("steward", f"{entry}/registration/approve", {})
    await step("ministry", f"{entry}/heartbeats", {"records_count": 100_000})
    await step("ministry", "/entries", description(code="KHCN-02"))
    kept = await step("ministry", f"{entry}/documents", {"title": "Thuyết minh", "url": "https://example.invalid/tm"})
    await step("ministry", f"{entry}/documents/{kept['documents'][0]['document_id']}/remove", {})
    due = {"due": "2026-03-31", "decision": DECISION}
    await step("steward", f"{entry}/registration/due", due, hours=0)
    await who_answers(step, entry)
    await step("ministry", "/entries", description(code="KHCN-03"))
    await step("ministry", "/entries", description(code="KHCN-03", classification="restricted"))


async def the_life_of_an_element(service: Service, before: Before = nothing_first) -> None:
    """Every change that an element and its code list can go through, once; `before` is called with each step."""

    async def step(client_id: str, path: str, body: Any) -> Any:
        service.clock.pass_by(hours=1)
        await before(client_id, path, body)
        return await service.done(client_id, path, body)

    drafted = await step("ministry", "/code-lists", SEXES)
    await step("steward", "/code-lists/gioi-tinh/approve", {"version": drafted["version"]})
    described = element(code="gioi-tinh", name_vi="Giới tính", name_en="Sex", pattern=None, code_list="gioi-tinh")
    described |= {"min_length": 1, "max_length": 1, "identifier": False}
    drafted = await step("ministry", "/elements", described)
    await step("steward", "/elements/gioi-tinh/approve", {"version": drafted["version"]})
    drafted = await step("ministry", "/elements", described | {"unit": "ký tự"})
    await step("steward", "/elements/gioi-tinh/approve", {"version": drafted["version"]})
    await step("steward", "/elements/gioi-tinh/withdraw", {"reason": "Luật mới không còn quy định"})
    drafted = await step("ministry", "/code-lists", SEXES | {"code": "gioi-tinh-cu"})
    await step("steward", "/code-lists/gioi-tinh-cu/approve", {"version": drafted["version"]})
    await step("steward", "/code-lists/gioi-tinh-cu/withdraw", {"reason": "Danh mục cũ"})


@pytest.mark.asyncio
async def test_every_change_is_emitted_as_its_example_shows(service: Service) -> None:
    source = Census(service.log, count, service.clock)
    await the_life_of_an_entry(service)
    assert await source.state_if_due()
    await the_life_of_an_element(service)
    emitted, written = await emitted_examples(service.log), written_examples(EXAMPLES)
    assert set(written) == declared_examples(EVENTS)
    for name, example in written.items():
        assert emitted[name] == example, name


def test_no_event_can_carry_what_people_wrote_about_a_dossier() -> None:
    fields = {name for entity in EVENTS.entities for name in entity.data.model_fields}
    assert not fields & {"reason", "return_reason", "documents", "url", "client_id", "description", "definition"}
