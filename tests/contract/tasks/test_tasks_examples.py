"""The tasks service emits exactly the events that its examples show; they are written for consumers to read."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.contract.tasks.assessment_story import the_life_of_an_assessment
from tests.contract.tasks.indicator_story import the_life_of_an_indicator
from tests.integration.tasks.conftest import OVERSEER, Service, proposal, started

from sixclear.common.census import Census
from sixclear.common.testing.examples import declared_examples, emitted_examples, written_examples
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.tasks.census.service import count
from sixclear.tasks.events import EVENTS
from sixclear.tasks.filing.service import passing as filings
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.period.service.passing import pass_time
from sixclear.tasks.urge.service import ladder

# A Monday after Đồng Nai became a city, so that the story tells of nothing that is still to come.
THAT_DAY = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
Before = Callable[[str, str, Any], Awaitable[None]]
EXAMPLES = Path(__file__).parents[3] / "services" / "tasks" / "contracts" / "examples"
EVIDENCE = {"title": "Biên bản nghiệm thu", "url": "https://example.invalid/bb.pdf"}
DIRECTIVE = {
    "programme": "plan",
    "number": "02-KH/BCĐTW",
    "issued_on": "2025-06-19",
    "issuer": "P57",
    "title": "Kế hoạch",
    "clauses": ["Mục III.3", "Mục IV.1"],
}
PROGRAMME = {
    "slug": "plan",
    "name_vi": "Kế hoạch 02",
    "name_en": "Plan 02",
    "resolution": "57-NQ/TW",
    "source_vi": "Kế hoạch 02-KH/BCĐTW ngày 19/6/2025",
    "source_en": "Plan 02-KH/BCĐTW of 19 June 2025",
    "owner": "P57",
    "period_lock_days": 1,
}
LAW = {
    "programme": "plan",
    "type": "law",
    "number": "71/2025/QH15",
    "issued_on": "2025-06-14",
    "effective_on": "2026-01-01",
    "issuer": "P57",
    "subject": "Luật Công nghiệp công nghệ số",
    "url": "https://example.invalid/71-2025-QH15.pdf",
    "sha256": "3f98d14512f334b6ad1eb57635454f5a117c89eb7ccb600fad4f57818cc12c33",
}
OBSTACLE = {
    "description": "Chưa bố trí được kinh phí thuê hạ tầng",
    "kind": "resources",
    "since": "2026-05-04",
    "decision_needed": "Bổ sung dự toán năm 2026",
    "documents": ["02-KH/BCĐTW"],
    "amount_vnd": 2_000_000_000,
}
DESCRIBED = {
    "clause": "Mục III.3",
    "coordinating_organisations": ["G01"],
    "leader_position": {"title": "Thứ trưởng", "organisation": "G06"},
    "product_kind": "database",
}


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase) -> AsyncIterator[Service]:
    """The tasks application on THAT_DAY."""
    async with started(clone_database, THAT_DAY) as running:
        yield running


async def nothing_first(code: str, path: str, body: Any) -> None:
    """What comes before a step in the plain story."""


async def the_life_of_a_task(service: Service, before: Before = nothing_first) -> None:
    """Every change that a task, a directive and a programme can go through, once; `before` is called with each step."""
    task, directive = "", ""

    async def step(code: str, path: str, body: Any) -> None:
        nonlocal task, directive
        service.clock.pass_by(hours=1)
        await before(code, path, body)
        response = await service.post(code, path, body)
        assert response.status_code in (200, 201, 204), response.text
        if path == "/tasks":
            task = f"/tasks/{response.json()['task_id']}"
        if path == "/directives":
            directive = response.json()["directive_id"]

    async def waiting() -> str:
        asked = await service.get("/decisions", state="asked")
        return f"/decisions/{asked['items'][0]['decision_id']}"

    async def granted(code: str, entry: dict[str, str]) -> str:
        await step(code, f"{task}/decisions", {"reason": "Thay đổi nhiệm vụ"} | entry)
        decision = await waiting()
        await step("P57", f"{decision}/decide", {"outcome": "granted"})
        return decision

    await step("P57", "/programmes", PROGRAMME)
    await step("P57", "/directives", DIRECTIVE)
    await step("P57", "/directives", DIRECTIVE | {"title": "Kế hoạch thúc đẩy chuyển đổi số liên thông, đồng bộ"})
    first = proposal(assign=False, deadline="2026-06-15")
    await step("P57", "/tasks", first)
    await step("P57", "/tasks", first | DESCRIBED | {"directive_id": directive})
    await step("P57", f"{task}/assign", {})
    await step("G06", f"{task}/progress", {"percent": 60, "text": "Đang triển khai thử nghiệm"})
    await step("P57", f"{task}/extend", {"deadline": "2026-06-30", "reason": "Bổ sung phạm vi"})
    await step("G06", f"{task}/evidence", EVIDENCE | {"proves": ["runs", "holds_data", "has_real_users"]})
    await step("G06", f"{task}/submit", {})
    await step("P57", f"{task}/return", {"reason": "Chưa có người dùng thật"})
    await step("G06", f"{task}/submit", {})
    await step("P57", f"{task}/confirm", {})
    await step("P57", "/tasks", proposal(external_id="NV-2", deadline="2026-06-15"))
    await step("P57", "/tasks", proposal(external_id="NV-2", classification="restricted", deadline="2026-06-15"))
    await step("G06", "/tasks", proposal(external_id="NV-3", assign=False, deadline="2026-06-15"))
    await step("P57", f"{task}/refuse", {"reason": "Trùng với nhiệm vụ khác"})
    await step("G06", "/tasks", proposal(external_id="NV-4", assign=False, deadline="2026-06-15"))
    await step("G06", f"{task}/withdraw-proposal", {})
    await step("G06", "/directives", DIRECTIVE | {"issuer": "G06", "number": "9-CV"})
    await step("P57", f"/directives/{directive}/withdraw", {"reason": "Không thuộc chương trình này"})
    in_parts = proposal(external_id="NV-10", deadline="2026-06-15")
    await step("P57", "/tasks", in_parts)
    await step("G06", f"{task}/milestones", {"title": "Khảo sát hiện trạng", "weight": 2, "deadline": "2026-05-20"})
    milestone = (await service.get(f"{task}/milestones"))["items"][0]["milestone_id"]
    await step("G06", f"/milestones/{milestone}/move", {"deadline": "2026-05-25", "reason": "Chờ thiết bị"})
    await step("G06", f"{task}/evidence", EVIDENCE)
    evidence = (await service.get(f"{task}/evidence"))["items"][0]["evidence_id"]
    await step("G06", f"/milestones/{milestone}/complete", {"evidence_id": evidence})
    await step("P57", "/tasks", in_parts | {"classification": "restricted"})
    await step("P57", "/tasks", in_parts)
    await step("P57", "/tasks", proposal(external_id="NV-12", deadline="2026-06-15"))
    await step("G06", f"{task}/evidence", {"title": "Ảnh màn hình", "url": "https://example.invalid/anh.png"})
    evidence = (await service.get(f"{task}/evidence"))["items"][0]["evidence_id"]
    await step("P57", f"/evidence/{evidence}/refuse", {"reason": "Ảnh không cho thấy hệ thống đang chạy"})
    await step("G06", f"{task}/evidence", EVIDENCE)
    evidence = (await service.get(f"{task}/evidence"))["items"][0]["evidence_id"]
    await step("P57", f"/evidence/{evidence}/accept", {})
    accepted = evidence
    decided = proposal(external_id="NV-11", deadline="2026-06-15")
    await step("P57", "/tasks", decided)
    longer = {"kind": "extension", "reason": "Chờ kinh phí", "document": "12/TTr-BKHCN", "deadline": "2026-06-30"}
    await step("G06", f"{task}/decisions", longer)
    await step("G06", f"{await waiting()}/withdraw", {})
    await step("G06", f"{task}/decisions", longer)
    await step("P57", f"{await waiting()}/decide", {"outcome": "refused", "reason": "Kinh phí đã cấp"})
    await step("G06", f"{task}/decisions", {"kind": "cancellation", "reason": "Trùng với nhiệm vụ khác"})
    await step("P57", "/tasks", decided | {"classification": "restricted"})
    await step("P57", "/tasks", decided)
    # At the same time: the end of the task closes it.
    assert (await service.post("G06", f"{task}/decisions", longer)).status_code == 201
    await step("P57", f"{await waiting()}/decide", {"outcome": "granted"})
    recurring = proposal(external_id="NV-13", kind="recurring", recurrence="FREQ=WEEKLY;BYDAY=FR", deadline=None)
    await step("P57", "/tasks", recurring)
    recurring |= {"recurrence": "FREQ=DAILY"}
    await step("P57", "/tasks", recurring)
    await step("G06", f"{task}/progress", {"percent": 10, "text": "Đã kiểm tra, không phát sinh"})
    period = f"{task}/periods/{(await service.get(f'{task}/periods'))['items'][0]['key']}"
    await step("P57", f"{period}/return", {"reason": "Chưa nêu số liệu"})
    await step("G06", f"{task}/progress", {"percent": 20, "text": "Đã kiểm tra 12 hệ thống, không phát sinh"})
    await step("P57", f"{period}/confirm", {})
    await step("P57", f"{period}/reopen", {"reason": "Số liệu sai"})
    service.clock.pass_by(hours=72)
    await pass_time(service.database, service.log, service.clock)
    await step("P57", "/tasks", recurring | {"classification": "restricted"})
    await step("P57", "/tasks", recurring)
    await step("P57", f"/evidence/{accepted}/redact", {"reason": "Tệp có số căn cước của người dân"})
    await step("P57", "/tasks", proposal(external_id="NV-14", deadline="2026-06-15"))
    await granted("G06", {"kind": "pause"})
    await granted("G06", {"kind": "resume", "deadline": "2026-07-31"})
    offered = await granted("G06", {"kind": "transfer", "organisation": "G01"})
    await step("G01", f"{offered}/decline", {"reason": "Chưa đủ nhân lực"})
    offered = await granted("G06", {"kind": "transfer", "organisation": "G01"})
    taken = {"responsible_position": {"title": "Cục trưởng", "organisation": "G01"}}
    await step("G01", f"{offered}/accept", taken)
    await granted("G01", {"kind": "regrouping", "work_group": "ha-tang"})
    await step("G01", f"{task}/evidence", EVIDENCE)
    await step("G01", f"{task}/submit", {})
    await step("P57", f"{task}/confirm", {})
    await granted("G01", {"kind": "reopening"})
    department, ward = (f"/organisations/{organisation_id(code)}" for code in ("75-KH", "25999"))
    renamed = {"name_vi": "Sở Khoa học và Chuyển đổi số", "name_en": "Department of Science"}
    await step("75", f"{department}/upgrade", renamed | {"reason": "Sắp xếp bộ máy", "document": "12/2026/NQ-HĐND"})
    service.clock.pass_by(hours=24)
    await step("75", f"{department}/merge", {"into": "75", "reason": "Sắp xếp bộ máy", "document": "15/2026/NQ-HĐND"})
    await step("75", f"{ward}/close", {"reason": "Sắp xếp đơn vị hành chính"})
    committee = {"code": "75-BCD57", "name_vi": "Ban Chỉ đạo 57 Đồng Nai", "type": "committee", "level": "department"}
    await step("75", "/organisations", committee | {"parent": "75", "reason": "Thành lập", "document": "57-QĐ/TU"})
    await step("G06", "/tasks", proposal(external_id="NV-15", assign=False, deadline="2026-06-15"))
    await step("G06", f"{task}/milestones", {"title": "Khảo sát hiện trạng", "weight": 2, "deadline": "2026-05-20"})
    await step("G06", f"{task}/withdraw-proposal", {})
    commented = proposal(external_id="NV-16", deadline="2026-06-15")
    await step("P57", "/tasks", commented)
    await step(OVERSEER, f"{task}/comments", {"text": "Tiến độ chậm so với kế hoạch; đề nghị giải trình"})
    comment = (await service.get(f"{task}/comments"))["items"][0]["comment_id"]
    await step("G06", f"/comments/{comment}/answer", {"text": "Đã bổ sung nhân lực, bảo đảm đúng hạn"})
    await step("P57", "/tasks", commented | {"classification": "restricted"})
    await step("P57", "/tasks", commented)
    urged = proposal(external_id="NV-17", deadline="2026-05-12")
    await step("P57", "/tasks", urged)
    said = {"kind": "urging", "text": "Đề nghị báo cáo nguyên nhân chậm", "position": "Chánh Văn phòng"}
    await step("P57", f"{task}/urges", said)
    urge = (await service.get("/urges"))["items"][0]["urge_id"]
    await step("G06", f"/urges/{urge}/answer", {"text": "Đang chờ thiết bị, bảo đảm đúng hạn"})
    await step("P57", "/tasks", urged | {"classification": "restricted"})
    await step("P57", "/tasks", urged)
    await step("P57", "/tasks", proposal(external_id="NV-18", deadline="2026-05-13"))
    remark = {"kind": "remark", "text": "Ưu tiên kết nối dữ liệu trước", "position": "Bộ trưởng"}
    await step("G06", f"{task}/urges", remark)
    # Two rungs of the first task are due by then, and one of the second.
    service.clock.pass_by(hours=30)
    await ladder.pass_time(service.database, service.log, service.clock)
    await granted("G06", {"kind": "cancellation"})
    await what_bodies_owe(service, step)
    await the_life_of_documents(service, before)
    await what_holds_work_back(service, before)
    await the_life_of_an_indicator(service, step)
    await the_life_of_money(service, before)
    await the_life_of_an_assessment(service, before)


async def what_bodies_owe(service: Service, step: Callable[[str, str, Any], Awaitable[None]]) -> None:
    """What three bodies owe for a week, each change of it once."""
    weekly = {"name": "weekly", "every": "week", "who": "named", "organisations": ["G06", "G01", "75"]}
    path, asked = f"{service.prefix}/programmes/plan/obligations", [weekly | {"due_days": 0.5, "lock_days": 2}]
    said = await service.http.put(path, json={"obligations": asked}, headers=service.headers("P57"))
    assert said.status_code == 200, said.text
    await filings.pass_time(service.database, service.log, service.clock)
    owed = {one["organisation"]["code"]: one for one in (await service.get("/filings"))["items"]}
    await step("G06", "/own/filings", {"period": owed["G06"]["period"]})
    exempt = {"reason": "Sắp xếp bộ máy", "document": "12/QĐ-BCĐ"}
    await step("P57", f"/filings/{owed['G01']['filing_id']}/exempt", exempt)
    service.clock.pass_by(hours=24 * 10)
    await filings.pass_time(service.database, service.log, service.clock)
    await step("P57", f"/filings/{owed['75']['filing_id']}/reopen", {"reason": "Mất điện diện rộng do bão"})
    await step("75", "/own/filings", {"period": owed["75"]["period"]})


async def the_life_of_money(service: Service, before: Before) -> None:
    """A line of money is stated, corrected and follows its task. All at one time: the other examples keep theirs."""

    async def step(code: str, path: str, body: Any) -> Any:
        await before(code, path, body)
        response = await service.post(code, path, body)
        assert response.status_code in (200, 201), response.text
        return response.json()

    paid = proposal(external_id="NV-90", deadline="2026-06-15")
    task = await step("P57", "/tasks", paid)
    line = {"task_id": task["task_id"], "year": 2025, "source": "Ngân sách trung ương"}
    amounts = f"/budgets/{(await step('G06', '/budgets', line))['budget_id']}/amounts"
    asked = {"stage": "requested", "dated_on": "2025-11-28", "document": "12/TTr-BKHCN"}
    await step("G06", amounts, asked | {"amount": 16_716_074_000})
    await step("G06", amounts, asked | {"amount": 16_716_000_000, "corrects": 1, "reason": "Cộng nhầm một khoản"})
    await step("P57", "/tasks", paid | {"classification": "restricted"})
    await step("P57", "/tasks", paid)
    await step("P57", amounts, asked | {"stage": "allocated", "amount": 9_000_000_000})
    other = await step("P57", "/budgets", line | {"source": "Vốn sự nghiệp"})
    moved = {"giving_id": amounts.split("/")[2], "receiving_id": other["budget_id"], "amount": 2_000_000_000}
    decided = {"stage": "allocated", "dated_on": "2025-12-01", "document": "15/QĐ-BKHCN"}
    await step("P57", "/budgets/transfers", moved | decided)


async def the_life_of_documents(service: Service, before: Before) -> None:
    """A law owes a decree until that is issued; a circular replaces another one, and does not after all.

    All at one time: the other examples keep theirs.
    """

    async def step(code: str, path: str, body: Any) -> None:
        await before(code, path, body)
        response = await service.post(code, path, body)
        assert response.status_code in (200, 201, 204), response.text

    async def newest(**narrow: str) -> str:
        return str((await service.get("/documents", **narrow))["items"][0]["document_id"])

    await step("P57", "/documents", LAW)
    law = await newest()
    decree = {"programme": "plan", "type": "decree", "issuer": "P57", "details_id": law, "due_on": "2025-12-31"}
    decree["subject"] = "Quy định chi tiết Luật Công nghiệp công nghệ số"
    await step("P57", "/documents", decree)
    issued = {"number": "353/2025/NĐ-CP", "issued_on": "2025-11-28", "effective_on": "2026-01-01"}
    await step("P57", "/documents", decree | issued)
    await step("P57", "/documents", LAW | {"signer_position": "Chủ tịch Quốc hội"})
    circular = {
        "programme": "plan",
        "type": "circular",
        "issuer": "G06",
        "subject": "Hướng dẫn sàn giao dịch công nghệ",
    }
    await step("G06", "/documents", circular | {"number": "05/2025/TT-BKHCN", "issued_on": "2025-07-01"})
    old = await newest(type="circular")
    new = circular | {"number": "20/2025/TT-BKHCN", "issued_on": "2025-11-20"}
    await step("G06", "/documents", new | {"replaces": [old]})
    await step("G06", "/documents", new)
    await step("G06", f"/documents/{await newest(type='circular')}/withdraw", {"reason": "Nhập nhầm chương trình"})


async def what_holds_work_back(service: Service, before: Before) -> None:
    """An obstacle of a task, each change of it once, all at one time: the other examples keep theirs."""

    async def step(code: str, path: str, body: Any) -> None:
        await before(code, path, body)
        response = await service.post(code, path, body)
        assert response.status_code in (200, 201), response.text

    held = proposal(external_id="NV-19", deadline="2026-06-15")
    await step("P57", "/tasks", held)
    (task,) = (await service.get("/tasks", external_id="NV-19"))["items"]
    await step("G06", "/obstacles", OBSTACLE | {"task_ids": [task["task_id"]]})
    obstacle = f"/obstacles/{(await service.get('/obstacles'))['items'][0]['obstacle_id']}"
    await step("G06", f"{obstacle}/escalate", {"reason": "Vượt thẩm quyền của Bộ"})
    await step("P57", f"{obstacle}/settle", {"how": "Bổ sung kinh phí tại Quyết định giao dự toán"})
    await step("G06", f"{obstacle}/reopen", {"reason": "Kinh phí chưa được phân bổ"})
    await step("P57", "/tasks", held | {"classification": "restricted"})
    await step("P57", "/tasks", held)


async def a_task_stands_still(service: Service) -> None:
    """A body files for two weeks and, when two more have begun, for these: four times in a row with that of before."""
    for period in ("2026-W21", "2026-W22", "2026-W23"):
        assert (await service.post("G06", "/own/filings", {"period": period})).status_code == 201, period
        if period == "2026-W21":
            service.clock.pass_by(hours=24 * 9)
            await filings.pass_time(service.database, service.log, service.clock)


@pytest.mark.asyncio
async def test_every_change_is_emitted_as_its_example_shows(service: Service) -> None:
    source = Census(service.log, count, service.clock)
    await the_life_of_a_task(service)
    assert await source.state_if_due()
    await a_task_stands_still(service)
    emitted, written = await emitted_examples(service.log), written_examples(EXAMPLES)
    assert set(written) == declared_examples(EVENTS)
    for name, example in written.items():
        assert emitted[name] == example, name
