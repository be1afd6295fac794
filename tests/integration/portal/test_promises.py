"""What the pages promise to those who write: what is so today, in every language, and nothing else."""

import re

import httpx2
import pytest
from tests.integration.portal.records import RECEIPT
from tests.integration.portal.upstream import Upstream
from tests.integration.portal.upstream_steps import ANSWERED

pytestmark = pytest.mark.asyncio

# Sixclear sends no message to anybody, and a moderator may leave a text closed: no page may promise either.
PROMISES = {
    "vi": ("được báo", "sẽ báo", "thông báo cho", "công bố", "đăng tải", "xuất bản", "gửi thư cho", "nhắn tin cho"),
    "en": ("told when", "notif", "publish", "inform you", "alert you", "we will", "e-mail you", "text you"),
    "ar": ("تُبلَّغ", "إشعار", "سنبلغ", "نشر", "سنرسل", "تنبيه"),
}
KEEP_THE_CODE = {
    "vi": ("Hãy giữ mã: câu trả lời hiện ở trang Theo dõi góp ý", "Không có thư báo nào"),
    "en": ("the answer is shown on the page Follow a submission", "No message is sent"),
    "ar": ("يظهر الرد في صفحة متابعة الملاحظات", "لا تُرسَل"),
}
A_COPY_IS_OPENED = {
    "vi": ("che thông tin cá nhân, rồi mới mở bản đó cho mọi người, hoặc không mở", "bản đã mở bị gỡ ngay"),
    "en": ("masks personal data, and then opens that copy to everyone or does not", "is taken down at once"),
    "ar": ("ثم يفتح تلك النسخة للجميع أو لا يفتحها", "تُزال النسخة المفتوحة فورًا"),
}
FORM = {"kind": "initiative", "title": "Mã QR", "text": "Dùng mã QR.", "contact": "0912 345 678"}


def words_of(page: httpx2.Response) -> str:
    main = re.search(r"<main.*?</main>", page.text, re.DOTALL)
    assert main is not None
    return " ".join(re.sub(r"<[^>]+>", " ", main[0]).split())


@pytest.mark.parametrize("language", ["vi", "en", "ar"])
async def test_pages_of_feedback_promise_what_is_so(
    browser: httpx2.AsyncClient, upstream: Upstream, language: str
) -> None:
    headers, code = {"accept-language": language}, {"receipt_code": RECEIPT}
    form = await browser.get("/feedback", headers=headers)
    sent = await browser.post("/feedback/sent", data=FORM, headers=headers)
    wrong = await browser.post("/feedback/sent", data={}, headers=headers)
    door = await browser.get("/feedback/mailbox", headers=headers)
    waiting = await browser.post("/feedback/mailbox", data=code, headers=headers)
    upstream.answer = {"outcome": "accepted", "reason": "Đúng", "legal_basis": "Nghị định 1", "text": "Sẽ làm"}
    upstream.case |= ANSWERED
    answered = await browser.post("/feedback/mailbox", data=code, headers=headers)
    assert RECEIPT in sent.text
    for page in (form, sent, wrong, door, waiting, answered):
        assert f'lang="{language}"' in page.text
        shown = words_of(page).lower()
        found = [promise for promise in PROMISES[language] if promise.lower() in shown]
        assert found == [], page.request.url.path
    for page in (form, sent):
        for sentence in KEEP_THE_CODE[language]:
            assert sentence in words_of(page)
    for sentence in A_COPY_IS_OPENED[language]:
        assert sentence in words_of(form), "the form asks for consent: it says what a moderator does with it"
