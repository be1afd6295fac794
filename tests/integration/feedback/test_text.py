"""Text that people send: cleaned where it can be, else refused with what is wrong, where, and what to do."""

from pathlib import Path

import orjson
import pytest
from tests.integration.feedback.conftest import Service, a_submission, case_key, submission

CASES = Path(__file__).resolve().parents[2] / "cases/single_line_text.ndjson"


@pytest.mark.asyncio
async def test_a_title_or_name_that_is_no_line_is_refused_without_being_repeated(service: Service) -> None:
    for case in map(orjson.loads, CASES.read_bytes().splitlines()):
        value = case["value"]
        bad = submission(title=value) if case["field"] == "title" else submission(sender={"name": value})
        refused = await service.send(bad)
        assert refused.status_code == 422, case
        [error] = refused.json()["errors"]
        assert error["pointer"] == "#/" + case["field"].replace(".", "/")
        assert "Bcc" not in refused.text
        assert "Nguyen" not in refused.text
    assert await service.rows("submission") == []


@pytest.mark.asyncio
async def test_text_from_a_chat_is_taken_and_kept_in_its_form(service: Service) -> None:
    sent = {"title": "Ðề nghị\u00a0 sửa\u200b đường", "text": "Dòng một\r\nDòng\u2028hai\u202e"}
    _, code = await a_submission(service, **sent, sender={"name": "Nguye\u0302\u0303n\u00a0Văn A\ufeff"})
    case = await service.case(code)
    assert (case["title"], case["text"]) == ("Đề nghị sửa đường", "Dòng một\nDòng\nhai")
    [contact] = await service.rows("contact")
    key = await case_key(service, contact["submission_id"], "identity")
    assert key.open("contact.name", key.case_id, contact["name_sealed"]) == "Nguyễn Văn A"


@pytest.mark.asyncio
async def test_a_message_that_shows_nothing_is_refused(service: Service) -> None:
    _, code = await a_submission(service)
    for unfit in ("\u200b\n\u2060", "\u3164", "Xong\x1b[0m"):
        message = {"receipt_code": code, "text": unfit}
        refused = await service.public("/mailbox/messages", message, **{"Idempotency-Key": "k" * 20})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["code"] in {"nothing-visible", "control-character"}
