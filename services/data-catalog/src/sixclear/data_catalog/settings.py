"""Settings of the data catalogue."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sixclear.common.database_address import DATABASE_ADDRESS, DatabaseAddress
from sixclear.common.secret_files import ReadSettings


class Settings(ReadSettings):
    """Read from `SIXCLEAR_DATA_CATALOG_…` environment variables."""

    model_config = SettingsConfigDict(env_prefix="SIXCLEAR_DATA_CATALOG_", extra="forbid")

    database_url: DatabaseAddress = Field(description=DATABASE_ADDRESS)
    database_pool_size: int = Field(default=5, ge=1, le=100, description="Connections kept for requests.")
    seed_lists: bool = Field(
        default=True, description="Register the programme lists that ship with the product and their editions."
    )
