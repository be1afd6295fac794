"""Settings of the feedback service."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, FilePath, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from sixclear.common.blobs.kinds import endings_of
from sixclear.common.database_address import DATABASE_ADDRESS, DatabaseAddress
from sixclear.common.ids import stable_id
from sixclear.common.secret_files import ReadSettings
from sixclear.common.transparency.policies import PolicyInvalid, read_witnesses
from sixclear.common.visitor import checked_networks


def _policy_file(path: Path) -> Path:
    try:
        read_witnesses(path)
    except PolicyInvalid as error:
        raise ValueError(str(error)) from error
    return path


def _kinds(kinds: str) -> str:
    endings_of(kinds)
    return kinds


def registered_in(text: str) -> dict[bytes, str]:
    """The applications of a file, by the SHA-256 of their keys: a name and that in hexadecimal digits, a line.

    Raises ValueError.
    """
    found: dict[bytes, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([a-z0-9][a-z0-9-]{0,59})\s+([0-9a-f]{64})", line.strip())
        if match is None or match[1] in found.values():
            raise ValueError(f"line {number} is no name of its own with the SHA-256 of a key: `my-app 5e88…`")
        found[bytes.fromhex(match[2])] = match[1]
    return found


def _keys_file(path: Path) -> Path:
    registered_in(path.read_text(encoding="utf-8"))
    return path


class Settings(ReadSettings):
    """Read from `SIXCLEAR_FEEDBACK_…` environment variables."""

    model_config = SettingsConfigDict(env_prefix="SIXCLEAR_FEEDBACK_", extra="forbid")

    database_url: DatabaseAddress = Field(description=DATABASE_ADDRESS)
    database_pool_size: int = Field(default=8, ge=1, le=100, description="Connections kept for requests.")
    receipt_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="Secret of receipt codes, 32 characters or more, the same in every process. Without it: the file"
        " `feedback/receipt.key` under `SIXCLEAR_HOME`, made at the first start. The key of"
        " the public log follows from it. Losing it closes every mailbox, and the log.",
    )
    keys_folder: Path | None = Field(
        default=None,
        description="Folder of the keys by which what people write opens, one pair a month and recipient: never in one"
        " archive with a database. Shared by all processes of the service; one that only takes in needs `public` alone."
        " Without it: `feedback/keys` under `SIXCLEAR_HOME`, made at the first start.",
    )
    erasure_days: int = Field(
        default=35,
        ge=33,
        le=400,
        description="Days after which no backup opens what was erased: the private keys of a month go so many days"
        " after it began. A backup of the database that is older opens no text of any case.",
    )
    log_origin: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9./:_-]{1,200}$",
        description="Name of the public log, an address without `https://`. Fixed when it first signs. Without it: the"
        " name that the log has, else the address of `/log` below `SIXCLEAR_PUBLIC_URL`.",
    )
    log_folder: Path | None = Field(
        default=None,
        description="Folder of the public log's files: on a disk that a restored database does not bring back. Without"
        " it: `feedback/log` under `SIXCLEAR_HOME`.",
    )
    log_policy: Annotated[FilePath, AfterValidator(_policy_file)] | None = Field(
        default=None,
        description="File with the witnesses of the public log, their addresses, and how many must cosign (C2SP"
        " tlog-policy; its `log` lines are replaced by the log's own). Read at start. Without it: signed by us alone.",
    )
    outgoing_allowed: Annotated[str, AfterValidator(checked_networks)] = Field(
        default="",
        description="Addresses and networks, with commas, of the own network where witnesses may be, also over plain"
        " http. All others are asked over https at public addresses. Empty: none.",
    )
    outgoing_ca_file: FilePath | None = Field(
        default=None,
        description="Authorities that sign the certificates of witnesses, PEM. Without it: the usual ones.",
    )
    wrong_codes_at_once: int = Field(
        default=10,
        ge=1,
        le=1000,
        description="Wrong receipt codes that one address may send without a pause to all processes; beyond it: 429.",
    )
    wrong_codes_per_minute: float = Field(
        default=5.0, gt=0, le=1000, description="Wrong receipt codes that one address may send a minute after that."
    )
    submissions_at_once: int = Field(
        default=30,
        ge=1,
        le=100_000,
        description="Submissions that one address may send without a pause to all processes; beyond it: 429.",
    )
    submissions_per_minute: float = Field(
        default=6.0, gt=0, le=100_000, description="Submissions that one address may send a minute after that."
    )
    proof_of_work: Literal["auto", "always", "off"] = Field(
        default="auto",
        description="Whether submissions without token are asked for a little work (428 `proof-of-work-needed`):"
        " `auto` above `PROOF_OF_WORK_ABOVE`, `always`, or `off`. A form without script is never refused: what it sends"
        " is held for a person to look at, one working day at most.",
    )
    proof_of_work_above: int = Field(
        default=300,
        ge=0,
        le=1_000_000,
        description="Submissions without token that one process takes in a minute before `auto` asks for work.",
    )
    challenges_at_once: int = Field(
        default=60,
        ge=1,
        le=100_000,
        description="Challenges that one address may ask for without a pause; beyond it: 429.",
    )
    challenges_per_minute: float = Field(
        default=30.0, gt=0, le=100_000, description="Challenges that one address may ask for a minute after that."
    )
    endorsements_at_once: int = Field(
        default=20,
        ge=1,
        le=100_000,
        description="Endorsements that are not verified, which one address may give without a pause; beyond it: 429.",
    )
    endorsements_per_minute: float = Field(
        default=1.0, gt=0, le=100_000, description="Such endorsements that one address may give a minute after that."
    )
    open311_keys: Annotated[FilePath, AfterValidator(_keys_file)] | None = Field(
        default=None,
        description="File with the applications that post over Open311: a name and the SHA-256 of its key, in"
        " hexadecimal digits, a line. Read at start. Without it: none posts.",
    )
    open311_posts_at_once: int = Field(
        default=60,
        ge=1,
        le=100_000,
        description="Posts of one such application without a pause to all processes; beyond it: 429.",
    )
    open311_posts_per_minute: float = Field(
        default=30.0, gt=0, le=100_000, description="Posts of one such application a minute after that."
    )
    hub_organisation_id: UUID = Field(
        default=stable_id("organisation", "P57"),
        description="The body that takes in, triages and assigns everything; others see what is assigned to them."
        " Without it: the standing body, code `P57`.",
    )
    standing_organisation_id: UUID = Field(
        default=stable_id("organisation", "P57"),
        description="The standing body: the last that an overdue case is told to. Without it: code `P57`.",
    )
    messages_per_case: int = Field(
        default=200, ge=1, le=10_000, description="Most messages that one case may hold; beyond it: 409."
    )
    files_folder: Path | None = Field(
        default=None,
        description="Folder of the files that senders add to cases, each sealed under a key that only its case opens."
        " Shared by all processes of the service. Without it: `feedback/files` under `SIXCLEAR_HOME`.",
    )
    file_bytes: int = Field(
        default=20 * 1024 * 1024, ge=1024, le=256 * 1024 * 1024, description="Most bytes of a file; beyond it: 413."
    )
    files_per_case: int = Field(default=20, ge=1, le=200, description="Most files of a case; beyond it: 409.")
    file_bytes_per_case: int = Field(
        default=100 * 1024 * 1024,
        ge=1024,
        le=10 * 1024 * 1024 * 1024,
        description="Most bytes of all files of a case; beyond it: 409.",
    )
    file_kinds: Annotated[str, AfterValidator(_kinds)] = Field(
        default="pdf,png,jpg,webp,docx,xlsx,pptx,odt,ods,odp",
        description="Kinds of files that are taken, by an ending of each, with commas; others: 422.",
    )
    scanner: str | None = Field(
        default=None,
        pattern=r"^(/\S{1,200}|\S{1,200}:\d{1,5})$",
        description="The clamd that looks at each file: `host:port`, or the path of its socket. While it does not"
        " answer files are held: no handler gets them. Its `StreamMaxLength` is at least `FILE_BYTES`."
        " Without it: none looks.",
    )
    notices: Literal["on", "off"] = Field(
        default="off",
        description="Whether senders may leave an address to be told of news. A process with `mail_host` takes them in"
        " any case; `on` is for one that takes in while another one sends.",
    )
    mail_host: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9.:_-]{1,253}$",
        description="SMTP server that mails go out by, which say that there is news. Only the process that has it reads"
        " the private keys of the recipient `notice`. Without it: no mails.",
    )
    mail_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    mail_tls: Literal["starttls", "tls", "off"] = Field(
        default="starttls",
        description="How the connection is secured: `starttls` (never without), `tls` from the first byte,"
        " or `off` for a server on the same machine.",
    )
    mail_ca_file: FilePath | None = Field(
        default=None, description="Authorities that sign the server's certificate, PEM. Without it: the usual ones."
    )
    mail_user: str | None = Field(default=None, max_length=254, description="User at the server. Without it: none.")
    mail_password: SecretStr | None = Field(default=None, description="Password of that user.")
    mail_from: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}$",
        description="Address that mails are from; needed with `mail_host`.",
    )

    @property
    def takes_notices(self) -> bool:
        """Whether an address for notices is taken."""
        return self.notices == "on" or self.mail_host is not None

    @model_validator(mode="after")
    def _mail_is_whole(self) -> Self:
        if self.mail_host is not None and self.mail_from is None:
            raise ValueError("SIXCLEAR_FEEDBACK_MAIL_HOST needs SIXCLEAR_FEEDBACK_MAIL_FROM")
        if (self.mail_user is None) != (self.mail_password is None):
            raise ValueError("SIXCLEAR_FEEDBACK_MAIL_USER and SIXCLEAR_FEEDBACK_MAIL_PASSWORD belong together")
        return self
