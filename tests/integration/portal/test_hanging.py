"""The page of a task shows what hangs on it, in words, with what was decided on it, and nothing that is not public."""

from datetime import timedelta

import httpx2
import pytest
from tests.integration.portal.records import DIRECTIVE_ID, NOW, SLUG, iso
from tests.integration.portal.shown_pages import TASK
from tests.integration.portal.test_pages import Document
from tests.integration.portal.upstream import Upstream

from sixclear.common.ids import stable_id

pytestmark = pytest.mark.asyncio

RECURRING = f"/tasks/{stable_id('task', '3')}"


async def section(browser: httpx2.AsyncClient, path: str, name: str, language: str = "en", **asked: str) -> str:
    """The text of one section of a page."""
    page = (await browser.get(path, params={"lang": language, **asked})).text
    return Document(page.split(f'<section aria-labelledby="{name}"')[1].split("</section>")[0]).text


async def test_milestones_stand_with_both_deadlines_and_what_was_accepted(browser: httpx2.AsyncClient) -> None:
    text = await section(browser, TASK, "milestones")
    assert (
        "As of 22 November 2026, 10:00, by the weights of the milestones: 12.50 % reached, 12.50 % accepted by another "
        "body. The lead body itself reports 60 %." in text.replace("\u00a0", " ")
    )
    assert "reached on 13 November 2026; evidence: Accepted" in text
    assert "overdue" in text
    assert "lapsed on 22 November 2026: the task has ended" in text
    assert "originally due 1 November 2026" in text


async def test_periods_are_counted_and_each_says_what_became_of_it(browser: httpx2.AsyncClient) -> None:
    text = await section(browser, RECURRING, "periods")
    assert (
        "As of 22 November 2026, 10:00, of the latest 4 periods: reported on time 1, reported late 1, not reported 1, "
        "not due yet 1." in text
    )
    for words in (
        "2026-W47",
        "Not reported",
        "Reports are still taken",
        "Reported on time",
        "This period is confirmed",
    ):
        assert words in text
    assert "evidence: 2 accepted, 1 not, 0 waiting" in text
    assert "the rule names 4 November 2026, a day off, National Day (91/2015/QH13, Art. 148.5)" in text
    assert "Reports are still taken, until 18 December 2026, 17:00" in text
    assert 'id="milestones"' not in (await browser.get(RECURRING)).text


async def test_decisions_say_who_asked_what_was_granted_and_what_waits(browser: httpx2.AsyncClient) -> None:
    text = await section(browser, TASK, "decisions")
    for words in (
        "Extension of the deadline",
        "Granted with another content",
        "later than the programme allows",
        "Before: 4 December 2026, 10:00; Asked for: 6 January 2027, 10:00; Decided: 22 December 2026, 10:00",
        "Chỉ lùi mười tám ngày.",
        "The new body did not take it",
        "Ministry of Public Security",
        "replacing task 1, replacing task 2",
        "the time for deciding is over",
        "To be decided by",
        "The programme gives 5 working days",
    ):
        assert words in text, words


async def test_a_request_that_was_refused_does_not_read_as_if_it_was_done(browser: httpx2.AsyncClient) -> None:
    text = await section(browser, TASK, "decisions")
    assert "Extension of the deadline: Refused" in text
    assert "Kế hoạch chung không cho phép. The task is as it was before." in text
    assert "Cancellation: Waits for a decision, since the lead body objects to the assignment" in text
    for done in ("Extended", "moved later"):
        assert done not in text


async def test_the_group_of_work_and_the_document_lead_to_their_tasks(browser: httpx2.AsyncClient) -> None:
    page = (await browser.get(TASK, params={"lang": "en"})).text
    chain = Document(page.split('<nav class="chain"')[1].split("</nav>")[0])
    assert "group of work Networks" in chain.text
    assert f"/tasks?programme={SLUG}&group=nhom-2-1" in chain.links
    assert f"/tasks?programme={SLUG}&directive={DIRECTIVE_ID}" in chain.links
    assert "Asked for: Infrastructure" in await section(browser, TASK, "decisions")


