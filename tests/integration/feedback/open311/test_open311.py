"""A client of Open311 GeoReport v2 reads public copies, and a registered one posts, as the specification has it."""

import hashlib
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import event, text
from tests.integration.feedback.conftest import (
    SECRET,
    START,
    Service,
    a_vault,
    an_answer,
)
from tests.integration.feedback.open311.geo_report import POSTED, SCHEMAS, in_words, read_xml, require
from tests.integration.feedback.publication.released import ABOUT, ANSWER, WORDS, an_answered_case, released

from sixclear.common.testing.clock import MovingClock
from sixclear.common.testing.mirrored import follow
from sixclear.common.testing.postgres import CloneDatabase
from sixclear.common.testing.service import running_service
from sixclear.feedback.app import create_app
from sixclear.feedback.events import EVENTS
from sixclear.feedback.open311.repository import find_requests
from sixclear.feedback.organisation.models import Organisation
from sixclear.feedback.settings import Settings
from sixclear.feedback.submission.receipts import Receipts

pytestmark = pytest.mark.asyncio

BASE = "/api/feedback/open311/v2"
API_KEY = "a-key-of-thirty-two-characters-!!"
# As FixMyStreet sends a report: a form with what the service asks for, and its own identifier.
REPORT = {
    "api_key": API_KEY,
    "service_code": "construction-transport",
    "description": "Đèn đường hỏng\n\nBa đèn trước số 12 không sáng từ tuần trước.",
    "lat": "21.03357",
    "long": "105.81405",
    "address_string": "Phố Đội Cấn",
    "email": "binh@example.invalid",
    "first_name": "Bình",
    "last_name": "Trần Thị",
    "phone": "+84 912 345 678",
    "attribute[title]": "Đèn đường hỏng",
    "attribute[fixmystreet_id]": "1311",
    "attribute[consent]": "true",
}


@pytest_asyncio.fixture
async def service(clone_database: CloneDatabase, tmp_path: Path) -> AsyncIterator[Service]:
    """The feedback application with one registered application, which may post three times without a pause."""
    keys = tmp_path / "open311.keys"
    keys.write_text(f"# name and SHA-256 of its key\nfixmystreet {hashlib.sha256(API_KEY.encode()).hexdigest()}\n")
    url = await clone_database("sixclear.feedback")
    settings = Settings(database_url=url, open311_keys=keys, open311_posts_at_once=3, open311_posts_per_minute=1)
    create = partial(create_app, receipts=Receipts(SECRET), vault=a_vault(tmp_path))
    async with running_service(Service, EVENTS, settings, create, MovingClock(START)) as running:
        await follow(running, Organisation, "organisation", "G06", "G01", "P57")
        yield running


async def asked(service: Service, path: str, status: int = 200, /, **query: Any) -> Any:
    """What is answered in JSON, after XML said the same and both are as the specification has it."""
    as_json = await service.http.get(f"{BASE}/{path}.json", params=query)
    as_xml = await service.http.get(f"{BASE}/{path}.xml", params=query)
    assert (as_json.status_code, as_xml.status_code) == (status, status), as_json.text
    assert as_json.headers["content-type"] == "application/json; charset=utf-8"
    assert as_xml.headers["content-type"] == "text/xml; charset=utf-8"
    root, said = read_xml(as_xml.content)
    value = as_json.json()
    require(SCHEMAS[root], value)
    assert said == (in_words(value) or None) or (said, value) == ([], [])
    return value


async def posted(service: Service, form: dict[str, str], status: int = 200, **headers: str) -> Any:
    response = await service.http.post(f"{BASE}/requests.json", data=form, headers=headers)
    assert response.status_code == status, response.text
    require(POSTED if status == 200 else SCHEMAS["errors"], response.json())
    return response.json()[0]


