"""Files in the mailbox, without script: added by its form, listed, saved as they were sent."""

import hashlib
import re

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.upstream import Upstream
from tests.unit.feedback.attachment.made_files import a_form

pytestmark = pytest.mark.asyncio
PHOTO = bytes(range(256)) * 1000
ENGLISH = {"accept-language": "en"}


async def _add(
    browser: httpx2.AsyncClient, content: bytes = PHOTO, name: str = 'hiện "trường".jpg', **typed: str
) -> httpx2.Response:
    """Press the button of the file, with all that stands in the form."""
    fields = {"receipt_code": RECEIPT, "form_key": "f" * 16, "step_key": "s" * 16, "reply": "1", "opened": "1"} | typed
    file = {"file": (name, content, "image/jpeg")}
    return await browser.post("/feedback/mailbox/files", data=fields, files=file, headers=ENGLISH)


async def test_the_file_is_the_last_part_of_the_form(browser: httpx2.AsyncClient) -> None:
    page = (await browser.post("/feedback/mailbox", data={"receipt_code": RECEIPT})).text
    form = page[page.index('<form id="kept"') :]
    form = form[: form.index("</form>")]
    fields = re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', form)
    assert fields[-1] == "file"
    assert 'formenctype="multipart/form-data"' in form
    assert 'formaction="/feedback/mailbox/files"' in form


async def test_a_file_is_added_listed_and_saved_again(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    added = await _add(browser, text="Chưa gửi", rating_words="Chưa chọn")
    assert added.status_code == 200
    assert "Your file was received" in added.text
    assert hashlib.sha256(PHOTO).hexdigest() in added.text
    assert 'action="/feedback/mailbox/file"' in added.text
    assert ">Chưa gửi</textarea>" in added.text
    assert upstream.messages == []
    [file] = upstream.files
    assert upstream.contents[file["attachment_id"]] == PHOTO
    asked = {"receipt_code": RECEIPT, "attachment_id": file["attachment_id"]}
    saved = await browser.post("/feedback/mailbox/file", data=asked)
    assert (saved.status_code, saved.content) == (200, PHOTO)
    assert saved.headers["content-disposition"].startswith("attachment; ")
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert saved.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert saved.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (422, "attachment-kind-refused", "This kind of file is not taken"),
        (422, "attachment-unreadable", "The file does not open"),
        (422, "attachment-infected", "harmful software"),
        (409, "attachments-full", "as many files as it may"),
        (413, "content-too-large", "too large"),
        (409, "transition-not-allowed", "takes no further files"),
        (503, "unavailable", "was not sent"),
    ],
)
async def test_why_a_file_is_not_taken_stands_at_its_field(
    browser: httpx2.AsyncClient, upstream: Upstream, status: int, code: str, said: str
) -> None:
    upstream.refusal = status, code
    refused = await _add(browser, text="Chưa gửi")
    assert refused.status_code == 422
    assert re.search(rf'id="file-problem">[^<]*{said}', refused.text)
    assert ">Chưa gửi</textarea>" in refused.text


async def test_nothing_chosen_and_too_much_are_said(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    body, head = a_form({"receipt_code": RECEIPT}, "", b"")
    nothing = await browser.post("/feedback/mailbox/files", content=body, headers=head | ENGLISH)
    assert (nothing.status_code, "Choose a file." in nothing.text) == (422, True)
    large = await _add(browser, bytes(21 * 1024 * 1024))
    assert (large.status_code, "The file is too large" in large.text) == (422, True)
    assert upstream.files == []


async def test_codes_and_files_that_are_not_there(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    wrong = await _add(browser, receipt_code="7K3D-9QRT-X2MN-5PVC-F")
    assert wrong.status_code == 422
    assert upstream.files == []
    asked = {"receipt_code": RECEIPT, "attachment_id": "2f18d2d6-feb9-52d4-85f3-9d0c01ac248a"}
    assert (await browser.post("/feedback/mailbox/file", data=asked)).status_code == 422
    assert (await browser.post("/feedback/mailbox/file", data=asked | {"attachment_id": "x"})).status_code == 422
    back = await browser.get("/feedback/mailbox/files", follow_redirects=False)
    assert (back.status_code, back.headers["location"]) == (303, "/feedback/mailbox")


async def test_a_form_of_another_site_adds_nothing(browser: httpx2.AsyncClient, upstream: Upstream) -> None:
    file, fields = {"file": ("a.jpg", PHOTO, "image/jpeg")}, {"receipt_code": RECEIPT}
    foreign = {"origin": "https://evil.example"}
    refused = await browser.post("/feedback/mailbox/files", data=fields, files=file, headers=foreign)
    assert refused.status_code == 403
    assert upstream.files == []
    broken = {"content-type": "multipart/form-data; boundary=b"}
    assert (await browser.post("/feedback/mailbox/files", content=b"x", headers=broken)).status_code == 422
