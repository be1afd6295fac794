"""A receipt is verified in the browser, which says what the one-file program says, and sends nothing."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.unit.common.transparency.made_log import LOG, NOW, WITNESSED, MadeLog

from sixclear.common.transparency.notes import SigningKey
from sixclear.common.transparency.statements import receipt_of
from sixclear.common.transparency.verify_receipt import NotYet, Wrong, verify

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
Receipt = dict[str, str | None]


def a_log(*, witnessed: bool = True, entries: int = 700) -> MadeLog:
    log = MadeLog(witnessed=witnessed)
    log.fill(entries)
    return log


def backdated() -> Receipt:
    log = a_log()
    statement, salt, _ = log.say(at=NOW - timedelta(days=3), after=log.head(300))
    return receipt_of(statement, salt, log.proof(700, NOW, NOW - timedelta(days=3, minutes=1), 300), WITNESSED)


def by_the_hour() -> Receipt:
    log = a_log()
    statement, salt, after = log.say("received", NOW + timedelta(minutes=59), by_hour=True, due_at=None)
    return receipt_of(statement, salt, log.proof(700, NOW + timedelta(hours=2), NOW, after.size), WITNESSED)


def without_proof() -> Receipt:
    log = a_log()
    statement, salt, _ = log.say()
    return receipt_of(statement, salt, None, log.policy)


def quorum_missing() -> Receipt:
    return a_log(witnessed=False).receipt() | {"policy": WITNESSED}


TRUE = a_log().receipt()
ANOTHER = WITNESSED.replace(str(LOG.verifier), str(SigningKey.new("x.example").verifier))
TOO_MANY = WITNESSED.replace("quorum anna", "group g 2 anna\nquorum g")
GROUPS = WITNESSED.replace("quorum anna", "group g any anna\ngroup all-of-them all g\nquorum all-of-them")
# Each with words of the page for it.
RECEIPTS: dict[str, tuple[Receipt, str]] = {
    "true": (TRUE, "Verified: answered, stated at 30 Nov 2026, 09:00:00, due 15 Dec 2026, 09:00:00. Witnesses saw it"),
    "of the first entry": (MadeLog().receipt(later=0), "Witnesses saw it in the log at"),
    "by the log alone": (a_log(witnessed=False).receipt(), "signed by the log alone"),
    "of a large log": (a_log(entries=2000).receipt(), "and the log without it at 30 Nov 2026, 08:59:00"),
    "with groups": (TRUE | {"policy": GROUPS}, "Verified"),
    "by the hour": (by_the_hour(), "due none"),
    "another word": (TRUE | {"statement": str(TRUE["statement"]).replace("answered", "received")}, "does not hold"),
    "another salt": (TRUE | {"salt": "A" * 43 + "="}, "its salt or its proof was changed"),
    "another place": (TRUE | {"proof": str(TRUE["proof"]).replace("index 700", "index 701")}, "proof was changed"),
    "without what was before": (
        TRUE | {"proof": "\n".join(line for line in str(TRUE["proof"]).split("\n") if not line.startswith("extra "))},
        "before it is another one",
    ),
    "backdated": (backdated(), "no witness saw it before"),
    "of the future": (a_log().receipt(lag=-timedelta(hours=1)), "but was in the log at"),
    "without the quorum": (quorum_missing(), "too few witnesses"),
    "of another log": (TRUE | {"policy": ANOTHER}, "no statement that the log signed"),
    "with a broken key": (TRUE | {"policy": WITNESSED.replace("+", "+0", 1)}, "policy in the file cannot be read"),
    "with a group that cannot be": (TRUE | {"policy": TOO_MANY}, "policy"),
    "too new": (without_proof(), "Not yet in the log"),
    "no receipt": ({"format": "other"}, "cannot be read as a receipt"),
}


def said(page: Page, name: str, content: str | None = None) -> str:
    """What the page says of a receipt that a person chooses."""
    receipt = RECEIPTS[name][0]
    file: Any = {
        "name": f"{name}.sixclear-receipt.json",
        "mimeType": "application/json",
        "buffer": (content or json.dumps(receipt)).encode(),
    }
    page.locator("#receipt").set_input_files(file)
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text(RECEIPTS[name][1] if content is None else "receipt")
    return str(verdict.get_attribute("data-verdict"))


def word_of(receipt: Receipt) -> str:
    """What the program says."""
    try:
        verify(receipt)
    except NotYet:
        return "not-yet"
    except (Wrong, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return "false"
    return "verified"


def test_the_page_says_of_each_receipt_what_the_program_says_and_sends_nothing(open_page: Open) -> None:
    page = open_page("/verify", language="en")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    found = {name: said(page, name) for name in RECEIPTS}
    assert found == {name: word_of(receipt) for name, (receipt, _) in RECEIPTS.items()}
    assert set(found.values()) == {"verified", "false", "not-yet"}
    assert said(page, "true", "{ half a receipt") == "false"
    # The icon is asked for by the browser, when it has time for it.
    assert [url for url in sent if not url.endswith("/favicon.svg")] == []


@pytest.mark.parametrize(("language", "words"), [("vi", "Đúng: đã trả lời, nêu lúc"), ("ar", "صحيح")])
def test_it_says_so_in_other_languages(open_page: Open, language: str, words: str) -> None:
    page = open_page("/verify", language=language)
    page.locator("#receipt").set_input_files(
        {"name": "r.json", "mimeType": "application/json", "buffer": json.dumps(TRUE).encode()}
    )
    expect(page.locator("#verdict")).to_contain_text(words)
