"""Assessments by file: many are opened by one, a body answers by one, and another body verifies by one."""

from typing import Any

import orjson
import pytest
from tests.integration.tasks.conftest import Service
from tests.integration.tasks.criteria.test_criteria import published
from tests.integration.tasks.imports.test_imports import as_csv, faults, heading, told
from tests.integration.tasks.imports.test_kinds import outcomes, twice
from tests.unit.tasks.criteria.test_criteria_rules import MONTHLY

pytestmark = pytest.mark.asyncio
NAMED = {"criteria": MONTHLY, "period": "2025-12"}
PROOF = [{"title": "Quyết định 12/QĐ-UBND", "url": "https://example.invalid/12.pdf"}]


def row(body: str, step: str, *answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A row of an officer's table."""
    said = {"answers": orjson.dumps(answers).decode()} if answers else {}
    return NAMED | {"organisation": body, "step": step} | said | more


async def test_a_programme_opens_its_bodies_who_answer_and_are_verified(service: Service) -> None:
    await published(service)
    opened = [row("75-KH", "Mở"), row("25999", "Mở"), row("G06", "Mở")]
    assert await twice(service, "assessments", opened) == [
        ["created", "created", "rejected"],
        ["unchanged", "unchanged", "rejected"],
    ]
    own = row("75-KH", "Tự đánh giá", {"criterion": "I.2", "points": 10, "evidence": PROOF})
    assert await twice(service, "assessments", [own], "75-KH") == [["updated"], ["unchanged"]]
    of_another = await told(service, "assessments", as_csv("assessments", [own]), code="25999")
    assert faults(of_another) == [(2, None, None, "organisation-not-allowed")]
    checked = row("75-KH", "Thẩm định", {"criterion": "I.2", "points": 5, "note": "Một sáng kiến"})
    assert await twice(service, "assessments", [checked], "G06") == [["updated"], ["unchanged"]]
    listed = {one["organisation"]["code"]: one for one in (await service.get("/assessments"))["items"]}
    assert (listed["75-KH"]["state"], listed["25999"]["state"]) == ("verified", "open")
    [both] = listed["75-KH"]["answers"]
    assert (both["own"]["points"], both["own"]["evidence"], both["verified"]["points"]) == (10, PROOF, 5)


async def test_an_answer_opens_its_assessment_and_a_late_one_needs_consent(service: Service) -> None:
    await published(service)
    own = row("75-KH", "Tự đánh giá", {"criterion": "I.2", "points": 10})
    assert await twice(service, "assessments", [own], "75-KH") == [["created"], ["unchanged"]]
    service.clock.pass_by(days=20)
    late = row("25999", "Tự đánh giá", {"criterion": "I.2", "points": 5})
    answer = await told(service, "assessments", as_csv("assessments", [late]), code="25999")
    assert faults(answer) == [(2, None, None, "assessment-closed")]
    assert [one["organisation"]["code"] for one in (await service.get("/assessments"))["items"]] == ["75-KH"]
    consent = row("25999", "Mở") | {"consent.document": "15-CV/BCĐ"}
    assert await twice(service, "assessments", [consent]) == [["created"], ["unchanged"]]
    assert outcomes(await told(service, "assessments", as_csv("assessments", [late]), code="25999")) == ["updated"]


async def test_each_wrong_row_is_named_at_its_cell_and_changes_nothing(service: Service) -> None:
    await published(service)
    rows = [
        row("75-KH", "Mở", {"criterion": "I.2", "points": 10}),
        row("75-KH", "Tự đánh giá"),
        row("75-KH", "Tự đánh giá", {"criterion": "I.2", "points": 7}),
        row("75-KH", "Thẩm định", {"criterion": "I.2", "points": 5, "evidence": PROOF}),
        row("75-KH", "Thẩm định", {"criterion": "I.2", "points": 5}),
        row("75-KH", "Mở", period="2025"),
    ]
    answer = await told(service, "assessments", as_csv("assessments", rows), code="75-KH")
    answers, period = heading("assessments", "answers"), heading("assessments", "period")
    assert [(place, column, code) for place, column, _, code in faults(answer)] == [
        (2, answers, "invalid-request"),
        (3, answers, "invalid-request"),
        (4, answers, "answers-refused"),
        (5, answers, "invalid-request"),
        (6, None, "assessment-not-found"),
        (7, period, "assessment-refused"),
    ]
    assert (await service.get("/assessments"))["items"] == []
    assert [event for event in await service.events() if event.entity_type == "assessment"] == []


async def test_each_step_asks_for_its_own_scope(service: Service) -> None:
    await published(service)
    rows = {
        "tasks:administer": row("75-KH", "Tự đánh giá", {"criterion": "I.2", "points": 10}),
        "tasks:confirm": row("75-KH", "Mở"),
        "tasks:report": row("75-KH", "Thẩm định", {"criterion": "I.2", "points": 5}),
    }
    for scope, one in rows.items():
        headers = service.headers("75-KH", scope) | {"content-type": "text/csv"}
        content = as_csv("assessments", [one])
        answer = await service.http.post(f"{service.prefix}/imports/assessments", content=content, headers=headers)
        assert faults(answer.json()) == [(2, None, None, "insufficient-scope")], scope