async def test_milestones_of_a_paused_task_say_that_they_pause(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, paused = upstream.full_task, {"status": "paused", "paused_since": iso(NOW - timedelta(days=3))}
    monkeypatch.setattr(upstream, "full_task", lambda number: whole(number) | paused | {"current_deadline": None})
    text = await section(browser, TASK, "milestones")
    assert "; paused with the task since 19 November 2026" in text
    assert "reached on 13 November 2026; evidence: Accepted" in text


async def test_a_task_that_was_split_leads_to_its_parts(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [str(stable_id("task", number)) for number in ("4", "5")]
    whole = upstream.full_task
    split = {"status": "cancelled", "bucket": None, "replaced_by": parts}
    monkeypatch.setattr(upstream, "full_task", lambda number: whole(number) | split)
    page = Document((await browser.get(TASK, params={"lang": "en"})).text)
    assert "Replaced by: replacing task 1, replacing task 2" in page.text
    assert {f"/tasks/{part}" for part in parts} <= set(page.links)


async def test_evidence_says_whether_it_was_accepted_and_what_was_blacked_out_is_no_link(
    browser: httpx2.AsyncClient,
) -> None:
    text = await section(browser, TASK, "result")
    for words in ("Waits for another body to review it", "Accepted", "Not accepted", "Ảnh không có ngày."):
        assert words in text, words
    assert "Not accepted; Central Steering Committee decided on 22 November 2026: Ảnh không có ngày." in text
    assert "for the period 2026-W46" in text
    assert "It proves: the system runs, the system has real users" in text
    assert "Its content was blacked out on 22 November 2026: Có số điện thoại của người dân." in text
    page = (await browser.get(TASK)).text
    assert "https://example.org/1.pdf" in page
    assert "https://example.org/4.pdf" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "vi",
            (
                *("Kinh phí dự kiến 1.250,5 triệu đồng", "Lĩnh vực Dữ liệu", "Làm thí điểm Có"),
                *("Ngày kiểm tra 4/12/2026", "Cơ quan tư vấn Bộ Khoa học và Công nghệ"),
            ),
        ),
        ("en", ("Planned budget 1,250.5 triệu đồng", "Area Data", "Pilot Yes", "Advising body Ministry of Science")),
        ("ar", ("Planned budget", "Area Data", "نعم", "Day of the check")),
    ],
)
async def test_public_fields_of_the_programme_stand_under_their_labels(
    browser: httpx2.AsyncClient, language: str, words: tuple[str, ...]
) -> None:
    page = (await browser.get(TASK, params={"lang": language})).text
    own = page.split('<section aria-labelledby="own"')[1].split("</section>")[0]
    text = Document(own.replace("</dt>", " </dt>")).text.replace("\u00a0", " ")
    for said in words:
        assert said in text, said
    for hidden in ("Ghi chú nội bộ", "Internal note", "không ai được thấy"):
        assert hidden not in page


async def test_a_task_without_any_of_it_says_how_it_comes_about(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "milestones", lambda task_id: {**_NO_PLAN, "items": [], "next": None})
    monkeypatch.setattr(upstream, "decisions", lambda task_id: [])
    monkeypatch.setattr(upstream, "evidence", lambda: [])
    page = Document((await browser.get(TASK, params={"lang": "en"})).text).text
    for words in ("There is no milestone.", "Nothing was asked for", "No evidence yet."):
        assert words in page, words


_NO_PLAN = {"weight": 0, "reached_weight": 0, "reached_percent": None, "accepted_weight": 0, "accepted_percent": None}
_NO_PLAN |= {"reported_percent": 0}


async def test_what_supervisors_said_stands_under_their_bodys_name_with_its_answer(browser: httpx2.AsyncClient) -> None:
    text = await section(browser, TASK, "comments")
    for words in ("Viet Nam Fatherland Front", "Tiến độ chậm so với kế hoạch.", "Đã bổ sung nhân lực.", "Not answered"):
        assert words in text, words


