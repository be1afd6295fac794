"""Settings of the tasks service."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, FilePath, SecretStr
from pydantic_settings import SettingsConfigDict

from sixclear.common.database_address import DATABASE_ADDRESS, DatabaseAddress
from sixclear.common.secret_files import ReadSettings
from sixclear.common.settings import HttpAddress
from sixclear.common.visitor import checked_networks


class Settings(ReadSettings):
    """Read from `SIXCLEAR_TASKS_…` environment variables."""

    model_config = SettingsConfigDict(env_prefix="SIXCLEAR_TASKS_", extra="forbid")

    database_url: DatabaseAddress = Field(description=DATABASE_ADDRESS)
    database_pool_size: int = Field(default=8, ge=1, le=100, description="Connections kept for requests.")
    bulk_items: int = Field(
        default=1000,
        ge=1,
        le=10_000,
        description="Most reports of a file that are taken in one transaction; a file with more becomes a job.",
    )
    bulk_tasks: int = Field(
        default=200,
        ge=1,
        le=2_000,
        description="Most tasks of a file that are taken at once, in one transaction, which may last 5 seconds; a file "
        "with more becomes a job.",
    )
    bulk_file_bytes: int = Field(
        default=256 * 1024 * 1024,
        ge=4 * 1024 * 1024,
        le=4 * 1024 * 1024 * 1024,
        description="Most bytes of a file of tasks, of reports or of an import; beyond it: 413. More than 4 MiB make "
        "it a job, which is stored in the database.",
    )
    bulk_jobs: int = Field(
        default=20,
        ge=1,
        le=1_000,
        description="Most files that may be stored and not worked through, of all senders together; beyond it: 429. "
        "One sender may have four.",
    )
    open_proposals: int = Field(
        default=20,
        ge=1,
        le=10_000,
        description="Most proposals that a body may have open in a programme of another body; beyond it: 409.",
    )
    open_directives: int = Field(
        default=20,
        ge=1,
        le=10_000,
        description="Most directives of a body that may wait for a task in a programme of another body; beyond it: "
        "409.",
    )
    seed_organisations: bool = Field(
        default=True,
        description="Register Vietnam's administrative units and central agencies when they are missing.",
    )
    files: str = Field(
        default="",
        description="Where files of evidence are: a folder, or s3://bucket/prefix; several processes share one place. "
        "Empty: the folder `files/tasks` of SIXCLEAR_HOME, and in production none: files are refused (503).",
    )
    files_endpoint: HttpAddress | None = Field(default=None, description="The S3 server, where it is not Amazon's.")
    files_region: str = Field(default="us-east-1", description="The region of the bucket.")
    files_access_key_id: str | None = Field(
        default=None, description="Key for the bucket; without it, AWS variables or the machine's role count."
    )
    files_secret_access_key: SecretStr | None = Field(default=None, description="The secret of that key.")
    file_bytes: int = Field(
        default=20 * 1024 * 1024, ge=1024, le=1024 * 1024 * 1024, description="Most bytes of a file; beyond it: 413."
    )
    files_waiting: int = Field(
        default=200,
        ge=1,
        le=100_000,
        description="Most files that a body may have sent and not named yet; beyond it: 409. They go after a day.",
    )
    connector_secrets: Path | None = Field(
        default=None,
        description="The folder with the secrets of connectors: in it a folder for each body, named by its "
        "`organisation_id`, and in that a file for each secret. Empty: connectors send without any.",
    )
    outgoing_allowed: Annotated[str, AfterValidator(checked_networks)] = Field(
        default="",
        description="Addresses and networks, with commas, of the own network that connectors may send to, also over "
        "plain http. Everything else that they send goes over https to public addresses. Empty: none.",
    )
    outgoing_ca_file: FilePath | None = Field(
        default=None,
        description="Authorities that sign the certificates of receivers, PEM. Without it: the usual ones.",
    )
