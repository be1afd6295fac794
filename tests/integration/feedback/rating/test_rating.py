"""A sender says once how far the answer helped, and is asked once more; silence stays silence in one of two figures."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from tests.integration.feedback.conftest import MINISTRY, Service, an_answer, an_assigned_submission

from sixclear.feedback.rating.service import keep_day, remind

pytestmark = pytest.mark.asyncio


async def an_answered_case(service: Service, key: str, **changes: Any) -> str:
    """The receipt code of a case that the ministry answered now."""
    submission_id, code = await an_assigned_submission(service, key, **changes)
    case = f"/submissions/{submission_id}"
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer(next_date="2026-12-31"))
    path = f"{case}/answers/{drafted.json()['answer_id']}/publish"
    assert (await service.post("feedback-publisher", path, {})).status_code == 200
    return code


async def rated(service: Service, code: str, rating: str, **more: Any) -> int:
    """The status that a rating is answered with."""
    response = await service.public("/mailbox/rating", {"receipt_code": code, "rating": rating} | more)
    return int(response.status_code)


async def figure(service: Service, **query: Any) -> Any:
    """What everyone is told."""
    response = await service.http.get(f"{service.prefix}/satisfaction", params=query)
    assert response.status_code == 200, response.text
    return response.json()


async def reminded(service: Service) -> int:
    """What a process does every minute."""
    return await remind(service.database, service.log, service.clock)


async def test_an_answer_is_rated_once_with_words_that_are_not_published(service: Service) -> None:
    _, code = await an_assigned_submission(service)
    assert (await service.case(code))["rate_until"] is None
    assert await rated(service, code, "solved") == 409, "there is nothing to rate yet"
    code = await an_answered_case(service, "k" * 16)
    assert (await service.case(code))["rate_until"] == "2025-12-03T03:00:00Z"
    service.clock.pass_by(days=3)
    assert await rated(service, code, "great") == 422
    assert await rated(service, code, "partly", words="Chưa rõ phí.") == 200
    assert await rated(service, code, "solved") == 409
    shown = await service.case(code)
    assert shown["rating"] == {"rating": "partly", "words": "Chưa rõ phí.", "rated_at": "2025-11-06T03:00:00Z"}
    assert shown["rate_until"] is None
    event = (await service.events())[-1]
    assert (event.change, event.data["rating"], event.data["status"]) == ("rated", "partly", "answered")
    assert "Chưa rõ phí" not in str(event)
    assert (await service.get(f"/submissions/{shown['submission_id']}"))["ratings"] == [shown["rating"]]


async def test_after_thirty_days_it_is_too_late(service: Service) -> None:
    code = await an_answered_case(service, "k" * 16)
    service.clock.pass_by(days=30, seconds=1)
    assert (await service.case(code))["rate_until"] is None
    assert await rated(service, code, "solved") == 409


async def test_who_is_silent_is_asked_once_and_stays_silent(service: Service) -> None:
    silent, said = [await an_answered_case(service, sign * 16) for sign in "ab"]
    await rated(service, said, "solved")
    service.clock.pass_by(days=6)
    assert await reminded(service) == 0
    service.clock.pass_by(days=1)
    assert sum(await asyncio.gather(*(reminded(service) for _ in range(3)))) == 1
    assert await reminded(service) == 0
    assert (await service.case(silent))["rating_reminded_at"] == "2025-11-10T03:00:00Z"
    assert (await service.case(said))["rating_reminded_at"] is None
    service.clock.pass_by(days=60)
    assert await reminded(service) == 0
    assert (await service.case(silent))["rating"] is None
    assert [row["rating"] for row in await service.rows("submission")].count(None) == 1


async def test_satisfaction_is_given_twice_and_silence_counts_in_one_of_them(service: Service) -> None:
    codes = [await an_answered_case(service, sign * 16) for sign in "abcdefghijklmno"]
    for code, rating in zip(codes, ("solved", "not_solved") * 5, strict=False):
        assert await rated(service, code, rating) == 200
    for sign in "xy":
        await an_assigned_submission(service, f"overdue-{sign}" * 2)
    service.clock.pass_by(days=30)
    shown = await figure(service, organisation="G06")
    assert shown["organisation_id"] == str(MINISTRY)
    assert (shown["year"], shown["as_of"]) == (2025, "2025-12-02T17:00:00Z")
    # Seventeen were owed an answer: five were not solved, two got none.
    assert shown["national"] == {"cases": 17, "share": round(10 / 17, 4)}
    assert shown["of_raters"] == {
        "answered": 15,
        "response_rate": round(10 / 15, 4),
        "rated": 10,
        "solved": 5,
        "partly": 0,
        "not_solved": 5,
        "share": 0.5,
    }
    assert (await figure(service))["national"] == shown["national"]
    assert (await figure(service, organisation="G01"))["national"] == {"cases": None, "share": None}
    assert (await figure(service, year=2024))["of_raters"]["answered"] is None


async def test_what_could_be_one_persons_is_not_told_and_today_is_told_tomorrow(service: Service) -> None:
    codes = [await an_answered_case(service, sign * 16) for sign in "abcde"]
    for code in codes[:4]:
        await rated(service, code, "not_solved")
    assert (await figure(service))["national"]["cases"] is None
    service.clock.pass_by(days=1)
    raters = (await figure(service))["of_raters"]
    # The rate would tell how many rated.
    assert raters == {"answered": 5} | dict.fromkeys(sorted(raters.keys() - {"answered"}))
    await rated(service, codes[4], "not_solved")
    assert (await figure(service))["of_raters"] == raters
    service.clock.pass_by(days=1)
    assert (await figure(service))["of_raters"]["share"] == 0.0


async def test_one_who_was_not_content_is_not_found_beside_five_who_were(service: Service) -> None:
    codes = [await an_answered_case(service, sign * 16) for sign in "abcdef"]
    for code in codes:
        await rated(service, code, "not_solved" if code == codes[0] else "solved")
    service.clock.pass_by(days=1)
    shown = await figure(service, organisation="G06")
    assert (shown["of_raters"]["rated"], shown["of_raters"]["response_rate"]) == (6, 1.0)
    assert {shown["of_raters"][name] for name in ("solved", "partly", "not_solved", "share")} == {None}
    assert shown["national"] == {"cases": 6, "share": None}, "five of six content would be the same word"


async def test_a_late_answer_makes_nobody_content_by_the_national_formula(service: Service) -> None:
    cases = [await an_assigned_submission(service, sign * 16) for sign in "abcdefghij"]
    for number, (submission_id, _) in enumerate(cases):
        if number == 5:
            service.clock.pass_by(days=40)
        drafted = await service.post(
            "feedback-hub", f"/submissions/{submission_id}/answers", an_answer(next_date="2026-12-31")
        )
        path = f"/submissions/{submission_id}/answers/{drafted.json()['answer_id']}/publish"
        await service.post("feedback-publisher", path, {})
    service.clock.pass_by(days=2)
    assert (await figure(service))["national"] == {"cases": 10, "share": 0.5}


async def test_a_figure_that_another_release_kept_in_a_form_of_its_own_is_counted_again(service: Service) -> None:
    for sign in "abcde":
        assert await rated(service, await an_answered_case(service, sign * 16), "solved") == 200
    service.clock.pass_by(days=1)
    first = await figure(service)
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE satisfaction_day SET told = told - 'national'"))
    assert [await figure(service) for _ in range(2)] == [first, first]
    assert {row["told"]["national"]["cases"] for row in await service.rows("satisfaction_day")} == {5}


async def test_of_an_anonymous_sender_only_the_hour_is_kept(service: Service) -> None:
    service.clock.pass_by(minutes=10)
    anonymous = {"sender": {"kind": "citizen"}, "identity_level": "anonymous"}
    code = await an_answered_case(service, "k" * 16, **anonymous)
    service.clock.pass_by(minutes=40)
    assert await rated(service, code, "solved", words="Tốt.") == 200
    [row] = await service.rows("rating")
    assert (row["rated_at"].minute, row["answered_at"].minute, row["rating_id"].version) == (0, 0, 4)
    assert "rated" not in [event.change for event in await service.events()], "it waits for the end of its hour"


async def test_an_answer_of_the_same_hour_has_a_rating_of_its_own_and_counts_once(service: Service) -> None:
    codes = [await an_answered_case(service, sign * 16) for sign in "abcd"]
    code = await an_answered_case(service, "k" * 16, sender={"kind": "citizen"}, identity_level="anonymous")
    assert await rated(service, code, "not_solved") == 200
    reopened = await service.public("/mailbox/reopen", {"receipt_code": code, "reason": "Chưa xong."})
    assert reopened.status_code == 200, reopened.text
    case = f"/submissions/{(await service.case(code))['submission_id']}"
    drafted = await service.post("feedback-hub", f"{case}/answers", an_answer(next_date="2026-12-31"))
    published = await service.post("feedback-publisher", f"{case}/answers/{drafted.json()['answer_id']}/publish", {})
    assert published.status_code == 200, published.text
    assert (await service.case(code))["rating"] is None
    assert await rated(service, code, "solved") == 200
    assert (await service.case(code))["rating"]["rating"] == "solved"
    for one in codes:
        assert await rated(service, one, "solved") == 200
    service.clock.pass_by(days=1)
    raters = (await figure(service))["of_raters"]
    assert (raters["answered"], raters["solved"], raters["share"]) == (5, 5, 1.0)


async def test_the_words_that_are_shown_are_those_of_the_newest_rating_of_an_hour(service: Service) -> None:
    code = await an_answered_case(service, "k" * 16, sender={"kind": "citizen"}, identity_level="anonymous")
    case = f"/submissions/{(await service.case(code))['submission_id']}"
    for words in ("Chưa có gì.", "Có, mà chậm."):
        assert await rated(service, code, "not_solved", words=words) == 200
        assert (await service.case(code))["rating"]["words"] == words
        if words == "Chưa có gì.":
            reopened = await service.public("/mailbox/reopen", {"receipt_code": code, "reason": "Chưa xong."})
            assert reopened.status_code == 200, reopened.text
            drafted = await service.post("feedback-hub", f"{case}/answers", an_answer(next_date="2026-12-31"))
            path = f"{case}/answers/{drafted.json()['answer_id']}/publish"
            assert (await service.post("feedback-publisher", path, {})).status_code == 200
    # A table that was written again gives its rows in another order.
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE rating SET rated_at = rated_at WHERE submission_version < 8"))
    assert (await service.case(code))["rating"]["words"] == "Có, mà chậm."
    assert [one["words"] for one in (await service.get(case))["ratings"]] == ["Chưa có gì.", "Có, mà chậm."]


async def test_an_answer_of_a_case_that_keeps_hours_is_rated_as_long_as_the_mailbox_says(service: Service) -> None:
    service.clock.pass_by(minutes=10)
    code = await an_answered_case(service, "k" * 16, sender={"kind": "citizen"}, identity_level="anonymous")
    service.clock.pass_by(days=30)  # ten minutes after the end that the mailbox said
    assert (await service.case(code))["rate_until"] is None
    assert await rated(service, code, "solved") == 409


async def test_who_reads_twice_does_not_see_when_a_sender_took_a_step(service: Service) -> None:
    codes = [await an_answered_case(service, sign * 16) for sign in "abcdefghijkl"]
    service.clock.pass_by(days=1)
    before = [await figure(service), await figure(service, organisation="G06")]
    assert [one["national"] for one in before] == [{"cases": 12, "share": 1.0}] * 2
    for code in codes[:6]:
        reopened = await service.public("/mailbox/reopen", {"receipt_code": code, "reason": "Chưa thấy lịch."})
        assert reopened.status_code == 200, reopened.text
    assert [await figure(service), await figure(service, organisation="G06")] == before
    assert len(await service.rows("satisfaction_day")) == 2
    service.clock.pass_by(days=1)
    assert (await figure(service))["national"] == {"cases": 12, "share": 0.5}
    assert [row["day"].isoformat() for row in await service.rows("satisfaction_day")] == ["2025-11-05"]


async def test_no_reader_chooses_when_the_country_is_counted(service: Service) -> None:
    for sign in "abcdef":
        await an_answered_case(service, sign * 16)
    await keep_day(service.database, service.log, service.clock)
    assert await service.rows("satisfaction_day") == [], "ten in the morning is no longer the start of the day"
    service.clock.pass_by(hours=14, minutes=5)
    for _ in range(2):
        await keep_day(service.database, service.log, service.clock)
    assert [(row["year"], row["body"].int) for row in await service.rows("satisfaction_day")] == [(2025, 0)]
    told = await asyncio.gather(*(figure(service, organisation="G06") for _ in range(3)))
    assert [one["national"]["cases"] for one in told] == [6] * 3
    assert len(await service.rows("satisfaction_day")) == 2