@pytest.mark.parametrize(
    ("record", "said", "unsaid"),
    [
        ({"status": "cancelled", "bucket": None}, "Cancelled; deadline extended once.", "due in"),
        (
            {"paused_since": iso(NOW - timedelta(days=3)), "current_deadline": None},
            "paused since 19 November 2026, 10:00; deadline extended once.Clear timePaused: no deadline runs",
            "not known",
        ),
        ({"expected_on": "2026-12-24"}, "the lead body expects to finish on 24 December 2026", "not known"),
    ],
)
async def test_a_task_promises_no_deadline_that_does_not_run_and_says_when_it_is_expected(
    browser: httpx2.AsyncClient,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    record: dict[str, str | None],
    said: str,
    unsaid: str,
) -> None:
    whole = upstream.full_task
    monkeypatch.setattr(upstream, "full_task", lambda number: whole(number) | record)
    page = (await browser.get(TASK, params={"lang": "en"})).text
    head = page.split('class="standfirst"')[1].split("</p>")[0]
    time = page.split("<dt>Clear time</dt>")[1].split("</dd>")[0]
    text = Document(f'<p class="standfirst"{head}</p>Clear time{time}').text
    assert said in text
    assert unsaid not in text


@pytest.mark.parametrize(("name", "anchor"), [("evidence", "result"), ("decisions", "decisions")])
async def test_a_long_list_says_how_many_there_are_and_leads_to_the_rest(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, name: str, anchor: str
) -> None:
    monkeypatch.setattr(upstream, "of_a_page", 2)
    whole = upstream.full_task
    monkeypatch.setattr(upstream, "full_task", lambda number: whole(number) | {"evidence_count": 4})
    total = {"evidence": 4, "decisions": 7}[name]
    page = (await browser.get(TASK, params={"lang": "en"})).text
    first = await section(browser, TASK, anchor)
    assert f"Newest: 2 of {total}." in first
    [onwards] = [link for link in Document(page).links if link.startswith(f"{TASK}?{name}=")]
    assert onwards == f"{TASK}?{name}=2#{anchor}"
    second = await section(browser, TASK, anchor, **{name: "2"})
    assert f"Older: 2 of {total}." in second
    assert "Back to the newest" in second
    assert first.split("Show older ones")[1] != second.split("Show older ones")[-1], "other ones are shown"


async def test_a_page_of_a_list_that_is_none_is_said_and_the_newest_are_shown(browser: httpx2.AsyncClient) -> None:
    answer = await browser.get(TASK, params={"lang": "en", "decisions": "x"})
    assert answer.status_code == 422
    assert "The address has a value that cannot be read" in answer.text
    assert "Extension of the deadline" in answer.text


async def test_older_reports_and_changes_take_nothing_from_the_chart_and_the_extensions(
    browser: httpx2.AsyncClient, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "of_a_page", 3)
    first = (await browser.get(TASK, params={"lang": "en"})).text
    older = (await browser.get(TASK, params={"lang": "en", "reports": "3", "history": "3"})).text
    assert "extended once" in first
    for said in ("extended once", 'class="progress-chart"'):
        assert (said in older) == (said in first), said
    assert len(Document(older).links) != 0


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ({"state": "waiting", "accept_by": iso(NOW)}, "has not answered the assignment"),
        ({"state": "objected", "accept_by": iso(NOW)}, "objected to the assignment on 12 November 2026"),
        ({"state": "accepted", "accept_by": iso(NOW)}, "accepted the task on 12 November 2026"),
        ({"state": "accepted", "accept_by": iso(NOW - timedelta(days=10))}, "did not object"),
    ],
)
async def test_the_page_says_whether_the_lead_body_took_the_task(
    browser: httpx2.AsyncClient, upstream: Upstream, assignment: dict[str, str], words: str
) -> None:
    upstream.assignment = {"since": iso(NOW - timedelta(days=10)), **assignment}
    assert words in Document((await browser.get(TASK, params={"lang": "en"})).text).text


async def test_a_list_is_narrowed_to_assignments_that_wait(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    page = Document((await browser.get("/tasks", params={"lang": "en", "assignment": "waiting"})).text)
    assert "Waits for the lead body" in page.text
    assert [query["assignment"] for _, path, query in upstream.requests if path.endswith("/tasks")] == ["waiting"]
