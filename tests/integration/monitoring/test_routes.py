"""What monitoring answers over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span
from sqlalchemy import text
from tests.integration.monitoring.records import some_records

from sixclear.common.ids import stable_id
from sixclear.common.web.access import access_rules

pytestmark = pytest.mark.asyncio

PREFIX = "/api/monitoring/v1"


async def test_the_status_has_its_fixed_names(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    answer = await site.get("/status")
    body = answer.json()
    about = {"as_of", "staleness_seconds", "filters", "demonstration_included", "sources", "denominators"}
    figures = {"tasks", "shares_percent", "rates_percent", "activity", "databases", "feedback"}
    figures |= {
        "periods",
        "evidence",
        "decisions",
        "urges",
        "reporting",
        "without_movement",
        "obstacles",
        "documents",
        "budgets",
        "indicators",
    }
    assert set(body) == about | figures
    assert body["tasks"] == {
        "total": 5,
        "completed": 1,
        "in_term": 2,
        "overdue": 1,
        "recurring": 1,
        "remaining_this_year": 2,
        "remaining_overdue": 1,
        "remaining_overdue_of_earlier_years": 0,
        "remaining_not_due": 1,
        "completed_on_time": 0,
        "completed_late": 0,
        "awaiting_confirmation": 0,
        "overdue_handed_in_on_time": 0,
        "in_term_parts": {"on_track": 2, "due_soon": 0, "at_risk": 0, "waiting": 0, "paused": 0},
        "overdue_parts": {"late": 1, "waiting": 0, "paused": 0},
        "done": dict.fromkeys(("on_time", "late", "on_time_original", "late_original"), 0),
    }
    assert body["rates_percent"] == {"done_of_due": 0.0, "overdue_of_due": 100.0, "on_time": 0.0}
    assert body["shares_percent"] == {"completed": 20.0, "in_term": 40.0, "overdue": 20.0, "recurring": 20.0}
    assert body["activity"]["reports_today"] == 0
    assert body["activity"]["last_report_at"].startswith("2025-12-04T05:11")
    assert body["databases"]["plan-02"] == {
        "total": 1,
        "formed_centralised": 1,
        "deploying_foundation": 0,
        "deploying_digitised_only": 0,
        "not_deployed": 0,
        "rebuild": 0,
        "retire": 0,
        "at_risk": 0,
    }
    assert body["databases"]["resolution-71"]["at_risk"] == 1
    assert body["databases"]["registered_not_approved"] == {"databases": 1, "organisations": 1}
    clocks = {"in_time": 1, "due_soon": 0, "overdue": 0, "answered": 0, "closed_without_answer": 0}
    parts = {"overdue_by_body": 0, "of_which": {"paused": 0, "reopened": 0, "appealed": 0}}
    assert body["feedback"] == {"received": 1, **clocks, **parts, "sealed": 0}
    assert body["demonstration_included"] is True
    assert body["denominators"]["shares_percent"] == {"name": "tasks.total", "value": 5}
    assert set(body["sources"]) == {"tasks", "feedback", "data-catalog"}
    assert (body["evidence"], set(body["decisions"])) == ({"waiting": 1, "accepted": 0, "refused": 0}, {"extension"})
    assert body["decisions"]["extension"]["granted"] == 1
    assert body["periods"] == {"due": 1, "on_time": 1, "late": 0, "missing": 0}
    assert (body["urges"]["unanswered"], body["reporting"]["awaited"], body["obstacles"]["open"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("parameters", "total"),
    [
        ({"programme": "nq57-central"}, 4),
        ({"programme": "hanoi"}, 1),
        ({"organisation": "01"}, 3),
        ({"organisation": "H00004"}, 2),
        ({"organisation": str(stable_id("organisation", "G06"))}, 2),
        ({"assigned_by": "province"}, 1),
        ({"organisation": "01", "assigned_by": "central", "programme": "nq57-central"}, 2),
    ],
)
async def test_filters_give_the_same_now_and_as_of_now(
    site: Any, view: Any, events: Any, parameters: dict[str, str], total: int
) -> None:
    await some_records(view, events)
    now = (await site.get("/status", **parameters)).json()
    then = (await site.get("/status", **parameters, as_of=view.now.isoformat())).json()
    assert now["tasks"]["total"] == total
    assert now == then


async def test_as_of_a_past_instant_and_day(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    at_reports_end = (await site.get("/status", as_of="2025-12-04")).json()
    assert at_reports_end["as_of"] == "2025-12-04T16:59:59.999999Z"
    assert at_reports_end["activity"]["reports_today"] == 1
    before = (await site.get("/status", as_of="2025-12-04T12:08:30+07:00")).json()
    assert before["tasks"]["total"] == 3
    assert before["tasks"]["in_term"] == 3
    unescaped = await site.client.get(f"{PREFIX}/status?as_of=2025-12-04T12:08:30+07:00")
    assert unescaped.json()["tasks"] == before["tasks"]


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({"organisation": "nowhere"}, 422, "reference-unknown"),
        ({"organisation": "x" * 81}, 422, "invalid-request"),
        ({"programme": "nothing"}, 404, "programme-not-found"),
        ({"assigned_by": "me"}, 422, "invalid-request"),
        ({"as_of": "yesterday"}, 422, "instant-invalid"),
        ({"as_of": "0001-01-01T00:00:00Z"}, 422, "instant-invalid"),
        ({"as_of": "2031-01-01"}, 422, "instant-in-future"),
    ],
)
async def test_what_is_not_known_is_a_problem(site: Any, parameters: dict[str, str], status: int, code: str) -> None:
    answer = await site.get("/status", **parameters)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_code_is_known_in_any_case_and_width(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    answers = [await site.get("/status", organisation=code) for code in ("G06", "g06", " G06", "Ｇ０６")]
    assert len({str(answer.json()["filters"]) for answer in answers if answer.status_code == 200}) == 1
    assert "leading zeros" in (await site.get("/status", organisation="1")).json()["errors"][0]["detail"]


async def test_a_member_that_comes_twice_is_refused(site: Any) -> None:
    operator = site.issuer.headers("monitoring:operate") | {"Content-Type": "application/json"}
    twice = b'{"repair": false, "repair": true}'
    refused = await site.client.post(f"{PREFIX}/reconciliations", content=twice, headers=operator)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/repair")


async def test_figures_that_do_not_reconcile_are_refused_until_repaired(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    operator = site.issuer.headers("monitoring:operate")
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE counter SET n = n + 1 WHERE measure = 'task_bucket'"))
    found = await site.client.post(f"{PREFIX}/reconciliations", json={}, headers=operator)
    assert found.status_code == 200, found.text
    assert found.json()["reconciled"] is False
    for path in ("/status", "/timeline", "/provinces"):
        refused = await site.get(path)
        assert (refused.status_code, refused.json()["code"]) == (503, "figures-do-not-reconcile")
        assert refused.headers["retry-after"] == "10"
        assert refused.headers["access-control-allow-origin"] == "*", "a page of another origin reads why"
    repaired = await site.client.post(f"{PREFIX}/reconciliations", json={"repair": True}, headers=operator)
    assert repaired.json()["repaired"] is True
    assert (await site.get("/status")).json()["tasks"]["total"] == 5


async def test_a_total_that_is_not_its_buckets_is_refused_at_once(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    async with view.database.transaction() as session:
        await session.execute(text("UPDATE counter SET n = n + 1 WHERE measure = 'task'"))
    assert (await site.get("/status")).status_code == 503


async def test_the_timeline_ends_with_now(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    body = (await site.get("/timeline", organisation="01")).json()
    assert [point["date"] for point in body["points"]] == ["2025-12-04", "2025-12-05"]
    assert body["points"][-1]["total"] == 3
    assert body["points"][-1]["overdue"] == 1
    part = (await site.get("/timeline", **{"from": "2025-12-05", "to": "2025-12-05", "step": "week"})).json()
    assert [point["total"] for point in part["points"]] == [5]
    refused = await site.get("/timeline", **{"from": "2025-12-05", "to": "2025-12-04"})
    assert (refused.status_code, refused.json()["code"]) == (422, "period-invalid")


async def test_provinces_count_everything_below_them(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    expected = {"total": 3, "completed": 0, "in_term": 2, "overdue": 1, "recurring": 0, "overdue_percent": 33.33}
    for parameters in ({}, {"as_of": view.now.isoformat()}):
        (province,) = (await site.get("/provinces", **parameters)).json()["items"]
        assert province["code"] == "01"
        assert expected.items() <= province.items()


async def test_changes_come_newest_first_and_sealed_ones_never(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    sealed = events.submission("secret")
    sealed.data["visibility"] = "sealed"
    await view.fold([sealed])
    items = (await site.get("/changes", limit=4)).json()["items"]
    assert [item["entity_type"] for item in items] == ["entry", "entry", "submission", "task"]
    assert items[3]["change"] == "progress_reported"
    assert items[3]["title"] == "Nhiệm vụ a"
    assert items[3]["organisation_name"] == "Cơ quan 00004"
    assert [item["demonstration"] for item in (await site.get("/changes", limit=5)).json()["items"]] == [
        *[False] * 4,
        True,
    ]
    assert items[2]["title"] is None


async def test_attention_names_its_rules(site: Any, view: Any, events: Any) -> None:
    await some_records(view, events)
    site.clock.now = view.now + timedelta(days=9)
    body = (await site.get("/attention")).json()
    assert [item["title"] for item in body["longest_overdue"]["items"]] == ["Nhiệm vụ c"]
    assert body["longest_overdue"]["items"][0]["days_late"] == 10  # civil days
    assert [item["title"] for item in body["databases_at_risk"]["items"]] == ["CSDL r"]
    assert {item["title"] for item in body["no_report_in_cycle"]["items"]} == {f"Nhiệm vụ {name}" for name in "abc"}
    assert all(body[name]["rule"] for name in body if name not in {"as_of", "reach"})


async def test_lateness_is_counted_in_civil_days(site: Any, view: Any, events: Any) -> None:
    # Due at 17:00 in Hà Nội; the next morning at 06:00 is one day late, though 13 hours have passed.
    deadline = datetime(2025, 12, 4, 10, 0, tzinfo=UTC)
    await view.fold([events.task("a", deadline=deadline), events.submission("s", due_at=deadline)])
    late = []
    for hours in (1, 13, 31, 37):
        site.clock.now = deadline + timedelta(hours=hours)
        await view.pass_time(site.clock.now)
        body = (await site.get("/attention")).json()
        late.append([body[name]["items"][0]["days_late"] for name in ("longest_overdue", "answers_past_clock")])
    assert late == [[0, 0], [1, 1], [2, 2], [2, 2]]


async def test_open_tasks_that_were_returned_twice(site: Any, view: Any, events: Any) -> None:
    def returned(name: str, times: int, **more: Any) -> list[Any]:
        return [events.task(name, "returned", status="returned", **more) for _ in range(times)]

    await view.fold(
        [
            events.programme("nq57-central"),
            *returned("once", 1),
            *returned("twice", 2, demonstration=True),
            *returned("often", 3),
            *returned("done", 2),
            events.task("done", "completed", status="completed"),
            *returned("gone", 2),
            events.task("gone", "withdrawn"),
            *returned("elsewhere", 2, programme="hanoi"),
        ]
    )
    await view.pass_time(view.now)
    found = (await site.get("/attention", programme="nq57-central")).json()["returned_twice"]
    assert [(item["title"], item["times_returned"], item["demonstration"]) for item in found["items"]] == [
        ("Nhiệm vụ often", 3, False),
        ("Nhiệm vụ twice", 2, True),
    ]
    assert found["items"][0]["last_returned_at"]


async def test_every_route_declares_who_may_call_it(site: Any) -> None:
    assert [path for _, path, rule in access_rules(site.target.app) if rule is None] == []


def otlp(*spans: Span, service: str = "tasks") -> bytes:
    resource = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value=service))])
    request = ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=[ScopeSpans(spans=spans)])]
    )
    return bytes(request.SerializeToString())


def span(number: int, parent: int | None = None, *, milliseconds: int = 5, name: str = "", **more: Any) -> Span:
    begin = 1_764_842_400_000_000_000 + number * 1_000_000
    return Span(
        trace_id=bytes(15) + b"\x01",
        span_id=number.to_bytes(8, "big"),
        parent_span_id=parent.to_bytes(8, "big") if parent else b"",
        name=name or f"span {number}",
        start_time_unix_nano=begin,
        end_time_unix_nano=begin + milliseconds * 1_000_000,
        **more,
    )


async def send_spans(site: Any, body: bytes, **headers: str) -> Any:
    headers = {"Content-Type": "application/x-protobuf", **site.issuer.headers("monitoring:spans"), **headers}
    return await site.client.post(f"{PREFIX}/otlp/v1/traces", content=body, headers=headers)


async def test_spans_of_other_processes_become_a_waterfall(site: Any) -> None:
    route = KeyValue(key="http.route", value=AnyValue(string_value="/api/tasks/v1/tasks"))
    child = span(2, 1, name="create sixclear.tasks.task.v1")
    assert (await send_spans(site, otlp(child))).status_code == 200
    await site.target.span_sink.flush()
    root = span(1, milliseconds=30, name="POST /api/tasks/v1/tasks", attributes=[route])
    late = span(3, 2, name="process sixclear.tasks.task.v1", status={"code": 2}, links=[child_link()])
    assert (await send_spans(site, otlp(root, late))).status_code == 200
    await site.target.span_sink.flush()

    (trace,) = (await site.get("/traces", service="tasks", route="/api/tasks/v1/tasks", error="true")).json()["items"]
    assert (trace["name"], trace["spans"], trace["error"]) == ("POST /api/tasks/v1/tasks", 3, True)
    assert (await site.get("/traces", service="feedback")).json() == {"items": []}
    assert (await site.get("/traces", min_duration_ms="31")).json() == {"items": []}
    body = (await site.get(f"/traces/{trace['trace_id']}")).json()
    assert [(item["depth"], item["name"].split()[0]) for item in body["items"]] == [
        (0, "POST"),
        (1, "create"),
        (2, "process"),
    ]
    page = await site.client.get(f"{PREFIX}/operations/traces/{trace['trace_id']}")
    assert page.status_code == 200
    assert "create sixclear.tasks.task.v1" in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in ("/operations/traces", "/operations/streams", "/operations/operations.css"):
        assert (await site.get(path)).status_code == 200
    hostile = await site.get("/operations/traces", route="<script>", error="x", min_duration_ms="NaN")
    assert hostile.status_code == 200
    assert "<script" not in hostile.text


def child_link() -> Span.Link:
    return Span.Link(trace_id=bytes(15) + b"\x02", span_id=bytes(7) + b"\x09")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"\xff\xff", {}, 400, "spans-invalid"),
        (b"{}", {"Content-Type": "application/json"}, 415, "spans-media-type-unknown"),
        (b"x", {"Content-Encoding": "gzip"}, 400, "spans-invalid"),
        (b"x", {"Content-Encoding": "br"}, 415, "unsupported-media-type"),
        (bytes(4_000_001), {}, 413, "content-too-large"),
        (b"", {"Authorization": "Bearer x"}, 401, "invalid-token"),
    ],
)
async def test_other_bodies_are_refused(
    site: Any, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await send_spans(site, body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_trace_that_is_not_kept_is_not_found(site: Any) -> None:
    for path in ("/traces/", "/operations/traces/"):
        assert (await site.get(path + "0" * 32)).status_code == 404
        assert (await site.get(path + "x")).status_code == 422


@pytest.mark.asyncio
async def test_relays_of_other_processes_are_on_the_page_of_streams(site: Any) -> None:
    named = {"service": "tasks", "name": "tasks relay", "kind": "relay", "running": True}
    relay = named | {
        "lag_messages": 12,
        "lag_seconds": 3.5,
        "dead_letters": 0,
        "last_progress_at": None,
        "detail": "active",
    }
    path = "/api/monitoring/v1/streams"
    assert (await site.client.post(path, json={"items": [relay]})).status_code == 401
    headers = site.issuer.headers("monitoring:spans")
    assert (await site.client.post(path, json={"items": [relay]}, headers=headers)).status_code == 204
    too_many = {"items": [relay] * 51}
    assert (await site.client.post(path, json=too_many, headers=headers)).status_code == 422
    impossible: dict[str, Any] = {
        "lag_messages": -87154135621494013952,
        "lag_seconds": 9.3e83,
        "dead_letters": 2**64,
        "last_progress_at": "0001-01-01T00:00:00+14:00",
    }
    for field, wrong in impossible.items():
        refused = await site.client.post(path, json={"items": [relay | {field: wrong}]}, headers=headers)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"#/items/0/{field}")
    operator = site.issuer.headers("monitoring:operate")
    items = (await site.client.get(path, headers=operator)).json()["items"]
    assert [item["lag_messages"] for item in items if item["name"] == "tasks relay"] == [12]
    page = await site.client.get("/api/monitoring/v1/operations/streams", headers=operator)
    assert "tasks relay" in page.text
