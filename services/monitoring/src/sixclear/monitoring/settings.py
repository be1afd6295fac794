"""Settings of the monitoring service."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from sixclear.common.database_address import DATABASE_ADDRESS, DatabaseAddress
from sixclear.common.secret_files import ReadSettings


class Settings(ReadSettings):
    """Read from `SIXCLEAR_MONITORING_…` environment variables."""

    model_config = SettingsConfigDict(env_prefix="SIXCLEAR_MONITORING_", extra="forbid")

    database_url: DatabaseAddress = Field(description=DATABASE_ADDRESS)
    database_pool_size: int = Field(default=10, ge=4, le=100, description="Connections kept for reading and folding.")
    crossings_per_batch: int = Field(
        default=500, ge=1, le=10_000, description="Most entities that pass a deadline in one transaction."
    )
    reconcile_seconds: float = Field(
        default=30.0, gt=0, description="Pause between two comparisons of the counters with a count of the records."
    )
    stale_seconds: float = Field(
        default=60.0, gt=0, description="From this age of the view on, the service says that it is not ready."
    )
    slow_trace_seconds: float = Field(
        default=1.0, gt=0, description="Traces at least as long are kept longer, like those with an error."
    )
    traces_kept: int = Field(default=5_000, ge=10, description="Traces that the operators' store holds at most.")
    spans_per_trace: int = Field(default=500, ge=1, description="Spans that are kept of one trace.")
    spans_body_bytes: int = Field(
        default=4_000_000, ge=1_000, description="Largest body that the OTLP endpoint takes; beyond it: 413."
    )
    stream_seats: int = Field(default=10_000, ge=1, description="Live streams that a process holds open at most.")
    stream_seats_per_address: int = Field(
        default=500,
        ge=1,
        description="Of these, what one visitor's address may hold (an IPv6 /64 counts as one). Several hundred, "
        "because carriers put thousands of households behind one address; past it a page asks from time to time.",
    )
    stream_share_per_address: float = Field(
        default=0.1, gt=0, le=1, description="Whatever the line before says, no address holds more than this share."
    )
    stream_heartbeat_seconds: float = Field(
        default=15.0,
        gt=0,
        description="A stream that is quiet for so long sends a heartbeat; pages that hear nothing for twice as long "
        "open a new one. Gateways must wait longer before they close a quiet connection.",
    )
    readings_per_minute: int = Field(
        default=3_000,
        ge=1,
        description="Questions that one visitor's address may ask in a minute, over all replicas. Our own services, "
        "which come from a trusted address and name no visitor, are not limited.",
    )
    large_readings_per_minute: int = Field(
        default=120, ge=1, description="Of these, timelines, provinces, attention and past instants."
    )
    large_readings_at_once: int = Field(
        default=2,
        ge=1,
        description="Large questions of strangers that a process answers at once, and as many of our own services; "
        "together never more than `database_pool_size` less two.",
    )
    large_reading_wait_seconds: float = Field(
        default=2.0, gt=0, description="How long a large question waits for its turn before it is answered with 503."
    )