async def test_a_client_finds_the_endpoint_and_its_services(service: Service) -> None:
    (endpoint,) = (await asked(service, "discovery"))["endpoints"]
    assert endpoint["url"].endswith(BASE)
    services = await asked(service, "services", jurisdiction_id="")
    assert "construction-transport" in {one["service_code"] for one in services}
    definition = await asked(service, "services/construction-transport")
    assert [one["code"] for one in definition["attributes"]] == ["kind", "title", "consent"]
    (error,) = await asked(service, "services/no-such-thing", 404)
    assert error["code"] == 404


async def test_only_public_copies_are_read_and_nothing_leads_to_the_case(service: Service) -> None:
    case, _ = await an_answered_case(service)
    assert await asked(service, "requests") == []
    assert await asked(service, f"requests/{case}", 404)
    copy = await released(service, case, **ABOUT)
    (one,) = await asked(service, "requests")
    assert one["service_request_id"] != str(case)
    assert (one["status"], one["status_notes"], one["service_code"]) == ("closed", ANSWER, "science-technology")
    assert one["description"] == f"{WORDS['title']}\n\n{WORDS['text']}"
    assert (one["requested_datetime"], one["address_id"]) == ("2025-11-03T00:00:00+07:00", "G06")
    assert str(case) not in str(one)
    assert await asked(service, f"requests/{copy['publication_id']}") == [one]
    assert await asked(service, "requests", service_request_id=f"{uuid4()},{copy['publication_id']},x") == [one]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "open"}, 0),
        ({"status": "closed"}, 1),
        ({"status": "open,closed"}, 1),
        ({"service_code": "health"}, 0),
        ({"service_code": "health,science-technology"}, 1),
        ({"start_date": "2025-11-03T00:00:00+07:00", "end_date": "2025-11-04T00:00:00+07:00"}, 1),
        ({"start_date": "2025-11-04T00:00:00+07:00"}, 0),
        ({"end_date": "2025-11-02T20:00:00Z"}, 1),
        ({"end_date": "2025-11-02T10:00:00Z"}, 0),
        ({"page": "2"}, 0),
        ({"page": "1", "page_size": "1"}, 1),
        ({"status": "", "start_date": "", "service_code": ""}, 1),
    ],
)
async def test_a_list_is_narrowed_as_the_specification_says(service: Service, query: Any, found: int) -> None:
    case, _ = await an_answered_case(service)
    await released(service, case, **ABOUT)
    assert len(await asked(service, "requests", **query)) == found


@pytest.mark.parametrize(
    "query",
    [
        {"status": "overdue"},
        {"start_date": "yesterday"},
        {"start_date": "2025-01-01T00:00:00Z", "end_date": "2025-12-01T00:00:00Z"},
        {"start_date": "2025-12-01T00:00:00Z", "end_date": "2025-11-01T00:00:00Z"},
        {"start_date": "0001-01-01T00:00:00Z"},
        {"start_date": "2025-11-03T00:00:00"},
        {"end_date": "0001-01-01"},
        {"start_date": "9999-12-31"},
        {"page": "0"},
        {"page_size": "201"},
        {"page": "٣"},
        {"service_request_id": ",".join("x" * 51)},
    ],
)
async def test_a_wrong_question_is_told_in_their_form(service: Service, query: Any) -> None:
    (error,) = await asked(service, "requests", 400, **query)
    assert error["code"] == 400


