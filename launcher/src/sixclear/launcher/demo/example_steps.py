"""One example of each state that no other task of the demonstration is in, around the day of loading: a lane each.

The tasks `TD-1…` are in the programme of demonstration; like the requests and decisions on other tasks, what they tell
lies after the days that the published reports speak of. `test_demo_states.py` holds which states there are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sixclear.common.issuer.roles import STANDING_BODY, client_of
from sixclear.launcher.demo.decision_steps import Request, requests_on
from sixclear.launcher.demo.organisations import agencies
from sixclear.launcher.demo.plan import TaskPlan
from sixclear.launcher.demo.steps import Step, at, task_path
from sixclear.launcher.demo.task_steps import TASKS
from sixclear.launcher.demo.today_steps import TODAY, given
from sixclear.launcher.demo.vocabulary import MILESTONES, REFUSAL, RETURNED, SYSTEM

_API = "/api/tasks/v1"
_STANDING = client_of(STANDING_BODY)
# As small as a file that is recognised as a PDF can be.
_PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_PROOFS = ("runs", "holds_data", "has_real_users")

# What is asked for and decided, by the key of a task: the outcomes that `decision_steps` has not.
_DECIDED: Mapping[str, Sequence[Request]] = {
    "TD-111": [
        Request("transfer", 19, 18, "refused"),
        Request("pause", 17, 16, "refused"),
        Request("cancellation", 16, 15, "refused"),
        Request("regrouping", 15, 14, "refused", work_group="nhom-2"),
        Request("split", 13, 12, "refused", parts=("TD-111A", "TD-111B"), proposed=("TD-111A", "TD-111B")),
        Request("merger", 11, 10, "refused", parts=("TD-111A",)),
    ],
    "TD-112": [Request("pause", 9, 8), Request("resume", 4, 3, "refused", days=25)],
    "TD-113": [Request("transfer", 9, 7, "granted_otherwise", granted_organisation="G12", answer="accept")],
    "TD-114": [Request("transfer", 3, 1)],
    "TD-115": [Request("pause", 9, 8), Request("resume", 4, 3, "granted_otherwise", days=30, granted_days=20)],
    "TD-116": [
        Request(
            *("split", 6, 5, "granted_otherwise"),
            parts=("TD-116A", "TD-116B"),
            granted_parts=("TD-116A", "TD-116C"),
            proposed=("TD-116A", "TD-116B", "TD-116C"),
        )
    ],
    "TD-117": [
        Request(
            *("merger", 6, 5, "granted_otherwise"),
            parts=("TD-117A",),
            granted_parts=("TD-117B",),
            proposed=("TD-117A", "TD-117B"),
        )
    ],
    "TD-118": [Request("extension", 5, days=60), Request("cancellation", 4, 3)],
    "TD-119": [
        Request("regrouping", 8, 6, "granted_otherwise", work_group="nhom-2", granted_group="nhom-2-1"),
    ],
}


@dataclass(frozen=True, slots=True)
class Example:
    """A task with its lane; facts are told in days before `today`."""

    plan: TaskPlan
    today: date

    def ago(self, days: int, hour: int = 9) -> datetime:
        """An instant of the past."""
        return at(self.today - timedelta(days=days), hour)

    def step(self, name: str, client: str, path: str, body: Mapping[str, Any], takes: Sequence[str] = ()) -> Step:
        """A request on it."""
        key = self.plan.external_id
        return Step(f"{name} {key}", key, client, path, body, takes=tuple(takes))

    def assigned(self, **more: Any) -> Step:
        """The standing body gives it out."""
        return self.step("assign", _STANDING, TASKS, given(self.plan, **more))

    def by_lead(self, what: str, days: int, takes: Sequence[str] = (), *, name: str = "", **body: Any) -> Step:
        """The lead body does a step of the task."""
        path = task_path(STANDING_BODY, self.plan.external_id, what)
        return self.step(name or what, client_of(self.plan.lead), path, body | {"occurred_at": self.ago(days)}, takes)

    def by_owner(self, what: str, days: int, **body: Any) -> Step:
        """The standing body does a step of the task."""
        path = task_path(STANDING_BODY, self.plan.external_id, what)
        return self.step(what, _STANDING, path, body | {"occurred_at": self.ago(days, 15)})

    def evidence(self, title: str, days: int, **body: Any) -> Step:
        """The lead body attaches evidence, a link."""
        url = f"https://example.invalid/minh-hoa/{self.plan.external_id.lower()}-{days}.pdf"
        return self.by_lead("evidence", days, name=f"evidence {title}", title=title, url=url, **body)

    def on_evidence(self, what: str, days: int, **body: Any) -> Step:
        """The standing body decides on the evidence that was attached last."""
        path = f"{_API}/evidence/{{evidence_id}}/{what}"
        return self.step(f"{what} evidence {days}", _STANDING, path, body | {"occurred_at": self.ago(days, 15)})


def example_steps(today: date) -> Iterator[Step]:
    """All of them."""
    yield from _proposals(today)
    yield from _assignments(today)
    yield from _results(today)
    yield from _parts_and_proof(today)
    yield from _decisions(today)


def example(number: int, today: date, *, since: int = 30, due: int = 30) -> Example:
    """The task with this number, assigned `since` days ago and due in `due` days."""
    leads = agencies()
    return Example(
        TaskPlan(
            external_id=f"TD-{number}",
            programme=TODAY,
            lead=leads[number % len(leads)],
            assigned=today - timedelta(days=since),
            deadline=today + timedelta(days=due),
        ),
        today,
    )


def _proposals(today: date) -> Iterator[Step]:
    """One waits for the owner of the programme, one was refused, one was taken back by the body that made it."""
    for number, end in ((101, None), (102, "refuse"), (103, "withdraw-proposal")):
        one = example(number, today, since=12)
        yield one.step("propose", client_of(one.plan.lead), TASKS, given(one.plan, assign=False))
        if end is not None:
            # Its key is that of the body that made it, and not the standing body's as with the others.
            client = _STANDING if end == "refuse" else client_of(one.plan.lead)
            said = {"reason": "Đã có nhiệm vụ cùng nội dung (minh họa)."} if end == "refuse" else {}
            yield one.step(end, client, f"{TASKS}/{{task_id}}/{end}", said | {"occurred_at": one.ago(8)})


def _assignments(today: date) -> Iterator[Step]:
    """Lead bodies that have still to answer, that accept, that object, and whose objection was refused."""
    yield example(104, today, since=1).assigned()
    accepted = example(105, today, since=2)
    yield accepted.assigned()
    yield accepted.by_lead("accept", 1)
    for number, since, request in (
        (106, 2, Request("transfer", 1, objection=True)),
        (107, 4, Request("cancellation", 3, 2, "refused", objection=True)),
    ):
        objected = example(number, today, since=since)
        yield objected.assigned()
        yield from requests_on(objected.plan, [request], today)


def _results(today: date) -> Iterator[Step]:
    """A result that waits for confirmation, one that was returned, one that came late, and a system with its three
    confirmations; and work that is nearly done a week before its deadline.
    """
    late = example(122, today, due=-10)
    yield late.assigned()
    yield late.evidence("Báo cáo kết quả (minh họa)", 7)
    yield late.by_lead("submit", 6)
    yield late.by_owner("confirm", 5)
    soon = example(123, today, due=6)
    yield soon.assigned()
    yield soon.by_lead("progress", 3, percent=90, text="Đang hoàn thiện.")
    waiting = example(108, today)
    yield waiting.assigned(coordinating_organisations=["G22", "01"])
    yield waiting.by_lead("progress", 10, percent=95, text="Đang chuẩn bị hồ sơ minh chứng.")
    yield waiting.evidence("Báo cáo kết quả (minh họa)", 4)
    yield waiting.by_lead("submit", 2)
    returned = example(109, today, due=10)
    yield returned.assigned()
    yield returned.by_lead(
        "progress",
        10,
        percent=60,
        text="Đang triển khai thử nghiệm.",
        expected_on=today + timedelta(days=20),
        remedy="Bổ sung nhân lực từ tuần sau (minh họa).",
    )
    yield returned.evidence("Báo cáo kết quả (minh họa)", 6)
    yield returned.by_lead("submit", 5)
    yield returned.by_owner("return", 3, reason=RETURNED)
    system = example(110, today)
    yield system.assigned(title=SYSTEM, product_kind="information_system")
    yield from _milestones(system, reached=1)
    yield system.by_lead("progress", 12, percent=100, text="Hệ thống chạy, có dữ liệu và người dùng.")
    for number, proof in enumerate(_PROOFS):
        yield system.evidence(f"Xác nhận {number + 1}/3 (minh họa)", 11 - number, proves=[proof])
    yield system.by_lead("submit", 7)
    yield system.by_owner("confirm", 5)


def _parts_and_proof(today: date) -> Iterator[Step]:
    """Milestones that are overdue and reached by refused evidence; evidence that is a file, and that is blacked out."""
    divided = example(120, today)
    yield divided.assigned()
    yield from _milestones(divided, reached=2)
    yield divided.on_evidence("refuse", 8, reason=REFUSAL)
    upload = f"{_API}/files?name=bien-ban.pdf"
    key = divided.plan.external_id
    yield Step(f"upload {key}", key, client_of(divided.plan.lead), upload, file=_PDF)
    yield divided.by_lead("evidence", 6, ["file_id"], name="file", title="Biên bản họp (minh họa)")
    yield divided.on_evidence("accept", 5)
    yield divided.evidence("Danh sách người tham dự (minh họa)", 4)
    yield divided.on_evidence("redact", 3, reason="Có số điện thoại của người dân (minh họa).")


def _milestones(one: Example, *, reached: int) -> Iterator[Step]:
    """Three milestones, of which the first ones are reached by a piece of evidence each; one is overdue by now."""
    path = task_path(STANDING_BODY, one.plan.external_id, "milestones")
    lead, due = client_of(one.plan.lead), (20, 14, 2)
    for place, (title, weight, _) in enumerate(MILESTONES):
        planned = {"title": title, "weight": weight, "deadline": one.today - timedelta(days=due[place])}
        yield one.step(f"plan {place}", lead, path, planned | {"occurred_at": at(one.plan.assigned, 15)})
        if place < reached:
            days = due[place] + 1
            yield one.evidence(f"Biên bản mốc {place + 1} (minh họa)", days)
            done = {"occurred_at": one.ago(days, 14)}
            complete = f"{_API}/milestones/{{milestone_id}}/complete"
            yield one.step(f"reach {place}", lead, complete, done, ["evidence_id"])


def _decisions(today: date) -> Iterator[Step]:
    """Each kind of decision with the outcomes that other tasks have not, and a request that ends with its task."""
    for key, requests in _DECIDED.items():
        one = example(int(key.removeprefix("TD-")), today)
        yield one.assigned()
        yield one.by_lead("progress", 25, percent=20, text="Đã phân công đầu mối.")
        yield from requests_on(one.plan, requests, today)
    done = example(121, today)
    yield done.assigned()
    yield done.evidence("Báo cáo kết quả (minh họa)", 9)
    yield done.by_lead("submit", 8)
    yield done.by_owner("confirm", 6)
    yield from requests_on(done.plan, [Request("reopening", 4, 3, "refused")], today)
