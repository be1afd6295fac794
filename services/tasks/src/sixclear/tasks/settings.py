"""Settings of the tasks service."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sixclear.common.database_address import DATABASE_ADDRESS, DatabaseAddress
from sixclear.common.secret_files import ReadSettings


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
