"""A sealed initiative: others read its abstract alone until the embargo ends, and its author sees who read it."""

from typing import Any

import pytest
from tests.integration.feedback.conftest import (
    HUB,
    KEY,
    MINISTRY,
    Service,
    a_submission,
    an_assigned_submission,
    submission,
)
from tests.integration.feedback.publication.released import listed
from tests.integration.feedback.review.experts import asked, done, own, registered

ABSTRACT = "Dùng chung thiết bị đo giữa các viện. Chi tiết sẽ công bố sau."
SEALED: dict[str, Any] = {"visibility": "sealed", "abstract": ABSTRACT, "embargo_until": "2026-03-01", "consent": True}
WORDS = {"title": "Dùng chung thiết bị đo giữa các viện", "text": ABSTRACT}

pytestmark = pytest.mark.asyncio


async def test_only_the_abstract_is_public_until_the_embargo_ends(service: Service) -> None:
    case, code = await an_assigned_submission(service, **SEALED)
    path = f"/submissions/{case}/publication"
    draft = await service.get(path)
    assert (draft["title"], draft["text"], draft["answer"]) == (WORDS["title"], ABSTRACT, None)
    assert await listed(service) == []
    for words in (
        WORDS | {"text": submission()["text"]},
        WORDS | {"title": submission()["title"]},
        WORDS | {"answer": "Bộ sẽ làm."},
        WORDS | {"head_answer": {"head": "Bộ trưởng", "points": [{"point": submission()["text"], "answer": "Vâng."}]}},
    ):
        refused = await service.post("feedback-publisher", path, words)
        assert (refused.status_code, refused.json()["code"]) == (409, "publication-not-allowed"), words
    await done(service, "feedback-publisher", path, WORDS)
    [copy] = await listed(service)
    shown = await service.http.get(f"{service.prefix}/publications/{copy['publication_id']}")
    assert (shown.json()["title"], shown.json()["text"]) == (WORDS["title"], ABSTRACT)
    for secret in (submission()["title"], submission()["text"]):
        assert secret not in shown.text
    mailbox = await service.case(code)
    assert (mailbox["abstract"], mailbox["embargo_until"]) == (ABSTRACT, "2026-03-01")
    service.clock.pass_by(days=200)
    whole = {"title": submission()["title"], "text": submission()["text"]}
    assert (await service.post("feedback-publisher", path, whole)).status_code == 200, "the embargo is over"


async def test_without_consent_or_abstract_or_for_ever_nothing_is_public(service: Service) -> None:
    without: list[dict[str, Any]] = [{"consent": False}, {"abstract": None}, {"embargo_until": None}]
    for number, changes in enumerate(without):
        entry = {name: value for name, value in (SEALED | changes).items() if value is not None}
        case, _ = await an_assigned_submission(service, f"key-of-the-case-{number}", **entry)
        path = f"/submissions/{case}/publication"
        may = (await service.get(path))["may_be_released"]
        assert may is (changes == {"embargo_until": None}), "an embargo that never ends leaves the abstract"
    service.clock.pass_by(days=3_000)
    whole = {"title": submission()["title"], "text": submission()["text"]}
    assert (await service.post("feedback-publisher", path, whole)).json()["code"] == "publication-not-allowed"


async def test_the_abstract_goes_when_its_author_takes_consent_back(service: Service) -> None:
    case, code = await an_assigned_submission(service, **SEALED)
    await done(service, "feedback-publisher", f"/submissions/{case}/publication", WORDS)
    taken = await service.public("/mailbox/consent", {"receipt_code": code, "consent": False})
    assert taken.status_code == 200, taken.text
    assert await listed(service) == []


async def test_an_abstract_is_kept_sealed_before_it_is_released(service: Service) -> None:
    await a_submission(service, **SEALED)
    [row] = await service.rows("submission")
    assert "thiết bị đo" not in str(row)
    assert row["abstract_sealed"]


async def test_its_author_sees_which_body_read_it_and_when_to_the_hour(service: Service) -> None:
    case, code = await an_assigned_submission(service, **SEALED)
    await service.http.get(f"{service.prefix}/submissions/{case}", headers=service.headers("ministry"))
    reviewer = await registered(service, position="expert-1")
    review = (await asked(service, case, reviewer)).json()["review_id"]
    before = (await own(service, "expert-1", f"/{review}")).json()
    assert (before["title"], before["text"], before["abstract"]) == (None, None, ABSTRACT)
    await done(service, "expert-1", f"/own/reviews/{review}/declaration", {"conflict": False})
    await own(service, "expert-1", f"/{review}")
    await service.get(f"/submissions/{case}")
    read = [
        (one["what"], one["organisation"] and one["organisation"]["code"])
        for one in (await service.case(code))["accesses"]
    ]
    assert sorted(read, key=str) == [("sealed_text", "G06"), ("sealed_text", "P57"), ("sealed_text", None)]
    assert {str(row["organisation_id"]) for row in await service.rows("access_log")} == {
        str(HUB),
        str(MINISTRY),
        "None",
    }


async def test_its_author_sees_that_a_moderator_read_it_once_the_embargo_is_over(service: Service) -> None:
    case, code = await an_assigned_submission(service, **SEALED)
    path = f"/submissions/{case}/publication"
    assert (await service.get(path))["text"] == ABSTRACT
    assert (await service.case(code))["accesses"] == [], "the abstract is for everyone"
    service.clock.pass_by(days=200)
    assert (await service.get(path))["text"] == submission()["text"]
    [read] = (await service.case(code))["accesses"]
    assert (read["what"], read["organisation"]["code"]) == ("sealed_text", "P57")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"visibility": "requester"}, "sealed-only"),
        ({"embargo_until": "2025-11-03"}, "embargo-out-of-range"),
        ({"embargo_until": "2035-12-01"}, "embargo-out-of-range"),
    ],
)
async def test_an_embargo_is_of_a_sealed_initiative_and_ends_within_ten_years(
    service: Service, changes: dict[str, Any], code: str
) -> None:
    refused = await service.send(submission(**(SEALED | changes)), KEY)
    assert refused.status_code == 422
    assert {error["code"] for error in refused.json()["errors"]} == {code}
    assert await service.rows("submission") == []


async def test_the_clock_of_a_sealed_initiative_is_not_told_before_its_embargo_ends(service: Service) -> None:
    case, _ = await an_assigned_submission(service, **SEALED)
    path = f"/submissions/{case}/publication"
    await done(service, "feedback-publisher", path, WORDS)
    [copy] = await listed(service)
    assert (copy["clock"], copy["open_steps"]) == (None, 0)
    service.clock.pass_by(days=200)
    await done(service, "feedback-publisher", path, {name: submission()[name] for name in ("title", "text")})
    [copy] = await listed(service)
    assert copy["clock"]["state"] == "overdue"
