"""A draft that is sent again is the draft that is there."""

import pytest
from tests.integration.feedback.conftest import Service, an_answer, an_assigned_submission


@pytest.mark.asyncio
async def test_the_same_answer_sent_twice_by_one_handler_is_one_draft(service: Service) -> None:
    submission_id, _ = await an_assigned_submission(service)
    path = f"/submissions/{submission_id}/answers"
    first = await service.post("feedback-hub", path, an_answer())
    again = await service.post("feedback-hub", path, an_answer())
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["ETag"] == first.headers["ETag"]
    assert len(await service.rows("answer")) == 1
    assert (await service.post("ministry", path, an_answer())).status_code == 201, "another handler says it too"
    assert (await service.post("feedback-hub", path, an_answer())).status_code == 201, "something came between"
    assert (await service.post("feedback-hub", path, an_answer(text="Khác."))).status_code == 201
    assert len(await service.rows("answer")) == 4
