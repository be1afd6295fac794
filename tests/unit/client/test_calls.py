"""What the client sends, and what it does when a call fails on the way."""

import io
import json

import httpx2
import pytest

from sixclear.client import BulkAnswer, Client, Credentials, NotReached, PositionGone, Problem, rows_of_csv
from sixclear.client.rows import keyed

URL = "http://sixclear.invalid"


class Server:
    """Answers one after the other; keeps what was asked."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(server: Server, credentials: Credentials | None = None) -> Client:
    return Client(URL, credentials, token=None if credentials else "t", transport=httpx2.MockTransport(server))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


def test_a_change_is_repeated_under_one_key(pauses: list[float]) -> None:
    server = Server(
        httpx2.ConnectError("down"), httpx2.Response(503, headers={"Retry-After": "7"}), httpx2.Response(200, json={})
    )
    with client(server) as own:
        own.post("/x", {"a": 1})
    assert len({request.headers["Idempotency-Key"] for request in server.asked}) == 1
    assert [request.content for request in server.asked] == [b'{"a":1}'] * 3
    assert pauses[1] == 7
    assert server.asked[0].headers["Authorization"] == "Bearer t"


def test_a_way_that_stays_closed_is_said(pauses: list[float]) -> None:
    with client(Server(*[httpx2.ConnectError("down")] * 5)) as own, pytest.raises(NotReached):
        own.get("/x")
    assert len(pauses) == 4


def test_a_refusal_is_a_problem_and_is_not_repeated(pauses: list[float]) -> None:
    refusal = {"code": "task-not-found", "detail": "No task.", "errors": []}
    with client(Server(httpx2.Response(404, json=refusal))) as own, pytest.raises(Problem) as caught:
        own.get("/x")
    assert (caught.value.status, caught.value.code, pauses) == (404, "task-not-found", [])


def test_a_token_is_got_once_and_again_when_it_is_refused(pauses: list[float]) -> None:
    token = {"access_token": "one", "expires_in": 300}
    server = Server(
        httpx2.Response(200, json=token),
        httpx2.Response(200, json={}),
        httpx2.Response(401, json={"code": "invalid-token"}),
        httpx2.Response(200, json=token | {"access_token": "two"}),
        httpx2.Response(200, json={}),
    )
    with client(server, Credentials("org G06", "s:ecret")) as own:
        own.get("/x")
        own.get("/y")
    assert [request.url.path for request in server.asked] == ["/oauth2/token", "/x", "/y", "/oauth2/token", "/y"]
    assert server.asked[-1].headers["Authorization"] == "Bearer two"
    assert server.asked[0].content == b"grant_type=client_credentials"


def test_pages_are_followed() -> None:
    first = {"items": [{"n": 1}, {"n": 2}], "next": "c"}
    server = Server(httpx2.Response(200, json=first), httpx2.Response(200, json={"items": [{"n": 3}], "next": None}))
    with client(server) as own:
        assert [item["n"] for item in own.tasks(source="hrm")] == [1, 2, 3]
    assert [str(request.url.query, "ascii") for request in server.asked] == ["source=hrm", "source=hrm&cursor=c"]


def test_rows_go_in_parts_and_are_counted_through() -> None:
    def answer(count: int) -> httpx2.Response:
        items = [{"index": index, "outcome": "created", "line": 1} for index in range(count)]
        return httpx2.Response(200, json={"items": items})

    server = Server(answer(100), answer(20))
    with client(server) as own:
        told = own.put_tasks({"n": number} for number in range(120))
    assert isinstance(told, BulkAnswer)
    assert [item["index"] for item in told.items] == list(range(120))
    assert [len(request.content.splitlines()) for request in server.asked] == [100, 20]
    assert told.count("created") == 120


def test_a_position_that_is_gone_has_its_own_name() -> None:
    gone = httpx2.Response(410, json={"code": "log-position-gone"})
    with client(Server(gone)) as own, pytest.raises(PositionGone):
        list(own.changes(after="x"))


def test_a_table_becomes_items() -> None:
    head = "external_id,percent,text,assign,responsible_position.title,coordinating_organisations"
    table = f"{head}\nA,33,x,true,T,G01; G02\nB,,y,,,\n"
    first, second = rows_of_csv(io.StringIO(table), source="hrm")
    assert first == {
        "source": "hrm",
        "external_id": "A",
        "percent": 33,
        "text": "x",
        "assign": True,
        "responsible_position": {"title": "T"},
        "coordinating_organisations": ["G01", "G02"],
    }
    assert second == {"source": "hrm", "external_id": "B", "text": "y"}
    assert json.dumps(second)


def results(*outcomes: str) -> httpx2.Response:
    return httpx2.Response(200, json={"items": [{"index": at, "outcome": one} for at, one in enumerate(outcomes)]})


def test_rows_for_which_there_is_no_time_are_sent_in_halves(pauses: list[float]) -> None:
    busy = httpx2.Response(503, json={"code": "unavailable", "detail": "Send fewer."})
    server = Server(busy, busy, results("created"), busy, busy, results("updated"), results("rejected"))
    with client(server) as own:
        answer = own.put_tasks([{"external_id": str(number)} for number in range(3)])
    assert [(item["index"], item["outcome"]) for item in answer.items] == [
        (0, "created"),
        (1, "updated"),
        (2, "rejected"),
    ]
    assert [request.content.count(b"\n") for request in server.asked] == [3, 3, 1, 2, 2, 1, 1]
    assert len({request.headers["Idempotency-Key"] for request in server.asked}) == 5


def test_a_single_row_for_which_there_is_no_time_is_a_problem(pauses: list[float]) -> None:
    busy = httpx2.Response(503, json={"code": "unavailable", "detail": "Later."})
    with client(Server(*[busy] * 5)) as own, pytest.raises(Problem) as caught:
        own.report([{"text": "x"}])
    assert (caught.value.status, len(pauses)) == (503, 4)


def test_a_file_that_becomes_a_job_is_followed_to_its_end(pauses: list[float]) -> None:
    address = "/api/tasks/v1/jobs/1"
    lines = b'{"index": 0, "outcome": "reported", "line": 1}\n{"index": 1, "outcome": "rejected", "line": 2}\n'
    server = Server(
        httpx2.Response(202, json={"state": "waiting"}, headers={"Location": address}),
        httpx2.Response(200, json={"state": "running"}, headers={"Retry-After": "1"}),
        httpx2.Response(200, json={"state": "finished"}),
        httpx2.Response(200, content=lines),
    )
    with client(server) as own:
        answer = own.report([{"text": "x"}, {"text": "y"}])
    assert ([item["outcome"] for item in answer.items], pauses) == (["reported", "rejected"], [1])
    assert [request.url.path for request in server.asked][1:] == [address, address, f"{address}/results"]


def test_rows_of_one_task_get_the_same_keys_each_time() -> None:
    one, other = {"task_id": "a", "text": "Tuần 1"}, {"task_id": "b", "text": "Tuần 1"}
    again, own = {"task_id": "a", "text": "Tuần 2"}, {"task_id": "c", "text": "x", "idempotency_key": "mine"}
    rows = [one, other, again, own, {"task_id": "c", "text": "y"}]
    keys = [row.get("idempotency_key") for row in keyed(rows)]
    assert (keys[1], keys[3]) == (None, "mine"), "of a single row the platform knows by itself"
    assert len({keys[0], keys[2], keys[4]}) == 3
    assert [row.get("idempotency_key") for row in keyed([other, one, again])] == [None, keys[0], keys[2]]
    assert keyed([one, again | {"text": "Tuần 3"}])[0]["idempotency_key"] != keys[0]
    assert "idempotency_key" not in one, "the caller's own rows stay as they are"


def test_reports_are_sent_with_their_keys() -> None:
    answer = httpx2.Response(200, json={"items": [{"index": index, "outcome": "reported"} for index in range(2)]})
    server = Server(answer)
    with client(server) as own:
        own.report([{"task_id": "a", "text": "1"}, {"task_id": "a", "text": "2"}])
    sent = [json.loads(line) for line in server.asked[0].content.splitlines()]
    assert all(row["idempotency_key"].startswith("rows-") for row in sent)
