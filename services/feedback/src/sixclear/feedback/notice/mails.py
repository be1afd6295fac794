"""The mail that says that there is news: the same for every case, without title, code or body."""

import json
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from uuid import UUID


def compose(sender: str, to: str, language: str, mailbox: str, mail_id: UUID, now: datetime) -> EmailMessage:
    """The mail. Its identifier is by chance, so that two mails of a case cannot be tied together by it."""
    words = _words()[language]
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, words["subject"]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{mail_id.hex}@{domain_of(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(words["text"].format(mailbox=mailbox))
    mail["Content-Language"] = language  # what is set before the text goes with it
    return mail


def domain_of(address: str) -> str:
    """What stands behind the sign."""
    return address.rpartition("@")[2]


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(
        (files("sixclear.feedback") / "data" / "notice-mails.json").read_text(encoding="utf-8")
    )
    return found
