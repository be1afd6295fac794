"""Hands mails to one SMTP server. What fails is named by its kind alone: replies of servers repeat addresses."""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, Protocol

from sixclear.feedback.notice.mails import domain_of

Outcome = Literal["sent", "refused", "failed"]
_TIMEOUT_SECONDS = 20.0


class Mailer(Protocol):
    """What mails go out by."""

    @property
    def sender(self) -> str:
        """The address that mails are from."""

    async def send(self, mail: EmailMessage, to: str) -> Outcome:
        """Send a mail to this address alone: `refused` for good, or `failed`, to be tried again."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where and how the server is reached, and who mails are from."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "off"]
    sender: str
    user: str | None = None
    password: str | None = None
    ca_file: Path | None = None

    async def send(self, mail: EmailMessage, to: str) -> Outcome:
        """Send a mail over a connection of its own."""
        # A start needs it only where mails are sent, and then at the first one.
        import aiosmtplib

        try:
            await aiosmtplib.send(
                mail,
                sender=self.sender,
                recipients=[to],
                hostname=self.host,
                port=self.port,
                username=self.user,
                password=self.password,
                use_tls=self.tls == "tls",
                start_tls=self.tls == "starttls",
                tls_context=None if self.tls == "off" else ssl.create_default_context(cafile=self.ca_file),
                local_hostname=domain_of(self.sender),
                timeout=_TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            return "refused" if all(500 <= one.code < 600 for one in error.recipients) else "failed"
        except (aiosmtplib.SMTPException, OSError):
            return "failed"
        return "sent"
