"""A body sends for itself by its token, lists what it sent, and each of its points is answered."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.feedback.conftest import HUB, MINISTRY, OTHER_MINISTRY, Service, an_answer, submission
from tests.integration.feedback.own_submission.letters import KEY, POINTS, answered, own, sent
from tests.integration.feedback.review.experts import asked, registered

pytestmark = pytest.mark.asyncio


async def a_sent_letter(service: Service, key: str = KEY, **changes: Any) -> tuple[UUID, str]:
    """Identifier and receipt code of a letter that is assigned to another ministry."""
    response = await sent(service, key, **changes)
    assert response.status_code == 201, response.text
    case = response.json()["submission_id"]
    for step, body in (("triage", {}), ("assign", {"organisation_id": str(MINISTRY)})):
        (await service.post("feedback-hub", f"/submissions/{case}/{step}", body)).raise_for_status()
    return UUID(case), response.json()["receipt_code"]


async def test_a_letter_is_answered_point_by_point_and_its_sender_reads_each(service: Service) -> None:
    case, code = await a_sent_letter(service)
    path = f"/submissions/{case}"
    handled = await service.get(path)
    assert (handled["points"], handled["sender_organisation"]["code"]) == (POINTS, "G01")
    assert (handled["identity_level"], handled["contact_given"]) == ("named", False)
    for given, left in (([], [1, 2]), (answered("Đồng ý đến hết tháng Ba."), [2])):
        refused = await service.post("ministry", f"{path}/answers", an_answer(points=given))
        assert (refused.status_code, refused.json()["code"]) == (422, "answer-says-nothing")
        errors = [error for error in refused.json()["errors"] if error["code"] == "point-left-out"]
        assert [error["detail"].split()[1] for error in errors] == [str(number) for number in left]
    whole = answered("Đồng ý đến hết tháng Ba.", "Bộ ban hành trong quý II.")
    drafted = await service.post("ministry", f"{path}/answers", an_answer(points=whole))
    assert drafted.status_code == 201, drafted.text
    before = (await own(service, f"/{case}")).json()
    assert [point["answer"] for point in before["points"]] == [None, None], "a draft is shown to no sender"
    await service.post("feedback-publisher", f"{path}/answers/{drafted.json()['answer_id']}/publish", {})
    told = (await own(service, f"/{case}")).json()
    assert told["points"] == whole
    assert (told["status"], told["answer"]["outcome"], told["organisation"]["code"]) == ("answered", "accepted", "G06")
    mailbox = await service.case(code)
    assert (mailbox["points"], mailbox["answer"]["points"]) == (POINTS, whole)


async def test_points_that_no_answer_has_room_for_are_refused(service: Service) -> None:
    points = [f"{number:02d} " + "ạ" * 1_997 for number in range(11)]
    refused = await sent(service, points=points)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/points"), refused.text
    case, _ = await a_sent_letter(service, points=points[:10])
    whole = [{"point": point, "answer": "Đồng ý đến hết tháng Ba."} for point in points[:10]]
    drafted = await service.post("ministry", f"/submissions/{case}/answers", an_answer(points=whole))
    assert drafted.status_code == 201, drafted.text


async def test_a_body_lists_what_it_sent_and_nothing_of_others(service: Service) -> None:
    cases = []
    for number in range(3):
        service.clock.pass_by(hours=1)
        cases.append(str((await a_sent_letter(service, f"{KEY}-{number}", title=f"Kiến nghị {number}"))[0]))
    await sent(service, client="ministry")
    await service.send(submission())
    first = (await own(service, limit=2)).json()
    assert [(item["submission_id"], item["title"]) for item in first["items"]] == [
        (cases[2], "Kiến nghị 2"),
        (cases[1], "Kiến nghị 1"),
    ]
    assert (first["total"], {item["clock_state"] for item in first["items"]}) == (3, {"in_time"})
    rest = (await own(service, limit=2, cursor=first["next"])).json()
    assert ([item["submission_id"] for item in rest["items"]], rest["next"]) == ([cases[0]], None)
    assert (await own(service, status="answered")).json()["items"] == []
    assert (await own(service, client="ministry")).json()["total"] == 1
    for client in ("ministry", "feedback-hub"):
        hidden = await own(service, f"/{cases[0]}", client)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "submission-not-found")
    assert (await own(service, client="custodian")).json()["code"] == "insufficient-scope"


async def test_a_letter_that_is_sent_again_is_there_once(service: Service) -> None:
    first = await sent(service)
    again = await sent(service)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    other = await sent(service, points=POINTS[:1])
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    desk = await service.post("other-ministry", "/submissions/on-behalf", submission(), **{"Idempotency-Key": KEY})
    assert desk.status_code == 201, "what is entered for a person under the same key is another submission"
    assert desk.json()["receipt_code"] != first.json()["receipt_code"]
    turned_away = await sent(service, f"{KEY}-complaint", kind="complaint")
    assert (turned_away.status_code, turned_away.json()["code"]) == (422, "complaint-turned-away")


async def test_points_are_sealed_and_the_body_is_in_no_event(service: Service) -> None:
    case, code = await a_sent_letter(service)
    [row] = await service.rows("submission")
    assert row["sender_organisation_id"] == OTHER_MINISTRY
    assert POINTS[0].encode() not in row["points_sealed"]
    told = [event.data for event in await service.events()]
    assert told
    assert not [data for data in told if str(OTHER_MINISTRY) in str(data)]
    assert (await service.public("/mailbox/withdraw", {"receipt_code": code})).status_code == 200
    erased = await service.public("/mailbox/erasure", {"receipt_code": code, "what": "case"})
    assert erased.status_code == 200, erased.text
    left = (await own(service, f"/{case}")).json()
    assert (left["title"], left["text"], left["points"], left["status"]) == (None, "", [], "withdrawn")


async def test_an_expert_of_the_body_that_sent_it_does_not_review_it(service: Service) -> None:
    case, _ = await a_sent_letter(service, kind="initiative", organisation_id=str(HUB))
    tied = await registered(service, position="expert-1", organisation_id=str(OTHER_MINISTRY))
    refused = await asked(service, case, tied)
    assert (refused.status_code, refused.json()["code"]) == (409, "reviewer-conflict")
    free = await registered(service, position="expert-2")
    assert (await asked(service, case, free)).status_code == 201