async def test_a_post_is_a_case_with_a_receipt_and_public_once_it_is_released(service: Service) -> None:
    answer = await posted(service, REPORT)
    again = await posted(service, REPORT)
    assert answer == again, "a retry has its own identifier, and makes no second case"
    (row,) = await service.rows("submission")
    assert row["field"] == "construction-transport"
    request_id, case = answer["service_request_id"], row["submission_id"]
    assert request_id != str(case)
    assert await asked(service, f"requests/{request_id}", 404)
    code = answer["service_notice"].split(": ")[1].split(".")[0]
    shown = await service.case(code)
    assert (shown["title"], shown["text"].splitlines()[-2:]) == (
        "Đèn đường hỏng",
        ["Địa chỉ: Phố Đội Cấn", "Vị trí: 21.03357, 105.81405"],
    )
    assert "binh@example.invalid" not in str(await service.events())
    await service.post("feedback-hub", f"/submissions/{case}/triage", {})
    await service.post("feedback-hub", f"/submissions/{case}/assign", {"organisation_id": "G06"})
    drafted = await service.post("feedback-hub", f"/submissions/{case}/answers", an_answer())
    path = f"/submissions/{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200
    copy = await released(service, case)
    (public,) = await asked(service, f"requests/{request_id}")
    assert (public["status"], public["service_request_id"]) == ("closed", request_id)
    assert await asked(service, f"requests/{copy['publication_id']}", 404), "a request has one identifier"
    assert [one["service_request_id"] for one in await asked(service, "requests")] == [request_id]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "another"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "no-such-thing"}, 404),
        ({"description": ""}, 400),
        ({"description": "x" * 20_001}, 400),
        ({"lat": "", "address_string": ""}, 400),
        ({"address_id": "no-such-place"}, 400),
        ({"email": "no address"}, 400),
        ({"attribute[kind]": "complaint"}, 400),
        ({"attribute[kind]": "poem"}, 400),
    ],
)
async def test_a_post_that_is_refused_changes_nothing(service: Service, changes: dict[str, str], status: int) -> None:
    error = await posted(service, REPORT | changes, status)
    assert error["code"] == status
    assert "no address" not in error["description"]
    assert await service.rows("submission") == []
    as_xml = await service.http.post(f"{BASE}/requests.xml", data=REPORT | changes)
    root, said = read_xml(as_xml.content)
    assert (as_xml.status_code, root, said[0]["code"]) == (status, "errors", str(status))


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a=b&" * 500, b"{}", b"description=%ff"])
async def test_a_broken_form_is_refused(service: Service, body: bytes) -> None:
    for kind in ("application/x-www-form-urlencoded", "application/json", ""):
        response = await service.http.post(f"{BASE}/requests.json", content=body, headers={"Content-Type": kind})
        assert response.status_code in (400, 403)
        require(SCHEMAS["errors"], response.json())
    assert await service.rows("submission") == []


async def test_requests_are_found_by_their_keys_and_none_without_a_question(service: Service) -> None:
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    async with service.database.session() as session:
        connection = await session.connection()
        event.listen(service.database.engine.sync_engine, "before_cursor_execute", note)
        try:
            assert await find_requests(session, []) == []
            assert sent == []
            assert await find_requests(session, [uuid4()]) == []
        finally:
            event.remove(service.database.engine.sync_engine, "before_cursor_execute", note)
        await session.execute(text("SET LOCAL enable_seqscan = off"))
        plans = [
            "\n".join((await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)).scalars())
            for statement, parameters in sent
        ]
    assert "Index Cond: (service_request_id = " in plans[0]
    assert "Index Cond: (publication_id = " in plans[1]


async def test_an_application_that_posts_too_often_waits(service: Service) -> None:
    for number in range(3):
        await posted(service, REPORT | {"attribute[fixmystreet_id]": str(number)})
    response = await service.http.post(f"{BASE}/requests.json", data=REPORT)
    assert (response.status_code, response.json()[0]["code"]) == (429, 429)
    assert int(response.headers["retry-after"]) > 0
    assert len(await service.rows("submission")) == 3


async def test_two_persons_with_the_same_words_have_two_cases(service: Service) -> None:
    form = {name: value for name, value in REPORT.items() if name != "attribute[fixmystreet_id]"}
    one, other = [await posted(service, form) for _ in range(2)]
    assert UUID(one["service_request_id"]) != UUID(other["service_request_id"])
    assert one["service_notice"] != other["service_notice"]


async def test_no_success_is_answered_before_the_commit(service: Service) -> None:
    with service.commits_fail():
        response = await service.http.post(f"{BASE}/requests.json", data=REPORT)
    assert response.status_code >= 500
    assert await service.rows("submission") == []
