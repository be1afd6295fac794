"""Settings of the tasks service."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from sixclear.common.database_address import DATABASE_ADDRESS, DatabaseAddress
from sixclear.common.secret_files import ReadSettings
from sixclear.common.settings import HttpAddress


class Settings(ReadSettings):
    """Read from `SIXCLEAR_TASKS_…` environment variables."""

    model_config = SettingsConfigDict(env_prefix="SIXCLEAR_TASKS_", extra="forbid")

    database_url: DatabaseAddress = Field(description=DATABASE_ADDRESS)
    database_pool_size: int = Field(default=8, ge=1, le=100, description="Connections kept for requests.")
    bulk_items: int = Field(
        default=1000, ge=1, le=10_000, description="Most items that one bulk request may hold; beyond it: 413."
    )
    bulk_tasks: int = Field(
        default=200,
        ge=1,
        le=2_000,
        description="Most tasks that one file of tasks may hold; beyond it: 413. They are written in one transaction, "
        "which may last 5 seconds.",
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
