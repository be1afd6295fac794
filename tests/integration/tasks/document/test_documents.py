"""Documents: entered by a programme's owner or by their issuer, owed by a law, replaced, the product of tasks."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, select
from tests.cases.document_standing import CASES, ON
from tests.integration.tasks.conftest import Service, proposal

from sixclear.common.ids import stable_id
from sixclear.tasks.document.models import Document
from sixclear.tasks.document.standing import standing_in_sql
from sixclear.tasks.organisation.seed import organisation_id
from sixclear.tasks.programme.models import Programme

LAW = {
    "programme": "plan",
    "type": "law",
    "number": "71/2025/QH15",
    "issued_on": "2025-06-14",
    "effective_on": "2026-01-01",
    "issuer": "P57",
    "signer_position": "Chủ tịch Quốc hội",
    "subject": "Luật Công nghiệp công nghệ số",
    "url": "https://example.invalid/71-2025-QH15.pdf",
    "sha256": "3f98d14512f334b6ad1eb57635454f5a117c89eb7ccb600fad4f57818cc12c33",
}
CIRCULAR = {
    "programme": "plan",
    "type": "circular",
    "number": "05/2025/TT-BKHCN",
    "issued_on": "2025-07-01",
    "issuer": "G06",
    "subject": "Hướng dẫn sàn giao dịch công nghệ",
}


async def entered(service: Service, code: str, body: dict[str, Any], status: int = 201) -> Any:
    response = await service.post(code, "/documents", body)
    assert response.status_code == status, response.text
    return response.json()


async def patch(service: Service, code: str, document: Any, body: dict[str, Any]) -> httpx2.Response:
    headers = service.headers(code) | {"content-type": "application/merge-patch+json"}
    path = f"{service.prefix}/documents/{document['document_id']}"
    return await service.http.patch(path, json=body, headers=headers)


async def numbers(service: Service, **narrow: Any) -> list[Any]:
    return [item["number"] for item in (await service.get("/documents", **narrow))["items"]]


@pytest.mark.asyncio
async def test_a_document_has_its_number_once_however_it_is_spelled(service: Service) -> None:
    law = await entered(service, "P57", LAW)
    again = LAW | {"number": "71 / 2025 / qh15", "subject": "Luật Công nghiệp công nghệ số (sửa tên)"}
    described = await entered(service, "P57", again, 200)
    assert (described["document_id"], described["number"]) == (law["document_id"], "71 / 2025 / qh15")
    assert (await entered(service, "P57", again, 200))["version"] == described["version"] == 2
    # Another day, type or issuer makes it another document.
    for other in ({"issued_on": "2025-06-15"}, {"type": "resolution"}, {"issuer": "G01"}):
        await entered(service, "P57", LAW | other)
    third = (await service.get("/documents", issuer="G01"))["items"][0]
    taken = await patch(service, "P57", third, {"issuer": "P57"})
    assert (taken.status_code, taken.json()["code"]) == (409, "already-registered")
    assert taken.headers["location"] == f"/api/tasks/v1/documents/{law['document_id']}"
    assert (await service.get("/documents"))["total"] == 4


@pytest.mark.asyncio
async def test_a_body_enters_what_it_issues_and_no_other(service: Service) -> None:
    circular = await entered(service, "G06", CIRCULAR)
    assert circular["standing"] == "issued"
    for code, body in (("G01", CIRCULAR), ("G06", LAW), ("G06", CIRCULAR | {"issuer": "G01"})):
        refused = await service.post(code, "/documents", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "organisation-not-allowed")
    stranger = await patch(service, "G01", circular, {"issuer": "G01"})
    assert stranger.json()["code"] == "organisation-not-allowed"
    assert (await patch(service, "G06", circular, {"effective_on": "2025-08-15"})).json()["standing"] == "in_force"


@pytest.mark.asyncio
async def test_a_law_is_owed_a_decree_until_that_is_issued(service: Service) -> None:
    law = await entered(service, "P57", LAW)
    owed = {key: LAW[key] for key in ("programme", "issuer")} | {
        "type": "decree",
        "subject": "Quy định chi tiết Luật Công nghiệp công nghệ số",
        "details_id": law["document_id"],
        "due_on": "2025-11-30",
    }
    decree = await entered(service, "P57", owed)
    assert (decree["standing"], decree["overdue"]) == ("owed", True)
    assert (await entered(service, "P57", owed, 200))["version"] == 1
    assert await numbers(service, details=law["document_id"], standing="owed") == [None]
    issued = owed | {"number": "353/2025/NĐ-CP", "issued_on": "2025-12-03", "effective_on": "2026-01-01"}
    told = await entered(service, "P57", issued, 200)
    assert (told["document_id"], told["standing"], told["overdue"]) == (decree["document_id"], "issued", False)
    # The list of what was owed, sent once more, takes no number back; nor does a patch.
    assert (await entered(service, "P57", owed, 200))["number"] == "353/2025/NĐ-CP"
    taken_back = await patch(service, "P57", decree, {"number": None, "issued_on": None, "effective_on": None})
    assert (taken_back.status_code, taken_back.json()["code"]) == (409, "transition-not-allowed")
    # On the day before it was issued it was owed, and late.
    before = (await service.get("/documents", as_of="2025-12-02", type="decree"))["items"][0]
    assert (before["standing"], before["overdue"]) == ("owed", True)
    in_use = await service.post("P57", f"/documents/{law['document_id']}/withdraw", {"reason": "Nhập nhầm"})
    assert (in_use.status_code, in_use.json()["code"]) == (409, "legal-document-in-use")
    changes = [event.change for event in await service.events() if event.entity_type == "document"]
    assert changes == ["registered", "owed", "issued"]


@pytest.mark.asyncio
async def test_a_document_that_is_replaced_says_by_which_and_since_when(service: Service) -> None:
    old = await entered(service, "G06", CIRCULAR | {"effective_on": "2025-07-15"})
    new = CIRCULAR | {"number": "20/2025/TT-BKHCN", "issued_on": "2025-11-20", "effective_on": "2025-12-01"}
    replacing = await entered(service, "G06", new | {"replaces": [old["document_id"]]})
    shown = await service.get(f"/documents/{old['document_id']}")
    assert (shown["standing"], shown["replaced_by_id"]) == ("replaced", replacing["document_id"])
    assert shown["replaced_on"] == "2025-12-01"
    assert await numbers(service, standing="in_force", as_of="2025-11-30") == ["05/2025/TT-BKHCN"]
    assert await numbers(service, standing="in_force") == ["20/2025/TT-BKHCN"]
    third = CIRCULAR | {"number": "21/2025/TT-BKHCN", "issued_on": "2025-12-01", "replaces": [old["document_id"]]}
    refused = await service.post("G06", "/documents", third)
    assert (refused.status_code, refused.json()["code"]) == (422, "replacement-refused")
    assert refused.json()["errors"][0]["code"] == "document-replaced"
    assert (await patch(service, "G06", replacing, {"replaces": []})).status_code == 200
    assert (await service.get(f"/documents/{old['document_id']}"))["standing"] == "in_force"


@pytest.mark.asyncio
async def test_a_replaced_document_is_not_redated_behind_the_one_that_replaces_it(service: Service) -> None:
    """Else each could replace the other."""
    old = await entered(service, "G06", CIRCULAR)
    new = CIRCULAR | {"number": "20/2025/TT-BKHCN", "issued_on": "2025-11-20"}
    await entered(service, "G06", new | {"replaces": [old["document_id"]]})
    refused = await patch(service, "G06", old, {"issued_on": "2025-11-20"})
    assert (refused.status_code, refused.json()["code"]) == (422, "replacement-refused")
    assert refused.json()["errors"][0]["pointer"] == "#/issued_on"
    assert (await patch(service, "G06", old, {"issued_on": "2025-11-19"})).status_code == 200


@pytest.mark.asyncio
async def test_the_documents_of_a_day_are_counted_by_type(service: Service) -> None:
    await entered(service, "P57", LAW)
    await entered(service, "P57", LAW | {"number": "93/2025/QH15", "issued_on": "2025-06-27", "subject": "Luật KHCN"})
    await entered(service, "P57", LAW | {"number": "128/2025/QH15", "issued_on": "2025-12-03", "subject": "Luật AI"})
    await entered(service, "G06", CIRCULAR)

    async def count(**narrow: Any) -> Any:
        return (await service.get("/documents", limit=1, **narrow))["total"]

    assert [await count(type="law", as_of=day) for day in ("2025-06-13", "2025-07-02", "2025-12-04")] == [0, 2, 3]
    assert await count(type="law", effective_from="2026-01-01", effective_to="2026-01-01") == 3
    assert await count(issuer="G06", programme="plan") == 1
    assert await numbers(service, q="cong nghiep") == ["71/2025/QH15"]
    first = await service.get("/documents", limit=3)
    rest = await service.get("/documents", limit=3, cursor=first["next"])
    assert [len(first["items"]), len(rest["items"]), rest["total"], rest["next"]] == [3, 1, 4, None]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": None}, "number-and-day"),
        ({"number": None, "issued_on": None}, "not-owed"),
        ({"url": None}, "hash-of-nothing"),
        ({"clause": "Điều 5"}, "clause-of-nothing"),
        ({"issued_on": "2025-12-05"}, "in-future"),
        ({"details_id": str(stable_id("document", "none"))}, "document-unknown"),
        ({"directive_id": str(stable_id("directive", "none"))}, "directive-unknown"),
        ({"replaces": [str(stable_id("document", "none"))]}, "document-unknown"),
        ({"type": "novel"}, "literal-error"),
        ({"issuer": "none"}, "organisation-unknown"),
    ],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    service: Service, change: dict[str, Any], code: str
) -> None:
    refused = await service.post("P57", "/documents", LAW | change)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    assert (await service.get("/documents"))["total"] == 0


@pytest.mark.asyncio
async def test_the_product_of_a_task_is_proved_by_the_document(service: Service) -> None:
    circular = await entered(service, "G06", CIRCULAR)
    task = f"/tasks/{(await service.post('P57', '/tasks', proposal())).json()['task_id']}"
    product = {"title": "Thông tư đã ban hành", "document_id": circular["document_id"]}
    assert (await service.post("G06", f"{task}/evidence", product)).status_code == 201
    assert (await service.post("G06", f"{task}/evidence", product)).status_code == 200
    piece = (await service.get(f"{task}/evidence"))["items"][0]
    assert piece["document_id"] == circular["document_id"]
    assert piece["url"] == f"/api/tasks/v1/documents/{circular['document_id']}"
    tasks = f"/documents/{circular['document_id']}/tasks"
    assert [item["evidence"]["state"] for item in (await service.get(tasks))["items"]] == ["waiting"]
    named = await service.post("P57", f"/documents/{circular['document_id']}/withdraw", {"reason": "Nhập nhầm"})
    assert (named.status_code, named.json()["code"]) == (409, "legal-document-in-use")
    # A restricted task is named by no public answer, and so are no documents with it.
    await service.post("P57", "/tasks", proposal(classification="restricted"))
    assert (await service.get(tasks))["items"] == []
    told = [event for event in await service.events() if event.entity_type == "evidence"]
    assert [(event.change, event.data.get("document_id")) for event in told] == [
        ("added", circular["document_id"]),
        ("withdrawn", None),
    ]


@pytest.mark.asyncio
async def test_evidence_names_a_document_that_was_issued(service: Service) -> None:
    law = await entered(service, "P57", LAW)
    owed = {"programme": "plan", "type": "decree", "issuer": "P57", "subject": "Nghị định chi tiết"}
    decree = await entered(service, "P57", owed | {"details_id": law["document_id"], "due_on": "2026-03-31"})
    task = f"/tasks/{(await service.post('P57', '/tasks', proposal())).json()['task_id']}"
    for document_id in (decree["document_id"], str(stable_id("document", "none"))):
        refused = await service.post("G06", f"{task}/evidence", {"title": "Nghị định", "document_id": document_id})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "document-unknown")


@pytest.mark.asyncio
async def test_a_document_is_taken_out_and_entered_again(service: Service) -> None:
    circular = await entered(service, "G06", CIRCULAR)
    path = f"/documents/{circular['document_id']}"
    assert (await service.post("G01", f"{path}/withdraw", {"reason": "Nhập nhầm"})).status_code == 403
    assert (await service.post("G06", f"{path}/withdraw", {"reason": "Nhập nhầm"})).status_code == 204
    gone = await service.http.get(f"{service.prefix}{path}")
    assert (gone.status_code, gone.json()["code"]) == (404, "legal-document-not-found")
    again = await entered(service, "G06", CIRCULAR)
    assert again["document_id"] != circular["document_id"]
    assert await numbers(service) == ["05/2025/TT-BKHCN"]


@pytest.mark.asyncio
async def test_sql_says_of_each_document_what_python_says(service: Service) -> None:
    async with service.database.transaction() as session:
        plan = (await session.scalars(select(Programme.programme_id))).one()
        rows = [
            {
                "document_id": stable_id("document", case.title),
                "programme_id": plan,
                "type": "law",
                "number": case.issued_on and case.title,
                "number_key": case.issued_on and case.title,
                "issuer_organisation_id": organisation_id("P57"),
                "subject": case.title,
                "subject_key": case.title,
                "search_text": case.title,
                "replaces": [],
                "version": 1,
                "occurred_at": service.clock(),
                "recorded_at": service.clock(),
                **{name: getattr(case, name) for name in ("issued_on", "effective_on", "due_on", "replaced_on")},
            }
            for case in CASES
        ]
        await session.execute(insert(Document), rows)
        found = await session.execute(select(Document.subject, standing_in_sql(ON)))
        said = {row[0]: row[1] for row in found}
    assert said == {case.title: case.standing for case in CASES}


@pytest.mark.asyncio
async def test_documents_of_a_body_are_those_of_bodies_below_it_too(service: Service) -> None:
    commune = {"code": "75-1", "name_vi": "Phường", "type": "commune", "level": "commune", "parent": "75"}
    assert (await service.post("75", "/organisations", commune | {"reason": "Lập"})).status_code == 201
    await entered(service, "P57", CIRCULAR | {"type": "plan", "number": "01/KH-UBND", "issuer": "75-1"})
    await entered(service, "G06", CIRCULAR)
    assert await numbers(service, organisation="75") == ["01/KH-UBND"]
    assert await numbers(service, issuer="75") == []
    assert await numbers(service, organisation="G06") == ["05/2025/TT-BKHCN"]
    unknown = await service.http.get(f"{service.prefix}/documents", params={"organisation": "nowhere"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "reference-unknown")
